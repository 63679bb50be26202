//! The fields that the details of an error name, looked up in what was sent.

use serde_json::{Map, Value};

use super::pointer::{member, resolve};
use crate::model::{Contract, DetailsShape, FieldShape, RequestShape};

/// Most entries of details that are looked at.
const MOST: usize = 64;

/// Names for the body as a whole, in lower case.
const WHOLE: &[&str] = &[
    "",
    "$",
    "*",
    "/",
    "_",
    "__all__",
    "__root__",
    "_root",
    "base",
    "body",
    "data",
    "input",
    "json",
    "non_field_errors",
    "payload",
    "request",
    "root",
];

/// A field named by an entry of details.
#[derive(Debug)]
pub struct Blamed<'a> {
    /// The number of the entry in a list of details.
    index: Option<usize>,
    /// The name as the API wrote it.
    pub(super) name: &'a str,
    /// The entry that names it.
    pub(super) entry: &'a Map<String, Value>,
    /// JSON pointer into the sent body, whether or not something stands there.
    pub(super) place: String,
}

impl Blamed<'_> {
    /// JSON pointer into the response, to this member of the entry.
    pub(super) fn pointer(&self, contract: &Contract, key: Option<&str>) -> String {
        let details = contract.envelope.details.as_deref().unwrap_or_default();
        let key = key.unwrap_or_default();
        match self.index {
            Some(index) => format!("{details}/{index}/{key}"),
            None => format!("{details}/{key}"),
        }
    }

    /// Whether the body as a whole is meant and not a field of it.
    pub(super) fn is_whole(&self) -> bool {
        WHOLE.iter().any(|name| self.name.trim().eq_ignore_ascii_case(name))
    }
}

/// Every field that the details of an error name.
pub fn blamed<'a>(contract: &Contract, details: &'a Value, sent: &Value) -> Vec<Blamed<'a>> {
    let Some(key) = contract.details.field.as_deref() else { return Vec::new() };
    let blame = |index: Option<usize>, entry: &'a Value| {
        let entry = entry.as_object()?;
        let name = member(entry, key)?.as_str()?;
        Some(Blamed { index, name, entry, place: place(name, sent) })
    };
    match (contract.details.shape, details) {
        (DetailsShape::Array, Value::Array(entries)) => {
            let entries = entries.iter().take(MOST).enumerate();
            entries.filter_map(|(index, entry)| blame(Some(index), entry)).collect()
        }
        (DetailsShape::Object, entry) => blame(None, entry).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The pointer that a name means: `price.amount`, `items[0].x`, `items.0.x`, `/price/amount`, `$.email`,
/// `body.email`, or a key as it is.
fn place(name: &str, sent: &Value) -> String {
    if !name.is_empty() && !name.contains(['.', '[', '/', '~']) {
        return ["/", name].concat();
    }
    if sent.get(name).is_some() {
        return format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    let path = name.strip_prefix("$.").or_else(|| name.strip_prefix("body.")).unwrap_or(name);
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut pointer = String::with_capacity(path.len() + 2);
    for token in path.split(['.', '[', ']', '/']).filter(|token| !token.is_empty()) {
        pointer.push('/');
        pointer.push_str(token.trim_matches(['"', '\'']));
    }
    pointer
}

/// What was sent at a place; `null` counts as nothing.
pub(super) fn value<'a>(sent: &'a Value, place: &str) -> Option<&'a Value> {
    resolve(sent, place).filter(|value| !value.is_null())
}

/// What the contract says about a place, if it describes it.
pub(super) fn shape(shape: &RequestShape, place: &str) -> Option<FieldShape> {
    if let Some(shape) = shape.fields.get(place) {
        return Some(*shape);
    }
    let is_index = |token: &str| token.bytes().all(|byte| byte.is_ascii_digit());
    if !place.split('/').skip(1).any(is_index) {
        return None;
    }
    let mut generic = String::with_capacity(place.len());
    for token in place.split('/').skip(1) {
        generic.push('/');
        generic.push_str(if is_index(token) { "*" } else { token });
    }
    shape.fields.get(&generic).copied()
}

/// Whether one place is the other or a part of it.
pub(super) fn within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_mean_places() {
        let sent = json!({ "price": { "amount": 1 }, "items": [{ "x": 1 }], "a.b": 1, "c/d": 1 });
        for (name, expected) in [
            ("price.amount", "/price/amount"),
            ("items[0].x", "/items/0/x"),
            ("items.0.x", "/items/0/x"),
            ("items[0][\"x\"]", "/items/0/x"),
            ("/price/amount", "/price/amount"),
            ("price/amount", "/price/amount"),
            ("$.price.amount", "/price/amount"),
            ("body.price", "/price"),
            ("a.b", "/a.b"),
            ("c/d", "/c~1d"),
            ("email", "/email"),
            ("", ""),
        ] {
            assert_eq!(place(name, &sent), expected, "{name}");
        }
    }

    #[test]
    fn parts_are_told_from_neighbours() {
        assert!(within("/a/b", "/a") && within("/a", "/a") && within("/a", ""));
        assert!(!within("/ab", "/a") && !within("/a", "/a/b"));
    }
}
