//! The page that shows one pending snapshot to the person who decides on it.

use super::paint::{Paint, Tone};
use super::{clean, columns, diff, words};
use crate::model::Diff;

/// Characters of a line that are shown where the whole answer is.
const LONG: usize = 2_000;

/// A pending snapshot.
#[derive(Debug, Clone)]
pub struct Pending<'a> {
    /// Which one it is, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Its name.
    pub name: &'a str,
    /// The scenario file; may be empty.
    pub source: &'a str,
    /// The line of the step, from 1; 0 if unknown.
    pub line: u32,
    /// What was asked; may be empty.
    pub description: &'a str,
    /// What is shown of it.
    pub view: View<'a>,
}

/// What is shown of a pending snapshot.
#[derive(Debug, Clone)]
pub enum View<'a> {
    /// How it differs from the accepted one.
    Diff(&'a Diff),
    /// The whole answer; `is_new` if there is no accepted one.
    Whole {
        /// The answer.
        contents: &'a str,
        /// Whether it is the first one.
        is_new: bool,
    },
    /// Why it cannot be shown.
    Broken(&'a str),
}

impl Pending<'_> {
    /// The lines above the answer.
    pub fn head(&self, colour: bool) -> Vec<String> {
        let paint = Paint { colour };
        let (state, tone) = match &self.view {
            View::Whole { is_new: true, .. } => ("new", Tone::Good),
            View::Broken(_) => ("broken", Tone::Bad),
            _ => ("changed", Tone::Doubt),
        };
        let Self { number, of, source, line, .. } = self;
        let name = paint.tone(Tone::Strong, &clean::line(self.name));
        let mut head = vec![format!(
            "{} {name}  {}",
            paint.tone(tone, state),
            paint.tone(Tone::Dim, &format!("{number} of {of}"))
        )];
        if !source.is_empty() {
            let line = if *line > 0 { format!(":{line}") } else { String::new() };
            head.push(format!(" {} {}{line}", paint.tone(Tone::Frame, "-->"), clean::line(source)));
        }
        if !self.description.is_empty() {
            head.push(format!("  {} {}", paint.tone(Tone::Frame, "="), clean::line(self.description)));
        }
        let legend = match &self.view {
            View::Diff(_) => format!(
                "{}, {}",
                paint.tone(Tone::Removed, "- accepted"),
                paint.tone(Tone::Added, "+ seen by the last run")
            ),
            View::Whole { .. } => "the whole answer".to_owned(),
            View::Broken(_) => "it cannot be accepted".to_owned(),
        };
        head.push(format!("  {} {legend}", paint.tone(Tone::Frame, "=")));
        head.push(String::new());
        head
    }

    /// The answer or how it differs, line by line.
    pub fn body(&self, colour: bool) -> Vec<String> {
        let paint = Paint { colour };
        match &self.view {
            View::Diff(diff) => diff::draw(diff, paint),
            View::Broken(why) => clean::text(why).lines().map(str::to_owned).collect(),
            View::Whole { contents, .. } => {
                let width = contents.lines().count().to_string().len();
                let line = |(at, line): (usize, &str)| {
                    let gutter = paint.tone(Tone::Frame, &format!("{:>width$} |", at + 1));
                    let short: String = line.chars().take(LONG).collect();
                    let rest = if short.len() < line.len() { "…" } else { "" };
                    format!("{gutter} {}{rest}", clean::line(&short)).trim_end().to_owned()
                };
                contents.lines().enumerate().map(line).collect()
            }
        }
    }
}

/// The part of a body that fits: as many lines from `first` on as have room in `rows` rows of so many columns, but one
/// at least. Returns where it ends.
pub fn fitting(body: &[String], first: usize, rows: usize, width: usize) -> usize {
    let mut left = rows;
    let mut end = first.min(body.len());
    for line in &body[end..] {
        let takes = columns(line).div_ceil(width.max(1)).max(1);
        if takes > left {
            break;
        }
        left -= takes;
        end += 1;
    }
    end.max(first + 1).min(body.len())
}

/// The first line to show so that the end of a body is seen.
pub fn last_page(body: &[String], rows: usize, width: usize) -> usize {
    let mut first = body.len().saturating_sub(1);
    while first > 0 && fitting(body, first - 1, rows, width) == body.len() {
        first -= 1;
    }
    first
}

