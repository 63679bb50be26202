//! Draws a diff as text. Without colours, what changed within a line is marked on a line of its own, as in a snippet:
//! signs around it would be hard to tell from the text.

use unicode_width::UnicodeWidthStr;

use super::clean;
use super::paint::{Paint, Tone};
use crate::model::{Diff, DiffKind, DiffLine, DiffPart};

/// The lines of a diff: numbers of the old and of the new text, `-` or `+`, and the text made harmless.
pub fn diff(diff: &Diff, colour: bool) -> Vec<String> {
    draw(diff, Paint { colour })
}

/// The columns that a drawn line takes on a terminal.
pub fn columns(line: &str) -> usize {
    let mut columns = 0;
    for (at, piece) in line.split('\u{1b}').enumerate() {
        // Only colours are drawn: each ends with the first letter behind the escape character.
        let text = if at == 0 { piece } else { piece.split_once('m').map_or("", |(_, text)| text) };
        columns += text.width();
    }
    columns
}

pub(super) fn draw(diff: &Diff, paint: Paint) -> Vec<String> {
    let numbers = diff.lines.iter().flat_map(|line| [line.old, line.new]).flatten();
    let width = numbers.max().unwrap_or(0).to_string().len();
    let mut drawn = Vec::with_capacity(diff.lines.len());
    for line in &diff.lines {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let gutter = format!("{:>width$} {:>width$} |", number(line.old), number(line.new));
        let mut text = paint.tone(Tone::Frame, &gutter);
        let body = body(line, paint);
        if !body.is_empty() {
            text.push(' ');
            text.push_str(&body);
        }
        drawn.push(text);
        let marks = marks(line);
        if !paint.colour && !marks.is_empty() {
            drawn.push(format!("{:>width$} {:>width$} |   {marks}", "", ""));
        }
    }
    drawn
}

/// The sign and the text.
fn body(line: &DiffLine, paint: Paint) -> String {
    let (sign, tone, strong) = match line.kind {
        DiffKind::Context => (' ', None, Tone::Strong),
        DiffKind::Gap => ('…', Some(Tone::Dim), Tone::Dim),
        DiffKind::Removed => ('-', Some(Tone::Removed), Tone::RemovedWord),
        DiffKind::Added => ('+', Some(Tone::Added), Tone::AddedWord),
    };
    let mut text = sign.to_string();
    if line.parts.iter().any(|part| !part.text.is_empty()) {
        text.push(' ');
    }
    let mut text = tone.map_or_else(|| text.clone(), |tone| paint.tone(tone, &text));
    for DiffPart { text: part, changed } in &line.parts {
        let part = clean::line(part);
        match tone {
            _ if *changed => text.push_str(&paint.tone(strong, &part)),
            Some(tone) => text.push_str(&paint.tone(tone, &part)),
            None => text.push_str(&part),
        }
    }
    if line.kind == DiffKind::Context { text.trim_end().to_owned() } else { text }
}

/// Carets under what changed; empty if nothing is marked.
fn marks(line: &DiffLine) -> String {
    let mut marks = String::new();
    for part in &line.parts {
        let mark = if part.changed { "^" } else { " " };
        marks.push_str(&mark.repeat(clean::line(&part.text).width()));
    }
    marks.truncate(marks.trim_end().len());
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: DiffKind, old: Option<u32>, new: Option<u32>, parts: &[(&str, bool)]) -> DiffLine {
        let part = |(text, changed): &(&str, bool)| DiffPart { text: (*text).to_owned(), changed: *changed };
        DiffLine { kind, old, new, parts: parts.iter().map(part).collect() }
    }

    fn sample() -> Diff {
        Diff {
            lines: vec![
                line(DiffKind::Gap, None, None, &[("8 equal lines", false)]),
                line(DiffKind::Context, Some(9), Some(9), &[("{", false)]),
                line(
                    DiffKind::Removed,
                    Some(10),
                    None,
                    &[("  \"名\": ", false), ("\"Ada\"", true), (",", false)],
                ),
                line(
                    DiffKind::Added,
                    None,
                    Some(10),
                    &[("  \"名\": ", false), ("\"\u{1b}[2J\"", true), (",", false)],
                ),
                line(DiffKind::Added, None, Some(11), &[]),
                line(DiffKind::Context, Some(11), Some(12), &[]),
            ],
        }
    }

    #[test]
    fn without_colours_carets_mark_what_changed() {
        let expected = "      | … 8 equal lines
 9  9 |   {
10    | -   \"名\": \"Ada\",
      |           ^^^^^
   10 | +   \"名\": \"\\u{1b}[2J\",
      |           ^^^^^^^^^^^
   11 | +
11 12 |
";
        let drawn: String = diff(&sample(), false).iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(drawn, expected);
    }

    #[test]
    fn colours_mark_what_changed_in_the_line_itself() {
        let drawn = diff(&sample(), true);
        assert_eq!(drawn.len(), sample().lines.len());
        assert_eq!(
            drawn[2],
            "\u{1b}[1;34m10    |\u{1b}[0m \u{1b}[31m- \u{1b}[0m\u{1b}[31m  \"名\": \u{1b}[0m\u{1b}[1;7;31m\"Ada\"\u{1b}[0m\u{1b}[31m,\u{1b}[0m"
        );
        assert_eq!(columns(&drawn[2]), "10    | -   \"xx\": \"Ada\",".len());
        assert!(drawn.iter().all(|line| !line.contains("\u{1b}[2J")));
    }
}
