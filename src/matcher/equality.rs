//! Equality of JSON values, and what to say about those that are nearly equal.

use serde_json::Value;

use super::show::{quoted, typed};
use super::{Mismatch, number};

/// Equal as JSON.
pub(super) fn equals(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    if actual.is_some_and(|actual| equal(argument, actual)) {
        return Ok(());
    }
    let mismatch = Mismatch::new(typed(Some(argument)), actual);
    Err(match near_miss(argument, actual) {
        Some(hint) => mismatch.hint(hint),
        None => mismatch,
    })
}

/// Equal to one of the list.
pub(super) fn one_of(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let mismatch = Mismatch::new(format!("one of {}", quoted(argument)), actual);
    let Value::Array(choices) = argument else {
        return Err(mismatch.hint("the matcher takes a list"));
    };
    if actual.is_some_and(|actual| choices.iter().any(|choice| equal(choice, actual))) {
        return Ok(());
    }
    Err(match choices.iter().find_map(|choice| near_miss(choice, actual)) {
        Some(hint) => mismatch.hint(hint),
        None => mismatch,
    })
}

/// Numbers by value, objects in any order, lists in order.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            number::order(left, right).is_some_and(std::cmp::Ordering::is_eq)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

fn near_miss(argument: &Value, actual: Option<&Value>) -> Option<String> {
    match (argument, actual?) {
        (Value::String(expected), Value::String(actual)) => {
            text_near_miss(expected, actual).map(str::to_owned)
        }
        (Value::String(text), other @ (Value::Number(_) | Value::Bool(_) | Value::Null))
        | (other @ (Value::Number(_) | Value::Bool(_) | Value::Null), Value::String(text)) => {
            serde_json::from_str::<Value>(text)
                .is_ok_and(|read| equal(&read, other))
                .then(|| format!("they read the same, but one is text and the other is {}", kind(other)))
        }
        (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => {
            difference(argument, actual?, &mut String::new())
        }
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
        _ => "null",
    }
}

/// What two different texts have in common.
pub(super) fn text_near_miss(expected: &str, actual: &str) -> Option<&'static str> {
    if expected.trim() == actual.trim() {
        Some("they differ only in the blanks at their ends")
    } else if expected.to_lowercase() == actual.to_lowercase() {
        Some("they differ only in upper and lower case")
    } else if expected.split_whitespace().eq(actual.split_whitespace()) {
        Some("they differ only in blanks")
    } else {
        None
    }
}

/// The first place at which two values differ, in words; `at` is the JSON pointer to them.
fn difference(expected: &Value, actual: &Value, at: &mut String) -> Option<String> {
    if equal(expected, actual) {
        return None;
    }
    match (expected, actual) {
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(index, (left, right))| {
                descend(at, &index.to_string(), |at| difference(left, right, at))
            })
        }
        (Value::Array(left), Value::Array(right)) => {
            Some(format!("{} items at {} instead of {}", right.len(), place(at), left.len()))
        }
        (Value::Object(left), Value::Object(right)) => left
            .iter()
            .find_map(|(key, left)| match right.get(key) {
                Some(right) => descend(at, key, |at| difference(left, right, at)),
                None => Some(format!("`{key}` is missing at {}", place(at))),
            })
            .or_else(|| {
                let extra = right.keys().find(|key| !left.contains_key(*key))?;
                Some(format!("`{extra}` is there unasked at {}", place(at)))
            }),
        _ => Some(format!("at {}: {} instead of {}", place(at), typed(Some(actual)), typed(Some(expected)))),
    }
}

fn descend<T>(at: &mut String, token: &str, inner: impl FnOnce(&mut String) -> T) -> T {
    let length = at.len();
    at.push('/');
    at.push_str(&token.replace('~', "~0").replace('/', "~1"));
    let result = inner(at);
    at.truncate(length);
    result
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "the top" } else { pointer }
}
