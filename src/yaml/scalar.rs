//! Plain scalars by YAML 1.2's core schema, without the surprises of 1.1: `no` is text, `0755` is text.

use serde_json::Number;

use crate::model::NodeKind;

/// Resolves an unquoted scalar (YAML 1.2.2 section 10.3.2).
pub(super) fn resolve(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" => NodeKind::Bool(false),
        _ => number(text).map_or_else(|| NodeKind::Text(text.into()), NodeKind::Number),
    }
}

/// A decimal number as JSON writes it. Hexadecimal, octal, infinities, underscores and leading zeros
/// stay text: in an API test they are identifiers more often than numbers.
fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let mut digits = unsigned.bytes();
    if !digits.next()?.is_ascii_digit() {
        return None;
    }
    if unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit() {
        return None;
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    }
    let decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if !unsigned.bytes().all(decimal) {
        return None;
    }
    serde_json::from_str::<Number>(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_and_nothing_of_yaml_1_1() {
        assert_eq!(resolve("~"), NodeKind::Null);
        assert_eq!(resolve("true"), NodeKind::Bool(true));
        assert_eq!(resolve("-12"), NodeKind::Number((-12).into()));
        assert_eq!(resolve("18446744073709551615"), NodeKind::Number(u64::MAX.into()));
        assert_eq!(resolve("0"), NodeKind::Number(0.into()));
        assert!(matches!(resolve("1.5e3"), NodeKind::Number(_)));
        for text in
            ["no", "yes", "on", "0755", "0x1F", "1_000", "12:30", "1.2.3", "-", ".5", "184467440737095516150"]
        {
            assert_eq!(resolve(text), NodeKind::Text(text.into()), "{text}");
        }
    }
}
