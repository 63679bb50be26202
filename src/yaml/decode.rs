//! Reading values out of a tree whose shape was already checked.

use std::time::Duration;

use super::{Problems, Table};
use crate::model::{Entry, Node, NodeKind, Span, Spanned};

/// The entries of a mapping, read by key. What has another shape than asked for reads as missing:
/// [`super::check`] has said so before.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'n> {
    /// Where the mapping stands.
    pub span: Span,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// The fields of a node; none if it is not a mapping.
    pub fn of(node: &'n Node) -> Self {
        Self { span: node.span, entries: node.as_map().unwrap_or(&[]) }
    }

    /// The fields of the mapping under a key; none if there is no such mapping.
    pub fn of_key(outer: &Self, key: &str) -> Self {
        outer.get(key).map_or(Self { span: outer.span, entries: &[] }, Self::of)
    }

    /// Whether nothing here is unknown to the table, so that what is missing is not just spelled wrongly.
    pub fn all_known(&self, table: &Table) -> bool {
        let known = |entry: &Entry| table.keys.iter().any(|key| key.name == &*entry.key.value);
        !self.entries.is_empty() && self.entries.iter().all(known)
    }

    /// Every entry in file order.
    pub fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry with a key.
    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// Text.
    pub fn text(&self, key: &str) -> Option<Spanned<String>> {
        self.get(key).and_then(text)
    }

    /// A boolean.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)?.kind {
            NodeKind::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// A whole number.
    pub fn integer(&self, key: &str) -> Option<u64> {
        match &self.get(key)?.kind {
            NodeKind::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<f64> {
        match &self.get(key)?.kind {
            NodeKind::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// A time with its unit.
    pub fn duration(&self, key: &str) -> Option<Spanned<Duration>> {
        let node = self.get(key)?;
        Some(Spanned::new(duration_from_text(node.as_text()?)?, node.span))
    }

    /// A list of texts; one text counts as a list of one.
    pub fn texts(&self, key: &str) -> Vec<Spanned<String>> {
        match self.get(key) {
            Some(node) => match node.as_list() {
                Some(items) => items.iter().filter_map(text).collect(),
                None => text(node).into_iter().collect(),
            },
            None => Vec::new(),
        }
    }

    /// The items of a list.
    pub fn list(&self, key: &str) -> &'n [Node] {
        self.get(key).and_then(Node::as_list).unwrap_or(&[])
    }

    /// A mapping with free keys, as pairs.
    pub fn pairs(&self, key: &str) -> Vec<(Spanned<String>, Node)> {
        let pair =
            |entry: &Entry| (Spanned::new(entry.key.value.to_string(), entry.key.span), entry.value.clone());
        Self::of_key(self, key).entries.iter().map(pair).collect()
    }

    /// Notes a mistake if more than one of these keys is there. Returns the first that is.
    pub fn only_one(&self, keys: &[&str], problems: &mut Problems<'_>) -> Option<&'n Entry> {
        let mut there = self.entries.iter().filter(|entry| keys.contains(&&*entry.key.value));
        let first = there.next()?;
        for other in there {
            let title = format!("`{}` and `{}` exclude each other", first.key.value, other.key.value);
            let mistake = crate::model::Diagnostic::new(
                problems.source(),
                other.key.span,
                title,
                "keep one of the two",
            )
            .with_context(first.key.span, "the other");
            problems.push(mistake);
        }
        Some(first)
    }
}

/// Text with its place.
fn text(node: &Node) -> Option<Spanned<String>> {
    let text = match &node.kind {
        NodeKind::Text(text) => text.to_string(),
        NodeKind::Number(number) => number.to_string(),
        NodeKind::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    Some(Spanned::new(text, node.span))
}

/// Reads `500ms`, `1.5s`, `2m`, `24h`, `7d`. At most 366 days.
pub fn duration_from_text(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !number.starts_with('.');
    let number: f64 = number.parse().ok().filter(|_| plain && !number.ends_with('.'))?;
    let limit = 366.0 * 86_400.0;
    Some(number * seconds).filter(|seconds| *seconds <= limit).map(Duration::from_secs_f64)
}

/// Reads requests and window: `60/60s`, `5/1s`.
pub fn limit_from_text(text: &str) -> Option<(u32, Duration)> {
    let (count, window) = text.split_once('/')?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    let window = duration_from_text(window).filter(|window| !window.is_zero())?;
    Some((count, window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_number_and_a_unit() {
        assert_eq!(duration_from_text("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration_from_text("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration_from_text("24h"), Some(Duration::from_secs(86_400)));
        for text in
            ["", "5", "ms", "5 s", "-1s", "1e9s", "inf s", "nans", ".5s", "5.s", "1.2.3s", "99999d", "5S"]
        {
            assert_eq!(duration_from_text(text), None, "{text}");
        }
    }
}
