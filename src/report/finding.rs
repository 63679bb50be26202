//! Draws one finding as text, and the exchange it was found in.

use std::fmt::Write;

use super::paint::{Paint, Tone};
use super::{clean, diff, words};
use crate::model::{Finding, Place, Spread};

/// Lines and characters of one value that are shown.
const VALUE: Bound = Bound { lines: 12, characters: 600 };
/// Lines and characters of a response that are shown.
const RESPONSE: Bound = Bound { lines: 24, characters: 2_000 };

/// Lines of a diff that are shown.
const DIFF: usize = 60;

/// How much of a text is shown.
struct Bound {
    lines: usize,
    characters: usize,
}

/// `error[ENV001 envelope-schema]: `, painted.
pub(super) fn head(finding: &Finding, paint: Paint) -> String {
    let Finding { severity, rule, name, .. } = finding;
    let label = format!("{}[{} {}]", severity.as_str(), clean::line(rule), clean::line(name));
    format!("{}: ", paint.tone(Tone::of_severity(*severity), &label))
}

/// `scenarios/quota.yaml:12:7`, as far as it is known.
pub(super) fn place(finding: &Finding) -> String {
    let Finding { file, line, column, .. } = finding;
    let file = clean::line(file);
    match (line, column) {
        (0, _) => file.into_owned(),
        (_, 0) => format!("{file}:{line}"),
        _ => format!("{file}:{line}:{column}"),
    }
}

/// The whole finding but for its exchange: head, place, snippet, and what else is known, one line each.
pub(super) fn draw(finding: &Finding, paint: Paint) -> String {
    let gutter = " ".repeat(finding.line.to_string().len());
    let mut out = head(finding, paint);
    let message = clean::text(&finding.message);
    for (index, line) in message.lines().enumerate() {
        let indent = if index == 0 { "" } else { "  " };
        put(&mut out, &format!("{indent}{}", paint.tone(Tone::Strong, line)));
    }
    let place = place(finding);
    if !place.is_empty() {
        put(&mut out, &format!("{gutter}{} {place}", paint.tone(Tone::Frame, "-->")));
    }
    for line in clean::text(&finding.snippet).lines() {
        put(&mut out, &frame(line, paint));
    }
    let mut facts = |facts: &[(&str, &String)]| {
        for (label, value) in facts {
            let indent = format!("\n{gutter}   {}", " ".repeat(label.len()));
            let value = VALUE.of(value).join(&indent);
            if !value.is_empty() {
                put(&mut out, &format!("{gutter} {} {label}{value}", paint.tone(Tone::Frame, "=")));
            }
        }
    };
    facts(&[("step: ", &finding.step), ("at: ", &finding.pointer)]);
    if finding.diff.is_none() {
        facts(&[("expected: ", &finding.expected), ("actual:   ", &finding.actual)]);
    }
    facts(&[("source: ", &finding.source), ("help: ", &finding.help)]);
    match &finding.spread {
        Some(spread) => {
            let mark = paint.tone(Tone::Frame, "=");
            seen(spread).iter().for_each(|line| put(&mut out, &format!("{gutter} {mark} {line}")));
        }
        None if finding.count > 1 => {
            put(&mut out, &format!("{gutter} {} seen {} times", paint.tone(Tone::Frame, "="), finding.count));
        }
        None => {}
    }
    // The longest part stands last, so that nothing is lost below it.
    if let Some(diff) = &finding.diff {
        put(&mut out, &format!("{gutter} {} diff: - was, + is now", paint.tone(Tone::Frame, "=")));
        let drawn = diff::draw(diff, paint);
        drawn.iter().take(DIFF).for_each(|line| put(&mut out, &format!("{gutter}   {line}")));
        if drawn.len() > DIFF {
            put(
                &mut out,
                &format!("{gutter}   … ({} more)", words::count((drawn.len() - DIFF) as u64, "line")),
            );
        }
    }
    out
}

