//! Draws places in files: the source line, a caret, and what is to be read there.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::clean;
use crate::model::{Annotation, Diagnostic, Source, Span};

/// Columns a drawn line may take; longer ones are cut around the caret.
const WIDTH: usize = 110;

/// The mistake as text for people: title, place, source line with caret, the second place, and what to do. It
/// ends with a newline. Of a file without text only the name is shown.
pub fn render(diagnostic: &Diagnostic, colour: bool) -> String {
    let Diagnostic { title, source, primary, context, help } = diagnostic;
    let title = Level::ERROR.primary_title(clean::text(title));
    let name = clean::line(&source.name);
    let mut group = if source.text.is_empty() {
        title.element(Origin::path(name))
    } else {
        let primary = (AnnotationKind::Primary, primary);
        match context.as_ref().map(|context| (AnnotationKind::Context, context)) {
            Some(context) if is_wide(&source.text, primary.1.span, context.1.span) => title
                .element(lines(source, &[primary]).path(name.clone()))
                .element(lines(source, &[context]).path(name)),
            Some(context) => title.element(lines(source, &[primary, context]).path(name)),
            None => title.element(lines(source, &[primary]).path(name)),
        }
    };
    if let Some(help) = help {
        group = group.element(Level::HELP.message(clean::text(help)));
    }
    draw(&[group], colour)
}

/// A place drawn as plain text for a finding: the source line and a caret with a few words, every line ending
/// with a newline. Of a place that spans lines only the first is shown.
pub fn snippet(source: &Source, span: Span, label: &str) -> String {
    let place = Annotation { span, label: label.to_owned() };
    draw(
        &[Group::with_level(Level::ERROR).element(lines(source, &[(AnnotationKind::Primary, &place)]))],
        false,
    )
}

