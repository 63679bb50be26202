//! The bytes of a body to a JSON value, with everything noted that is wrong with them as JSON.

use super::json;
use crate::model::{Body, BodyFlaw};

/// Reads a body as JSON (RFC 8259). Linear in time and memory, whatever the bytes are; see [`Body`] for what becomes
/// of values that are JSON and yet cannot be held.
pub fn read_body(bytes: &[u8]) -> Body {
    let mut body = Body { empty: bytes.is_empty(), ..Body::default() };
    if body.empty {
        return body;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            body.flaws.push(BodyFlaw::NotUtf8 { offset: error.valid_up_to() });
            return body;
        }
    };
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - json.len();
    if skipped > 0 {
        body.flaws.push(BodyFlaw::ByteOrderMark);
    }
    match json::read(json, &mut body.flaws) {
        Ok((value, end)) => {
            body.value = Some(value);
            if end < json.len() {
                body.flaws.push(BodyFlaw::TrailingBytes { offset: skipped + end });
            }
        }
        Err(broken) => {
            let message = broken.message.to_owned();
            body.flaws.push(BodyFlaw::Syntax { offset: skipped + broken.offset, message });
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn good_json_has_no_flaws_and_the_value_of_serde_json() {
        for text in [
            "null",
            " [1, -2, 3.5, 1e3, \"ü\\n\"] \n",
            "{\"a\":{\"b\":[true,false,{}]},\"\":18446744073709551615}",
            "[-0, 0, -0.0, 1E+2, -9223372036854775808, 18446744073709551616, 1e-400]",
            "\"\\u00fc\\ud83d\\ude00\\/\\\\\\b\\f\\n\\r\\t\\\"\u{7f}\"",
            "[ ]",
            "{ }",
        ] {
            let body = read_body(text.as_bytes());
            assert_eq!(body.flaws, [], "{text}");
            assert_eq!(body.value, serde_json::from_str(text).ok(), "{text}");
        }
        assert_eq!(read_body(b""), Body { empty: true, ..Body::default() });
    }

    #[test]
    fn every_flaw_is_noted_at_its_offset() {
        let syntax = |offset, message: &str| BodyFlaw::Syntax { offset, message: message.to_owned() };
        let duplicate = |pointer: &str| BodyFlaw::DuplicateKey { pointer: pointer.to_owned() };
        for (bytes, flaws) in [
            (&b"\xEF\xBB\xBF{}"[..], vec![BodyFlaw::ByteOrderMark]),
            (b"\xEF\xBB\xBF{} x", vec![BodyFlaw::ByteOrderMark, BodyFlaw::TrailingBytes { offset: 6 }]),
            (b"{}\n{}", vec![BodyFlaw::TrailingBytes { offset: 3 }]),
            (b"{\"a\":\"\xFF\"}", vec![BodyFlaw::NotUtf8 { offset: 6 }]),
            (b"<html>", vec![syntax(0, "expected a value")]),
            (b" \n", vec![syntax(2, "the body ends too early")]),
            (b"{\"a\":\n nul}", vec![syntax(7, "expected a value")]),
            (b"{\"a\":1,}", vec![syntax(7, "expected a key in double quotes")]),
            (b"{'a':1}", vec![syntax(1, "expected a key in double quotes")]),
            (b"{\"a\" 1}", vec![syntax(5, "expected `:`")]),
            (b"{\"a\":1 \"b\":2}", vec![syntax(7, "expected `,` or `}`")]),
            (b"[1,]", vec![syntax(3, "expected a value")]),
            (b"[1 2]", vec![syntax(3, "expected `,` or `]`")]),
            (b"[1", vec![syntax(2, "the body ends too early")]),
            (b"[-]", vec![syntax(2, "expected a digit")]),
            (b"[1.]", vec![syntax(3, "expected a digit")]),
            (b"[-012]", vec![syntax(3, "a number starts with no zero before its digits")]),
            (b"\"a\nb\"", vec![syntax(2, "a control character in a string is to be escaped")]),
            (b"\"\\x\"", vec![syntax(2, "this escape is none of JSON's")]),
            (b"\"\\u12g4\"", vec![syntax(5, "expected four hexadecimal digits")]),
            (b"{\"a\":1,\"a\":2}", vec![duplicate("/a")]),
            (b"[{\"b\":{\"x/~\":1,\"x/~\":2}}]", vec![duplicate("/0/b/x~1~0")]),
        ] {
            assert_eq!(read_body(bytes).flaws, flaws, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(read_body(b"{\"a\":1,\"a\":2}").value, Some(json!({ "a": 2 })), "the last one counts");
    }

    #[test]
    fn what_json_allows_and_only_this_reader_cannot_hold_is_no_syntax_error() {
        let body = read_body(b"[1e400, -1e400, 1]");
        assert_eq!(body.flaws, []);
        assert_eq!(body.value, Some(json!([f64::MAX, f64::MIN, 1])));

        let body = read_body(br#"{"a/b":["\ud800x","\ude00","\ud83d\u0041"]}"#);
        assert_eq!(body.flaws, [BodyFlaw::LoneSurrogate { pointer: "/a~1b/0".to_owned() }]);
        assert_eq!(body.value, Some(json!({ "a/b": ["\u{fffd}x", "\u{fffd}", "\u{fffd}A"] })));
    }

    /// Lists in a member, so many levels in all.
    fn nested(key: &str, levels: usize) -> String {
        format!("{{\"{key}\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
    }

    #[test]
    fn what_is_nested_too_deep_is_read_through_and_left_out() {
        assert_eq!(read_body(nested("a", 127).as_bytes()).flaws, []);
        let body = read_body(nested("a", 128).as_bytes());
        let pointer = format!("/a{}", "/0".repeat(126));
        assert_eq!(body.unread(), Some(&*pointer));
        assert_eq!(body.value.as_ref().and_then(|value| value.pointer(&pointer)), Some(&Value::Null));

        let two = format!("[1,{{\"b\":{},\"c\":{}}}]", nested("x", 200), nested("x", 1 << 20));
        assert_eq!(read_body(two.as_bytes()).unread(), Some("/1"), "the place that both share");
        let many = format!("[{}]", vec![nested("x", 127); 20].join(","));
        assert_eq!(read_body(many.as_bytes()).unread(), Some(""), "anywhere");

        let deep = format!("[{}{{\"a\":[1,{{}},[]],\"b\":-1.5e3}}{}]", "[".repeat(300), "]".repeat(300));
        assert!(read_body(deep.as_bytes()).value.is_some());
        let broken = read_body(deep.replace("{}", "{1}").as_bytes());
        assert!(matches!(&broken.flaws[..], [BodyFlaw::Syntax { offset: 310, .. }]), "{:?}", broken.flaws);
        let unfinished = BodyFlaw::Syntax { offset: 1 << 20, message: "the body ends too early".to_owned() };
        assert_eq!(read_body("[".repeat(1 << 20).as_bytes()).flaws, [unfinished]);
    }

    #[test]
    fn notes_are_bounded() {
        let text = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(1000));
        assert_eq!(read_body(text.as_bytes()).flaws.len(), 16);
        let key = "k".repeat(2_000);
        let text = format!("{{\"a\":{{\"{key}\":0,\"{key}\":0}}}}");
        assert_eq!(read_body(text.as_bytes()).flaws, [BodyFlaw::DuplicateKey { pointer: "/a".to_owned() }]);
        let slashes = text.replace(&key, &"/".repeat(600));
        assert_eq!(
            read_body(slashes.as_bytes()).flaws,
            [BodyFlaw::DuplicateKey { pointer: "/a".to_owned() }]
        );
    }
}