/// In how many answers a fault was seen in a repeated run, and in which steps.
fn seen(spread: &Spread) -> Vec<String> {
    let steps = words::count(spread.steps, "step");
    let mut lines =
        vec![format!("seen: in {} of {}, at {steps}", words::count(spread.answers, "answer"), spread.of)];
    lines.extend(spread.places.iter().map(|place| {
        let Place { file, line, step, answers, of, .. } = place;
        format!("  {}:{line} {}: {answers} of {of}", clean::line(file), clean::line(step))
    }));
    let more = spread.steps - (spread.places.len() as u64).min(spread.steps);
    if more > 0 {
        lines.push(format!("  … {}", words::count(more, "more step")));
    }
    lines
}

/// The finding in one line: what it says, or that it was said before, and where.
pub(super) fn draw_line(finding: &Finding, again: bool, paint: Paint) -> String {
    let place = place(finding);
    if again {
        // Where steps are made and not written they share a line.
        let step = clean::line(&finding.step);
        return format!("{}same as above, at {place}, {step}", head(finding, paint));
    }
    let message = Bound { lines: 1, characters: 160 }.of(&finding.message);
    let message = message.first().map(String::as_str).unwrap_or_default();
    format!("{}{message}, at {place}", head(finding, paint))
}

/// A finding that the baseline accepts, in one line that may be overlooked.
pub(super) fn draw_accepted(finding: &Finding, paint: Paint) -> String {
    let plain = draw_line(finding, false, Paint { colour: false });
    paint.tone(Tone::Dim, &format!("accepted: {plain}"))
}

/// The response a finding was made in, behind a bar; empty if there was none.
pub(super) fn draw_response(finding: &Finding, paint: Paint) -> String {
    let mut out = String::new();
    for (index, line) in RESPONSE.of(&finding.response).iter().enumerate() {
        if index == 0 {
            put(&mut out, &paint.tone(Tone::Dim, "answer:"));
        }
        put(&mut out, &paint.tone(Tone::Dim, format!("| {line}").trim_end()));
    }
    out
}

/// Paints the gutter of a snippet's line: everything up to its bar.
fn frame(line: &str, paint: Paint) -> String {
    match line.find('|') {
        Some(bar) if line[..bar].chars().all(|c| c == ' ' || c.is_ascii_digit()) => {
            let (gutter, code) = line.split_at(bar + 1);
            let is_caret = gutter.trim() == "|";
            let code = if is_caret { paint.tone(Tone::Bad, code) } else { code.to_owned() };
            format!("{}{code}", paint.tone(Tone::Frame, gutter))
        }
        _ => line.to_owned(),
    }
}

fn put(out: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}

impl Bound {
    /// The first lines of a text, made harmless, with a word on what is left out.
    fn of(&self, text: &str) -> Vec<String> {
        let text = text.trim_end();
        let mut left = self.characters;
        let mut lines = Vec::new();
        let mut hidden = 0;
        for line in text.lines() {
            if lines.len() >= self.lines || left == 0 {
                hidden += 1;
                continue;
            }
            let length = line.chars().count();
            if length > left {
                let start: String = line.chars().take(left).collect();
                lines.push(format!("{}… ({} more characters)", clean::line(&start), length - left));
            } else {
                lines.push(clean::line(line).into_owned());
            }
            left = left.saturating_sub(length);
        }
        if hidden > 0 {
            lines.push(format!("… ({} more)", words::count(hidden, "line")));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_by_lines_and_by_characters() {
        let bound = Bound { lines: 2, characters: 10 };
        assert_eq!(bound.of("one\r\ntwo\nthree\nfour\n"), ["one", "two", "… (2 lines more)"]);
        assert_eq!(bound.of("äöüäöüäöüäöü\nx"), ["äöüäöüäöüä… (2 more characters)", "… (1 line more)"]);
        assert!(bound.of("\n\n").is_empty());
    }
}
