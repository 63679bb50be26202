//! A response as text for reports: status line, header lines, body; bounded, redacted, harmless to a terminal.

use std::fmt::Write;

use super::{Redactor, visible};
use crate::model::{Cut, Response};

impl Redactor {
    /// The response with at most `max_bytes` of its body. What is not text is named, not shown.
    pub fn response_text(&self, response: &Response, max_bytes: usize) -> String {
        let mut text = format!("{} {}\n", response.version, response.status);
        for (name, value) in self.headers(&response.headers) {
            let _ = writeln!(text, "{}: {}", visible(&name), visible(&value));
        }
        if !response.body.is_empty() {
            text.push('\n');
            text.push_str(&self.body(response, max_bytes));
        }
        if let Some(cut) = &response.cut {
            let _ = write!(text, "\n<{}>", self.text(&describe(cut)));
        }
        text
    }

    fn body(&self, response: &Response, max_bytes: usize) -> String {
        let Some(body) = as_text(&response.body) else {
            let kind = response.header("content-type").unwrap_or("no content-type".into());
            return format!("<{} bytes of binary, {}>", response.body.len(), visible(&self.text(&kind)));
        };
        // Secrets go first: cut in two they would not be found.
        bounded(&visible(&self.text(body)), max_bytes)
    }
}

fn describe(cut: &Cut) -> String {
    match cut {
        Cut::TooLarge(max) => format!("larger than {max} bytes, reading stopped"),
        Cut::Broken(how) => visible(how).into_owned(),
        Cut::TimedOut => "the time ran out while the body was being read".to_owned(),
    }
}

/// The body as text. The cap may have cut its last character in two; that one is left out.
fn as_text(body: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&body[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    (!text.contains('\0')).then_some(text)
}

/// The text up to so many bytes, with a note on what was left out.
fn bounded(text: &str, max_bytes: usize) -> String {
    let part = prefix(text, max_bytes);
    match text.len() - part.len() {
        0 => text.to_owned(),
        more => format!("{part}\n<{more} more bytes>"),
    }
}

/// As many whole characters as fit into so many bytes.
pub(super) fn prefix(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
