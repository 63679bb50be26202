//! Mistakes in files: their places lie in the text, and they can be drawn.

use tollgate::model::{Diagnostic, Source, Span};
use tollgate::report;

/// Most bytes of a drawn mistake, beyond its own words and the name of its file.
const LARGEST: usize = 4_096;

/// Checks every mistake of a file.
pub fn check(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let Diagnostic { title, source, primary, context, help } = diagnostic;
        assert!(!title.is_empty(), "a mistake says what is wrong");
        let places = [Some(primary), context.as_ref()];
        for place in places.into_iter().flatten() {
            inside(source, place.span);
        }
        let labels = places.into_iter().flatten().map(|place| place.label.len());
        let help = help.as_ref().map_or(0, String::len);
        let words = source.name.len() + title.len() + help + labels.sum::<usize>();
        for colour in [false, true] {
            let drawn = report::render(diagnostic, colour);
            assert!(!drawn.contains('\0') && drawn.ends_with('\n'), "{drawn:?}");
            // A character may take four bytes, and what a terminal would obey is spelled out.
            assert!(drawn.len() <= LARGEST + 16 * words, "{} bytes for {words} bytes of words", drawn.len());
        }
        let position = diagnostic.position();
        assert!(position.line >= 1 && position.column >= 1);
    }
}

/// A place starts and ends at characters of the text.
pub fn inside(source: &Source, span: Span) {
    let text = &source.text;
    let (start, end) = (span.start as usize, span.end());
    assert!(end <= text.len() || text.is_empty(), "{start}..{end} in a text of {} bytes", text.len());
    if !text.is_empty() {
        assert!(
            text.is_char_boundary(start) && text.is_char_boundary(end),
            "{start}..{end} cuts a character"
        );
    }
}
