//! A text file with its name, and places inside it.

use std::sync::Arc;

/// A range of bytes in a [`Source`]. Files over 4 GiB are refused before they are parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clamp(start), len: clamp(end.saturating_sub(start)) }
    }

    /// Offset one past the last byte.
    pub fn end(self) -> usize {
        self.start as usize + self.len as usize
    }
}

/// A value together with the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Ties a value to its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One-based line and column (in characters), as editors count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A file's display name and its whole text; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name shown to people: the path as the user gave or would type it.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

impl Source {
    /// Names a text.
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The place of the character at an offset, or of which the byte there is a part; empty at the text's end.
    pub fn character(&self, offset: usize) -> Span {
        let mut start = offset.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        Span::new(start, start + self.text[start..].chars().next().map_or(0, char::len_utf8))
    }

    /// The character at a line from 1 and a column in bytes from 1, as parsers of JSON count them.
    pub fn at(&self, line: usize, column: usize) -> Span {
        let start = match line.saturating_sub(2) {
            _ if line <= 1 => 0,
            newlines => self.text.match_indices('\n').nth(newlines).map_or(0, |(at, _)| at + 1),
        };
        self.character(start + column.saturating_sub(1))
    }

    /// The line and column at which a span starts.
    pub fn position(&self, span: Span) -> Position {
        let start = self.character(span.start as usize).start as usize;
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
        Position { line: count(newlines(before)), column: count(before[line_start..].chars().count()) }
    }
}

/// The newlines of a text, counted in bytes of which many fit a register: a large document has a place asked for with
/// every step.
fn newlines(text: &str) -> usize {
    let few = |part: &[u8]| part.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>();
    text.as_bytes().chunks(u8::MAX.into()).map(|part| usize::from(few(part))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let source = Source::new("a.yaml", "é: 1\nname: ü x\n");
        let at = source.text.find('x').expect("x is there");
        assert_eq!(source.position(Span::new(at, at + 1)), Position { line: 2, column: 9 });
        assert_eq!(source.position(Span::new(0, 1)), Position { line: 1, column: 1 });
        assert_eq!(source.position(Span::new(900, 901)).line, 3);
        let many = Source::new("many.yaml", &"\n".repeat(1_000));
        assert_eq!(many.position(Span::new(300, 301)).line, 301);
        assert_eq!(many.position(Span::new(1_000, 1_000)).line, 1_001);
    }

    #[test]
    fn a_place_is_a_whole_character() {
        let source = Source::new("a.yaml", "aé");
        for (offset, start, end) in [(0, 0, 1), (1, 1, 3), (2, 1, 3), (3, 3, 3), (9, 3, 3)] {
            assert_eq!(source.character(offset), Span::new(start, end), "{offset}");
        }
    }
}