/// The lines below the answer: where one is if not everything is seen, and the keys; `other` is what else can be shown.
pub fn keys(shown: std::ops::Range<usize>, of: usize, other: Option<&str>, colour: bool) -> Vec<String> {
    let paint = Paint { colour };
    let key = |key: &str, does: &str| format!("{} {does}", paint.tone(Tone::Strong, key));
    let mut keys =
        vec![key("a", "accept"), key("r", "reject"), key("s", "skip"), key("A R S", "all the rest")];
    keys.extend(other.map(|other| key("d", other)));
    keys.extend([key("q", "quit"), key("?", "help")]);
    let mut lines = Vec::new();
    if shown.len() < of {
        let place = format!("lines {}-{} of {of}; arrows and page keys scroll", shown.start + 1, shown.end);
        lines.push(paint.tone(Tone::Dim, &place));
    } else {
        lines.push(String::new());
    }
    lines.push(keys.join("  "));
    lines
}

/// What every key does.
pub fn help(colour: bool) -> Vec<String> {
    let paint = Paint { colour };
    [
        ("a, Enter", "accept: what was seen becomes what is expected"),
        ("r, Esc", "reject: what was seen is thrown away"),
        ("s, Space", "skip: it stays pending"),
        ("A, R, S", "the same for this one and all that are left"),
        ("d", "the whole answer, or how it differs"),
        ("j, k, arrows", "a line down, a line up"),
        ("PgDn, PgUp", "a page down, a page up; Home and End go to the ends"),
        ("q", "quit: what is decided stays decided, the others stay pending"),
        ("Ctrl-C", "the same, with exit code 130"),
        ("?", "back to the snapshot"),
    ]
    .iter()
    .map(|(key, does)| format!("  {}{does}", paint.tone(Tone::Strong, &format!("{key:<14}"))))
    .collect()
}

/// `2 accepted, 1 rejected, 3 left pending`.
pub fn outcome(accepted: usize, rejected: usize, left: usize) -> String {
    let part = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let parts: Vec<String> =
        [part(accepted, "accepted"), part(rejected, "rejected"), part(left, "left pending")]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() { "nothing is pending".to_owned() } else { parts.join(", ") }
}

/// `3 snapshots: 1 ok, 2 new`.
pub fn tally(states: &[(&str, usize)]) -> String {
    let all: usize = states.iter().map(|(_, number)| number).sum();
    let parts: Vec<String> = states
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(state, number)| format!("{number} {state}"))
        .collect();
    let head = words::count(all as u64, "snapshot");
    if parts.is_empty() { head } else { format!("{head}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_fits_and_moves_to_the_end() {
        let body: Vec<String> =
            ["a", "\u{1b}[31mbbbb\u{1b}[0m", "", "cc", "ddddddddd"].map(str::to_owned).to_vec();
        assert_eq!(fitting(&body, 0, 3, 2), 2, "the second line takes two rows");
        assert_eq!(fitting(&body, 0, 9, 10), 5);
        assert_eq!(fitting(&body, 4, 1, 2), 5, "a line that is too long is shown all the same");
        assert_eq!(fitting(&body, 9, 3, 2), 5);
        assert_eq!(fitting(&[], 0, 3, 2), 0);
        assert_eq!(last_page(&body, 3, 10), 2);
        assert_eq!(last_page(&body, 99, 10), 0);
        assert_eq!(last_page(&[], 3, 2), 0);
    }

    #[test]
    fn what_a_server_sent_is_harmless_wherever_it_is_shown() {
        let text = "x\u{1b}[2J\r\u{202e}";
        for view in [View::Whole { contents: text, is_new: true }, View::Broken(text)] {
            let page =
                Pending { number: 1, of: 1, name: text, source: text, line: 0, description: text, view };
            let all = [page.head(false), page.body(false)].concat().join("\n");
            assert!(!all.contains(['\u{1b}', '\r', '\u{202e}']), "{all:?}");
        }
    }

    #[test]
    fn numbers_are_told_in_words() {
        assert_eq!(outcome(2, 0, 1), "2 accepted, 1 left pending");
        assert_eq!(outcome(0, 0, 0), "nothing is pending");
        assert_eq!(tally(&[("ok", 1), ("new", 0)]), "1 snapshot: 1 ok");
        assert_eq!(tally(&[("ok", 0)]), "0 snapshots");
    }
}
