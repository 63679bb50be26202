//! Keeps secrets out of everything that is shown or written, in whatever encoding they come back.

mod curl;
mod cut;
mod forms;
mod headers;
mod report;
mod response;
mod url;
mod visible;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use crate::model::{Source, Span};
use forms::Form;
pub use headers::is_credential;
pub use visible::visible;

/// What stands in place of a secret.
pub const PLACEHOLDER: &str = "[redacted]";

/// Fewest characters of a secret; anything shorter stands in ordinary text by chance.
pub const MIN_CHARS: usize = 4;

/// Knows the secrets of a run and takes them out of texts. Clones share what they know, so a secret captured in
/// one scenario is hidden everywhere from then on. Without secrets, [`text`](Self::text) costs one lock.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Searchers over ever fewer secrets. A new secret gets a searcher of its own, and searchers of like size are
    /// merged, so that adding n secrets costs n log n and not n².
    tiers: Arc<RwLock<Vec<Tier>>>,
    /// The names of variables that are secret, whoever sets them.
    names: Arc<RwLock<HashSet<String>>>,
    /// The names of header fields that carry a credential, lower case, beside those whose names tell.
    headers: Arc<RwLock<HashSet<String>>>,
    /// How many credentials of requests were added undeclared.
    sent: Arc<Mutex<headers::Undeclared>>,
    /// How many of responses.
    received: Arc<Mutex<headers::Undeclared>>,
}

impl Redactor {
    /// Knows no secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hides this from now on. A secret that is known already changes nothing, nor does an empty one.
    ///
    /// # Errors
    ///
    /// The secret has fewer than [`MIN_CHARS`] characters; the text says what to do and does not repeat it.
    pub fn add(&self, secret: &str) -> Result<(), String> {
        if secret.is_empty() {
            return Ok(());
        }
        if secret.chars().nth(MIN_CHARS - 1).is_none() {
            return Err(format!(
                "a secret of fewer than {MIN_CHARS} characters cannot be hidden without blacking out ordinary \
                 text; use a longer one, or do not declare it secret"
            ));
        }
        let mut tiers = self.tiers.write().unwrap_or_else(PoisonError::into_inner);
        if knows(&tiers, secret) {
            return Ok(());
        }
        let mut secrets = vec![secret.to_owned()];
        let mut kept = tiers.len();
        while kept > 0 && tiers[kept - 1].secrets.len() <= secrets.len() {
            kept -= 1;
            secrets.extend_from_slice(&tiers[kept].secrets);
        }
        let tier = Tier::new(secrets).map_err(|error| format!("too many secrets to hide: {error}"))?;
        tiers.truncate(kept);
        tiers.push(tier);
        Ok(())
    }

    /// Hides a variable's value from now on: text as it is, anything else as the JSON it is sent as.
    ///
    /// # Errors
    ///
    /// As for [`add`](Self::add).
    pub fn add_value(&self, value: &serde_json::Value) -> Result<(), String> {
        match value {
            serde_json::Value::String(text) => self.add(text),
            serde_json::Value::Null => Ok(()),
            value => self.add(&value.to_string()),
        }
    }

    /// Takes variables of these names for secret from now on, whoever sets them.
    pub fn add_names(&self, names: impl IntoIterator<Item = String>) {
        self.names.write().unwrap_or_else(PoisonError::into_inner).extend(names);
    }

    /// Whether a variable of this name is secret.
    pub fn is_secret(&self, name: &str) -> bool {
        self.names.read().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    /// Hides the value that a scenario gives to a variable, if the variable's name is a secret one. What is too
    /// short to be hidden stays: it stands in the scenario for all to read, or a server made it up.
    pub fn add_variable(&self, name: &str, value: &serde_json::Value) {
        if self.is_secret(name) {
            let _ = self.add_value(value);
        }
    }

    /// A file's text with `*` for every byte of a secret, so that places in it stay where they are.
    pub fn masked(&self, source: &Source) -> Source {
        self.masked_in(source, 0..source.text.len())
    }

    /// The same for the lines on which a span begins and ends; the others keep their secrets and are not for showing.
    /// A large document costs no more than a small one, unless there is a secret on those lines.
    pub fn masked_at(&self, source: &Source, span: Span) -> Source {
        let text = &*source.text;
        let [from, to] = [span.start as usize, span.end()].map(|at| source.character(at).start as usize);
        let longest = {
            let tiers = self.tiers.read().unwrap_or_else(PoisonError::into_inner);
            tiers.iter().map(|tier| tier.longest).max().unwrap_or(0)
        };
        let line_start = text[..from].rfind('\n').unwrap_or(0);
        let line_end = text[to..].find('\n').map_or(text.len(), |length| to + length);
        // A secret of several lines may begin before them and end behind them.
        let [from, to] = [line_start.saturating_sub(longest), line_end.saturating_add(longest)];
        let [from, to] = [from, to].map(|at| source.character(at).start as usize);
        self.masked_in(source, from..to)
    }

    fn masked_in(&self, source: &Source, part: Range<usize>) -> Source {
        let found = self.found(&source.text[part.clone()]);
        if found.is_empty() {
            return source.clone();
        }
        let mut text = source.text.to_string();
        for range in found {
            let range = part.start + range.start..part.start + range.end;
            text.replace_range(range.clone(), &"*".repeat(range.len()));
        }
        Source { name: Arc::clone(&source.name), text: text.into() }
    }

    /// Whether this very secret was added.
    fn knows(&self, secret: &str) -> bool {
        knows(&self.tiers.read().unwrap_or_else(PoisonError::into_inner), secret)
    }

    /// Where secrets stand, in order.
    fn found(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for tier in self.tiers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            tier.search(text, &mut found);
        }
        found.sort_unstable_by_key(|range| range.start);
        found
    }

    /// The text with every secret, plain or encoded, replaced by [`PLACEHOLDER`]. Occurrences that overlap are
    /// replaced as one.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.found(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        let mut end = 0;
        for range in found {
            if range.start >= end {
                clean.push_str(&text[end..range.start]);
                clean.push_str(PLACEHOLDER);
            }
            end = end.max(range.end);
        }
        clean.push_str(&text[end..]);
        Cow::Owned(clean)
    }
}

impl std::fmt::Debug for Redactor {
    /// Says nothing about the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

fn knows(tiers: &[Tier], secret: &str) -> bool {
    tiers.iter().any(|tier| tier.secrets.iter().any(|known| known == secret))
}

/// Some secrets with the searcher for all their forms.
struct Tier {
    secrets: Vec<String>,
    forms: Vec<Form>,
    /// Bytes of the longest form.
    longest: usize,
    searcher: AhoCorasick,
}

impl Tier {
    fn new(secrets: Vec<String>) -> Result<Self, BuildError> {
        let mut forms: Vec<Form> = secrets.iter().flat_map(|secret| forms::of(secret)).collect();
        cut::sort(&mut forms);
        let longest = forms.iter().map(|form| form.text.len()).max().unwrap_or(0);
        // One search for all: forms in which case counts are compared once more when they are found.
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(forms.iter().map(|form| &form.text))?;
        Ok(Self { secrets, forms, longest, searcher })
    }

    fn search(&self, text: &str, found: &mut Vec<Range<usize>>) {
        for hit in self.searcher.find_overlapping_iter(text) {
            let form = &self.forms[hit.pattern()];
            if form.any_case || form.text == text[hit.range()] {
                found.push(hit.range());
            }
        }
        found.extend(cut::cuts(text).filter_map(|end| cut::begun(&self.forms, self.longest, &text[..end])));
    }
}

#[cfg(test)]
mod tests;
