//! Finds known texts within others, by what stands beside them.

use std::borrow::Cow;
use std::fmt::Write;

use aho_corasick::{AhoCorasick, MatchKind};

use super::FEWEST;

/// Finds texts within others.
#[derive(Default)]
pub(super) struct Finder {
    needles: Vec<Needle>,
    searcher: Option<AhoCorasick>,
}

struct Needle {
    text: String,
    placeholder: String,
    alone: Alone,
}

/// What may stand beside a value that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// Anything.
    Anywhere,
    /// No digit: a number may be a part of a name, `ada4821@example.com`.
    AmongLetters,
    /// Neither letter nor digit.
    AsWord,
}

impl Finder {
    /// Looks for this text as well; the first placeholder of a text counts.
    pub(super) fn add(&mut self, text: &str, placeholder: &str, alone: Alone) {
        let known = self.needles.iter().any(|needle| needle.text == text);
        if text.chars().count() >= FEWEST && !known {
            let (text, placeholder) = (text.to_owned(), placeholder.to_owned());
            self.needles.push(Needle { text, placeholder, alone });
        }
    }

    /// Gets ready to look for what was added.
    pub(super) fn build(&mut self, any_case: bool) {
        let texts = self.needles.iter().map(|needle| &needle.text);
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(any_case)
            .build(texts);
        // Without a searcher nothing is replaced: a snapshot that differs is seen, and nothing breaks.
        self.searcher = built.ok().filter(|_| !self.needles.is_empty());
    }

    /// The text with placeholders for what was found.
    pub(super) fn replaced<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(searcher) = &self.searcher else { return Cow::Borrowed(text) };
        let mut out = String::new();
        let mut from = 0;
        for found in searcher.find_iter(text) {
            let needle = &self.needles[found.pattern()];
            if needle.alone.holds(text, found.start(), found.end()) {
                out.push_str(&text[from..found.start()]);
                out.push_str(&needle.placeholder);
                from = found.end();
            }
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[from..]);
        Cow::Owned(out)
    }
}

/// The text as a part of a URL (RFC 3986 section 2.1).
pub(super) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

impl Alone {
    /// Whether this part of the text is no piece of a longer word or number. A side at which it has a sign itself needs
    /// no other.
    fn holds(self, text: &str, start: usize, end: usize) -> bool {
        let belongs: fn(char) -> bool = match self {
            Self::Anywhere => return true,
            Self::AmongLetters => |c| c.is_ascii_digit(),
            Self::AsWord => char::is_alphanumeric,
        };
        let goes_on = |at: usize| {
            let before = text[..at].chars().next_back().is_some_and(belongs);
            before && text[at..].chars().next().is_some_and(belongs)
        };
        !goes_on(start) && !goes_on(end)
    }
}
