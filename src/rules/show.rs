//! Parts of a response in words, short enough for a message.

use serde_json::Value;

/// Longest text that is shown as it is, in bytes. A longer one is only described: showing half of it could
/// show half of a secret, which no redaction by comparison would find.
const LONGEST: usize = 80;

/// The word for a value's type, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A value for the `actual` of a finding.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(string) => text(string),
        Value::Array(items) => format!("an array of {} items", items.len()),
        Value::Object(members) => format!("an object of {} members", members.len()),
    }
}

/// Text for the `actual` of a finding: whole, or its length.
pub(super) fn text(text: &str) -> String {
    if text.len() > LONGEST {
        return format!("text of {} characters", text.chars().count());
    }
    text.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_texts_are_described_and_never_cut() {
        assert_eq!(value(&json!("a\nb")), "a\\nb");
        assert_eq!(value(&json!("ü".repeat(41))), "text of 41 characters");
        assert_eq!(value(&json!([1, 2])), "an array of 2 items");
        assert_eq!(value(&json!(1.5)), "1.5");
    }
}
