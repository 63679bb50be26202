//! What the client sent itself: an echo of it is no leak and no placeholder.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Subject;

/// Shortest text that is blanked out as an echo, in bytes; a shorter one may stand anywhere by chance.
const SHORTEST: usize = 8;
/// Largest request body that is looked through, in bytes.
const LARGEST: usize = 1 << 20;

/// The texts of a request in lower case.
pub(super) struct Sent {
    /// Everything: the address, the body, and every value in them.
    wholes: Vec<String>,
    /// The values that are phrases, longest first.
    values: Vec<String>,
}

impl Sent {
    /// Everything that was sent.
    pub(super) fn all(subject: &Subject<'_>) -> Self {
        let mut sent = Self::without_headers(subject);
        sent.values.extend(subject.request.headers.iter().map(|header| header.text().to_ascii_lowercase()));
        sent.sort()
    }

    /// The address and the body alone.
    pub(super) fn without_headers(subject: &Subject<'_>) -> Self {
        let mut sent = Self { wholes: Vec::new(), values: Vec::new() };
        for url in [&subject.request.url, &subject.response.url] {
            let url = decoded(url);
            let parts = url.split(['/', '?', '&', '=', '#']);
            sent.values.extend(parts.map(str::to_owned));
            sent.wholes.push(url);
        }
        let body = &subject.request.body[..subject.request.body.len().min(LARGEST)];
        let text = String::from_utf8_lossy(body).to_ascii_lowercase();
        match serde_json::from_slice(body) {
            Ok(json) => gather(&json, &mut sent.values),
            Err(_) => {
                let form = decoded(&text);
                sent.values.extend(form.split(['&', '=']).map(str::to_owned));
                sent.wholes.push(form);
            }
        }
        sent.wholes.push(text);
        sent.sort()
    }

    /// Whether a text stands in what was sent, in whatever case.
    pub(super) fn holds(&self, text: &str) -> bool {
        let text = text.trim().to_ascii_lowercase();
        self.wholes.iter().any(|part| part.contains(&text))
    }

    /// The text with every echo of a value blanked out; its length stays the same.
    pub(super) fn blank_out(&self, text: &str) -> String {
        let mut blanked = text.to_owned();
        let mut lower = text.to_ascii_lowercase();
        for value in &self.values {
            while let Some(at) = lower.find(value.as_str()) {
                let blank = "\u{1}".repeat(value.len());
                let range = at..at + value.len();
                blanked.replace_range(range.clone(), &blank);
                lower.replace_range(range, &blank);
            }
        }
        blanked
    }

    fn sort(mut self) -> Self {
        self.wholes.extend(self.values.iter().cloned());
        // A single word, such as the name of a table in the address, is no leak and must not hide one.
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        self.values
            .retain(|value| value.len() >= SHORTEST && !value.bytes().all(word) && !value.contains('\u{1}'));
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        self.values.dedup();
        self
    }
}

/// An address or a form as people read it, in lower case.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().to_ascii_lowercase()
}

/// The keys and texts of a body.
fn gather(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.to_ascii_lowercase()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, into)),
        Value::Object(members) => {
            for (key, member) in members {
                into.push(key.to_ascii_lowercase());
                gather(member, into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
