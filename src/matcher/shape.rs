//! Shapes: whether a value is there, its type and its size.

use serde_json::Value;

use super::Mismatch;
use super::show::type_name;

/// The names that `type` knows.
pub(super) const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "null", "list", "object"];

/// There, or not there.
pub(super) fn exists(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    match argument {
        Value::Bool(wanted) if *wanted == actual.is_some() => Ok(()),
        Value::Bool(true) => Err(Mismatch::new("any value", actual)),
        Value::Bool(false) => Err(Mismatch::new("nothing", actual)),
        _ => Err(Mismatch::new("there, or not", actual).hint("the matcher takes true or false")),
    }
}

/// Has the JSON type.
pub(super) fn json_type(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let Some(wanted) = argument.as_str().filter(|name| TYPES.contains(name)) else {
        return Err(Mismatch::new(format!("type {argument}"), actual)
            .hint(format!("the types are {}", TYPES.join(", "))));
    };
    let holds = match actual {
        None => false,
        Some(Value::Number(number)) if wanted == "integer" => {
            number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        Some(value) => type_name(value) == wanted,
    };
    if holds { Ok(()) } else { Err(Mismatch::new(format!("type {wanted}"), actual)) }
}

/// Has so many characters, items or members.
pub(super) fn length(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let mismatch = Mismatch::new(format!("length {argument}"), actual);
    let Some(wanted) = argument.as_u64() else {
        return Err(mismatch.hint("the matcher takes a whole number"));
    };
    match actual.map(size) {
        Some(Some(size)) if u64::try_from(size) == Ok(wanted) => Ok(()),
        Some(Some(size)) => Err(mismatch.hint(format!("the length is {size}"))),
        Some(None) => Err(mismatch.hint("only text, lists and objects have a length")),
        None => Err(mismatch),
    }
}

/// Has nothing in it, or something.
pub(super) fn empty(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let Some(wanted) = argument.as_bool() else {
        return Err(Mismatch::new("empty, or not", actual).hint("the matcher takes true or false"));
    };
    let mismatch = Mismatch::new(if wanted { "empty" } else { "not empty" }, actual);
    match actual.map(size) {
        Some(Some(size)) if (size == 0) == wanted => Ok(()),
        Some(None) => Err(mismatch.hint("only text, lists and objects can be empty")),
        _ => Err(mismatch),
    }
}

fn size(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}
