//! Makes foreign text harmless for a terminal: no control characters, nothing that turns the reading direction.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character moves the cursor, colours, rings or turns the reading direction.
pub(super) fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Foreign text as one line that a terminal only shows.
pub fn harmless(text: &str) -> Cow<'_, str> {
    line(text)
}

/// The text with every harmful character but the newline escaped.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    escape(text, |character| is_harmful(character) && character != '\n')
}

/// The text as one line: newlines are escaped as well.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    escape(text, is_harmful)
}

fn escape(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if harmful(character) {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}", character.escape_default());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(text("a\u{1b}[31m\tb\r\nc"), "a\\u{1b}[31m\\tb\\r\nc");
        assert_eq!(text("\u{9b}2J \u{202e}x"), "\\u{9b}2J \\u{202e}x");
        assert_eq!(line("a\nb"), "a\\nb");
        assert!(matches!(text("plain ✓ ünï"), Cow::Borrowed(_)));
    }
}
