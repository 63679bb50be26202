//! The members of an error at the places that the contract names, and their types.

use serde_json::{Map, Value};

use super::answer::{Fact, LONGEST};
use crate::rules::resolve;

/// Most members of one answer, and items of one list, that are looked at.
const MOST: usize = 64;
const ITEMS: usize = 8;

/// Members of details that hold what was sent or what would have been good, of whatever type that is.
const ECHOES: &[&str] = &[
    "actual", "allowed", "context", "data", "default", "expected", "given", "got", "input", "max", "meta",
    "min", "params", "provided", "received", "rejected", "value",
];

/// Pointer and type of each member; a list's items stand under `*`. A null says nothing about its type.
pub(super) fn of(fact: &Fact<'_>) -> Vec<(String, &'static str)> {
    let envelope = &fact.answer.contract.envelope;
    let Some(body) = &fact.answer.judged.body.value else { return Vec::new() };
    let named =
        [&envelope.success, &envelope.code, &envelope.message, &envelope.request_id, &envelope.timestamp];
    let named = named.into_iter().chain([&envelope.details, &envelope.status]).flatten();
    let mut homes: Vec<&str> =
        named.filter_map(|pointer| pointer.rfind('/').map(|end| &pointer[..end])).collect();
    homes.push("");
    homes.sort_unstable();
    homes.dedup();
    let mut found = Vec::new();
    for home in &homes {
        let Some(Value::Object(members)) = resolve(body, home) else { continue };
        let own = |pointer: &String| !homes.contains(&pointer.as_str());
        push(members, home, own, &mut found);
    }
    let details = envelope.details.as_deref().and_then(|pointer| Some((pointer, resolve(body, pointer)?)));
    let echo = fact.answer.contract.details.value.as_deref();
    let is_told = |pointer: &String| {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        Some(name) != echo && !ECHOES.iter().any(|word| lower.contains(word))
    };
    match details {
        Some((pointer, Value::Object(members))) => push(members, pointer, is_told, &mut found),
        Some((pointer, Value::Array(items))) => {
            for members in items.iter().take(ITEMS).filter_map(Value::as_object) {
                push(members, &format!("{pointer}/*"), is_told, &mut found);
            }
        }
        _ => {}
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn push(
    members: &Map<String, Value>,
    home: &str,
    keep: impl Fn(&String) -> bool,
    found: &mut Vec<(String, &'static str)>,
) {
    for (name, value) in members.iter().take(MOST) {
        let pointer = format!("{home}/{}", name.replace('~', "~0").replace('/', "~1"));
        found.extend(
            kind(value).filter(|_| pointer.len() <= LONGEST && keep(&pointer)).map(|kind| (pointer, kind)),
        );
    }
}

fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("a boolean"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a string"),
        Value::Array(_) => Some("an array"),
        Value::Object(_) => Some("an object"),
    }
}