fn draw(groups: &[Group<'_>], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.term_width(WIDTH).render(groups);
    text.push('\n');
    text
}

/// The part of the source from the first to the last of the places, marked. Only this part is handed over, so
/// that a large file costs no more than a small one.
fn lines<'a>(
    source: &'a Source,
    places: &[(AnnotationKind, &'a Annotation)],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let marks: Vec<Range<usize>> =
        places.iter().map(|(_, place)| on_one_line(&source.text, place.span)).collect();
    let first = marks.iter().map(|mark| mark.start).min().unwrap_or(0);
    let last = marks.iter().map(|mark| mark.end).max().unwrap_or(0);
    let start = source.text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = source.text[last..].find('\n').map_or(source.text.len(), |length| last + length + 1);
    let line = source.text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;
    let mut snippet = Snippet::source(without_c1(&source.text[start..end])).line_start(line);
    for ((kind, place), mark) in places.iter().zip(marks) {
        let label = (!place.label.is_empty()).then(|| clean::line(&place.label));
        snippet = snippet.annotation(kind.span(mark.start - start..mark.end - start).label(label));
    }
    snippet
}

/// Whether two places stand so far apart sideways that no cut line shows both.
fn is_wide(text: &str, one: Span, other: Span) -> bool {
    let column = |span| {
        let start = on_one_line(text, span).start;
        start - text[..start].rfind('\n').map_or(0, |newline| newline + 1)
    };
    column(one).abs_diff(column(other)) > WIDTH
}

/// The bytes of a span up to the end of its first line, cut to what is there and to whole characters.
fn on_one_line(text: &str, span: Span) -> Range<usize> {
    let start = boundary(text, span.start as usize);
    let end = boundary(text, span.end().max(start));
    let line = text[start..end].find(['\n', '\r']).unwrap_or(end - start);
    start..start + line
}

/// The last start of a character, or the end of the text, that is not behind `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

/// The drawing crate makes the older control characters visible, but not those of ISO 6429's second set, one of
/// which starts escape sequences. Each gives way to a character of the same length, so that places stay right.
fn without_c1(text: &str) -> Cow<'_, str> {
    let is_c1 = |character| ('\u{80}'..='\u{9f}').contains(&character);
    if text.contains(is_c1) { text.replace(is_c1, "\u{bf}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: &str =
        "name: Quota\ncontract: propertybase-v1\nsteps:\n  - name: größer\n    expcet: { status: 422 }\n";

    fn source(text: &str) -> Source {
        Source::new("scenarios/quota.yaml", text)
    }

    fn span(text: &str, word: &str) -> Span {
        let start = text.find(word).expect("the word is there");
        Span::new(start, start + word.len())
    }

    #[test]
    fn a_mistake_has_place_caret_context_and_help() {
        let diagnostic = Diagnostic::new(
            &source(FILE),
            span(FILE, "expcet"),
            "unknown key `expcet`",
            "not a key of a step",
        )
        .with_context(span(FILE, "größer"), "in this step")
        .with_help("did you mean `expect`?");
        let expected = "\
error: unknown key `expcet`
 --> scenarios/quota.yaml:5:5
  |
4 |   - name: größer
  |           ------ in this step
5 |     expcet: { status: 422 }
  |     ^^^^^^ not a key of a step
  |
  = help: did you mean `expect`?
";
        assert_eq!(render(&diagnostic, false), expected);
        assert!(render(&diagnostic, true).contains("\u{1b}["));
    }

    #[test]
    fn a_file_without_text_is_named() {
        let diagnostic = Diagnostic::file("gone.yaml", "no such file").with_help("check the path");
        assert_eq!(
            render(&diagnostic, false),
            "error: no such file\n--> gone.yaml\n = help: check the path\n"
        );
    }

    #[test]
    fn a_snippet_is_the_line_and_its_caret() {
        let drawn = snippet(&source(FILE), span(FILE, "422"), "expected 422, the answer was 400");
        let expected = "  |
5 |     expcet: { status: 422 }
  |                       ^^^ expected 422, the answer was 400
";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn tabs_wide_characters_and_carriage_returns_keep_the_caret_in_place() {
        let text = "a: 1\r\n\tname: 数字 x\r\n";
        let drawn = snippet(&source(text), span(text, "x"), "here");
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[1], "2 |     name: 数字 x");
        // The two wide characters take two columns each.
        assert_eq!(lines[2], "  |                ^ here");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret_and_long_spans_after_their_first_line() {
        let text =
            format!("{{\"a\": \"{}\", \"wrong\": 1, \"b\": \"{}\"}}", "ä".repeat(9_000), "y".repeat(9_000));
        let drawn = snippet(&source(&text), span(&text, "wrong"), "not known");
        assert!(drawn.contains("wrong") && drawn.contains("^^^^^ not known"), "{drawn}");
        assert!(drawn.len() < 600, "{} bytes", drawn.len());
        let all = snippet(&source(&text), Span::new(0, text.len()), "all of it");
        assert!(all.len() < 1_000, "{} bytes", all.len());
        let block = snippet(&source(FILE), Span::new(0, FILE.len()), "the file");
        assert_eq!(block, "  |\n1 | name: Quota\n  | ^^^^^^^^^^^ the file\n");
    }

    #[test]
    fn two_places_far_apart_are_drawn_one_by_one() {
        let text = format!("[one\n{}two\n", "y".repeat(9_000));
        for text in [text.clone(), text.replace('\n', " ")] {
            let diagnostic = Diagnostic::new(&source(&text), span(&text, "two"), "not closed", "here")
                .with_context(span(&text, "["), "opened here");
            let drawn = render(&diagnostic, false);
            assert!(drawn.contains("^^^ here") && drawn.contains("- opened here"), "{drawn}");
            assert!(drawn.len() < 800, "{} bytes", drawn.len());
        }
    }

    #[test]
    fn nothing_a_terminal_would_obey_comes_through() {
        let text = "a: \u{9b}2J\u{1b}[31m\u{202e}x\n";
        let diagnostic = Diagnostic::new(&source(text), span(text, "x"), "a\u{1b}[0m", "l\u{9b}")
            .with_help("h\u{7}\u{85}");
        let drawn = render(&diagnostic, false);
        assert!(!drawn.chars().any(|c| c != '\n' && clean::is_harmful(c)), "{drawn:?}");
    }

    proptest! {
        #[test]
        fn no_text_and_no_span_panics(
            text in prop_oneof!["(?s).{0,60}", "(?s)[a-z\\t\\r\\n\u{0}\u{1b}\u{85}\u{301}äß数🦀👨‍👩‍👧 ]{0,60}"],
            start in 0usize..90, len in 0usize..90, second in 0usize..90, label in "(?s).{0,10}",
        ) {
            let source = source(&text);
            let span = Span::new(start, start + len);
            let diagnostic = Diagnostic::new(&source, span, label.clone(), label.clone())
                .with_context(Span::new(second, second + len), "");
            prop_assert!(render(&diagnostic, false).starts_with("error"));
            let drawn = snippet(&source, span, &label);
            prop_assert!(!drawn.chars().any(|c| c != '\n' && clean::is_harmful(c)), "{:?}", drawn);
        }
    }
}
