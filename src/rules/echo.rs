//! Whether an echoed value is the one that was sent, as far as it can be known.

use serde_json::Value;

/// Shortest text that counts as the beginning of a longer one.
const SHORTEST: usize = 8;

/// What APIs write in place of a value that is not to be seen, in lower case.
const MASKS: &[&str] =
    &["*", "•", "…", "...", "redacted", "masked", "hidden", "filtered", "<omitted>", "[object"];

/// Whether a value may stand for the one that was sent: the same; masked, shortened, trimmed, in other case, escaped;
/// or written as text.
pub(super) fn may_be(echo: &Value, sent: &Value) -> bool {
    match (echo, sent) {
        _ if echo == sent => true,
        (Value::Null, _) | (Value::String(_), Value::Array(_) | Value::Object(_)) => true,
        (Value::Number(_), Value::Number(_)) => echo.as_f64() == sent.as_f64(),
        (Value::String(echo), Value::String(sent)) => is_like(echo, sent),
        (Value::String(text), scalar) | (scalar, Value::String(text)) => is_written(text, scalar),
        (Value::Array(echo), Value::Array(sent)) => {
            echo.len() == sent.len() && echo.iter().zip(sent).all(|(echo, sent)| may_be(echo, sent))
        }
        (Value::Object(echo), Value::Object(sent)) => {
            echo.iter().all(|(key, echo)| sent.get(key).is_some_and(|sent| may_be(echo, sent)))
        }
        _ => false,
    }
}

/// Whether a text is a number or a boolean in writing.
fn is_written(text: &str, scalar: &Value) -> bool {
    let text = text.trim();
    let masked = MASKS.iter().any(|mask| text.to_lowercase().contains(mask));
    let number = || scalar.as_f64().is_some_and(|number| text.parse() == Ok(number));
    masked || text.eq_ignore_ascii_case(&scalar.to_string()) || number()
}

fn is_like(echo: &str, sent: &str) -> bool {
    let (echo, sent) = (echo.trim().to_lowercase(), sent.trim().to_lowercase());
    let cut = echo.len() >= SHORTEST && sent.starts_with(&echo);
    let masked = MASKS.iter().any(|mask| echo.contains(mask));
    let escaped = echo.contains('&') && echo.contains(';') || echo.contains('\\') || echo.contains('%');
    // Two ways to write the same letter (Unicode normalisation) differ beyond ASCII alone.
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let normalised =
        !(echo.is_ascii() && sent.is_ascii()) && plain(&echo).len().abs_diff(plain(&sent).len()) <= 4;
    // A body that repeats the value with something around it still shows it.
    let quoted = !sent.is_empty() && echo.contains(&sent);
    echo == sent || cut || masked || escaped || normalised || quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_of_the_same_value_are_accepted() {
        for (echo, sent) in [
            (json!("nope"), json!("nope")),
            (json!("nope"), json!(" nope ")),
            (json!("ada@example.com"), json!("Ada@Example.com")),
            (json!("a***@example.com"), json!("ada@example.com")),
            (json!("[REDACTED]"), json!("secret")),
            (json!("a very lo"), json!("a very long text")),
            (json!("a very..."), json!("a very long text")),
            (json!("&lt;b&gt;"), json!("<b>")),
            (json!("e\u{301}t\u{e9}"), json!("été")),
            (json!("\"nope\""), json!("nope")),
            (json!(99.0), json!(99)),
            (json!("99"), json!(99)),
            (json!(99), json!("99.0")),
            (json!("True"), json!(true)),
            (json!(null), json!("x")),
            (json!("{\"a\":1}"), json!({ "a": 1 })),
            (json!([1, "2"]), json!([1, 2])),
            (json!({ "a": 1 }), json!({ "a": 1.0, "b": 2 })),
        ] {
            assert!(may_be(&echo, &sent), "{echo} for {sent}");
        }
    }

    #[test]
    fn other_values_are_not() {
        for (echo, sent) in [
            (json!("yes"), json!("nope")),
            (json!(""), json!("nope")),
            (json!("nop"), json!("nope")),
            (json!(98), json!(99)),
            (json!("98"), json!(99)),
            (json!(true), json!("nope")),
            (json!([1]), json!([2])),
            (json!({ "b": 1 }), json!({ "a": 1 })),
            (json!({}), json!("nope")),
        ] {
            assert!(!may_be(&echo, &sent), "{echo} for {sent}");
        }
    }
}
