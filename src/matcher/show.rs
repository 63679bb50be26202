//! Values in messages: with their type, and never longer than a line or two.

use serde_json::Value;

/// Most characters of a value in a message.
const LONGEST: usize = 200;

/// A value with its type: `string "Ada"`, `number 5`, `null`, `nothing` where there is none.
pub fn typed(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(value) => format!("{} {}", type_name(value), quoted(value)),
    }
}

/// A value as compact JSON, shortened.
pub fn quoted(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// The word for a value's type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
