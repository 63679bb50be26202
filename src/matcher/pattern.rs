//! Nested matchers: a mapping whose keys are all matcher names, or a literal.

use serde_json::{Map, Value};

use super::show::{quoted, typed};
use super::{Mismatch, equality, kind_of, matches};
use crate::model::MatcherKind;

/// Where and why a value does not have the parts it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer from the value to the faulty part; empty for the value itself.
    pub pointer: String,
    /// What is wrong there.
    pub mismatch: Mismatch,
}

/// The matchers that a mapping stands for, if it does.
pub(super) fn matchers(value: &Value) -> Option<impl Iterator<Item = (MatcherKind, &Value)>> {
    let members = value.as_object().filter(|members| is_matchers(members.keys()))?;
    Some(members.iter().filter_map(|(name, argument)| Some((kind_of(name)?, argument))))
}

/// Whether these are the keys of a mapping of matchers.
pub(super) fn is_matchers<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> bool {
    let mut keys = keys.into_iter().peekable();
    keys.peek().is_some() && keys.all(|key| kind_of(key.as_ref()).is_some())
}

/// Whether a value passes a mapping of matchers, or equals a literal.
pub(super) fn check(pattern: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    match matchers(pattern) {
        Some(mut matchers) => matchers.try_for_each(|(kind, argument)| matches(kind, argument, actual)),
        None => equality::equals(pattern, actual),
    }
}

/// What a pattern asks for, in words.
pub(super) fn words(pattern: &Value) -> String {
    match matchers(pattern) {
        Some(_) => quoted(pattern),
        None => format!("equal to {}", typed(Some(pattern))),
    }
}

/// None of the matchers holds, or not equal.
pub(super) fn not(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let mismatch = |shown: &str| Err(Mismatch::new(format!("not {shown}"), actual));
    match matchers(argument) {
        Some(mut matchers) => match matchers.find(|(kind, inner)| matches(*kind, inner, actual).is_ok()) {
            Some((kind, inner)) => {
                let name = super::info(kind).map_or("", |info| info.name);
                mismatch(&format!("{name}: {}", quoted(inner)))
            }
            None => Ok(()),
        },
        None if equality::equals(argument, actual).is_ok() => mismatch(&typed(Some(argument))),
        None => Ok(()),
    }
}

/// Whether a value has the parts of a pattern: an object has at least the pattern's members, each of which may
/// be a mapping of matchers, an object of which again a part is given, or a literal.
///
/// # Errors
/// With the first faulty part.
pub fn partial(pattern: &Value, actual: Option<&Value>) -> Result<(), Fault> {
    let fault = |mismatch| Fault { pointer: String::new(), mismatch };
    match (pattern, actual) {
        (Value::Object(members), Some(Value::Object(object))) => part_of(members, object),
        _ => equality::equals(pattern, actual).map_err(fault),
    }
}

fn part_of(members: &Map<String, Value>, object: &Map<String, Value>) -> Result<(), Fault> {
    for (key, inner) in members {
        let actual = object.get(key);
        let result = match matchers(inner) {
            Some(_) => check(inner, actual).map_err(|mismatch| Fault { pointer: String::new(), mismatch }),
            None => partial(inner, actual),
        };
        result.map_err(|fault| Fault {
            pointer: format!("/{}{}", key.replace('~', "~0").replace('/', "~1"), fault.pointer),
            mismatch: fault.mismatch,
        })?;
    }
    Ok(())
}
