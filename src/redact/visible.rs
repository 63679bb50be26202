//! Makes visible what a terminal would obey, so that a server's text cannot drive it.

use std::borrow::Cow;

/// The text with control characters (line feed and tab excepted) and marks of writing direction spelled out as
/// `\u{1b}`; a carriage return before a line feed is dropped.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            c if is_active(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal may do something else with it than show it. The marks are those of Unicode's bidirectional
/// algorithm (UAX 9), which can make text read as other text.
fn is_active(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
