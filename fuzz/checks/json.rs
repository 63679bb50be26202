//! Bodies as JSON: what is well-formed by a second reading of RFC 8259 is read, and to the value that serde_json has.

use serde_json::Value;
use tollgate::judge;
use tollgate::model::BodyFlaw;

/// Longest pointer that a note may have, in bytes.
const LONGEST: usize = 1_024;

/// Reads the bytes as a body.
pub fn check(bytes: &[u8]) {
    let body = judge::read_body(bytes);
    assert_eq!(body, judge::read_body(bytes), "the same bytes are read the same way");
    assert_eq!(body.empty, bytes.is_empty());
    assert!(body.flaws.len() <= 24, "{} notes", body.flaws.len());
    if bytes.is_empty() {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(matches!(body.flaws[..], [BodyFlaw::NotUtf8 { .. }]) && body.value.is_none());
        return;
    };
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - json.len();
    let flaws = &body.flaws;
    assert_eq!(flaws.contains(&BodyFlaw::ByteOrderMark), skipped > 0);
    let broken = flaws.iter().find_map(|flaw| match flaw {
        BodyFlaw::Syntax { offset, .. } => Some(offset - skipped),
        _ => None,
    });
    match well_formed(json.as_bytes()) {
        Err(at) => {
            let found = broken.expect("what breaks the grammar is noted");
            assert!(body.value.is_none() && json.is_char_boundary(found));
            // The start of a word or of a number with too many zeros is as good a place as the byte in it.
            assert!(found <= at && at <= found + 5, "{found} for {at} in {json:?}");
        }
        Ok(end) => {
            assert_eq!(broken, None, "{json:?} is well-formed");
            let trailing = BodyFlaw::TrailingBytes { offset: skipped + end };
            assert_eq!(flaws.contains(&trailing), end < json.len(), "{json:?}");
            let value = body.value.as_ref().expect("what is well-formed has a value");
            compare(&json[..end], value, flaws);
        }
    }
    for flaw in flaws {
        let (BodyFlaw::DuplicateKey { pointer }
        | BodyFlaw::LoneSurrogate { pointer }
        | BodyFlaw::TooDeep { pointer }) = flaw
        else {
            continue;
        };
        assert!(pointer.len() <= LONGEST, "a pointer of {} bytes", pointer.len());
        if let Some(value) = &body.value {
            // An earlier one of two equal keys may have held what is pointed at.
            let replaced = flaws.iter().any(|flaw| matches!(flaw, BodyFlaw::DuplicateKey { .. }));
            assert!(replaced || value.pointer(pointer).is_some(), "{pointer} leads nowhere");
        }
    }
}

/// The value is the one that serde_json has, or there is a known reason why that has none.
fn compare(json: &str, value: &Value, flaws: &[BodyFlaw]) {
    let error = match serde_json::from_str::<Value>(json) {
        Ok(other) => {
            assert!(same(value, &other), "{value} is not {other}");
            let strange =
                |flaw: &BodyFlaw| matches!(flaw, BodyFlaw::LoneSurrogate { .. } | BodyFlaw::TooDeep { .. });
            assert!(!flaws.iter().any(strange), "{flaws:?} in {json:?}");
            return;
        }
        Err(error) => error.to_string(),
    };
    let known = if error.starts_with("recursion limit") {
        flaws.iter().any(|flaw| matches!(flaw, BodyFlaw::TooDeep { .. }))
    } else if error.starts_with("number out of range") {
        true
    } else {
        flaws.iter().any(|flaw| matches!(flaw, BodyFlaw::LoneSurrogate { .. }))
    };
    assert!(known, "{error}: {json:?}");
}

/// Whether two values are equal; serde_json rounds some fractions to the neighbour of the nearest number.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) if one.is_f64() && other.is_f64() => {
            let (one, other) = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
            one.to_bits().abs_diff(other.to_bits()) <= 1
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((key, one), (name, other))| key == name && same(one, other))
        }
        _ => one == other,
    }
}

/// Recognises one JSON text (RFC 8259) and says where it ends, or which byte cannot belong to one.
fn well_formed(text: &[u8]) -> Result<usize, usize> {
    let blanks = |at: usize| {
        at + text[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
    };
    let byte = |at: usize| text.get(at).copied();
    let mut open = Vec::new();
    let mut at = blanks(0);
    loop {
        // Here a value begins.
        match byte(at) {
            Some(bracket @ (b'[' | b'{')) => {
                at = blanks(at + 1);
                if byte(at) == Some(bracket + 2) {
                    at += 1;
                } else {
                    open.push(bracket);
                    if bracket == b'{' {
                        at = member_name(text, at, blanks)?;
                    }
                    continue;
                }
            }
            Some(b'"') => at = string(text, at)?,
            Some(b'-' | b'0'..=b'9') => at = number(text, at)?,
            Some(b't') => at = word(text, at, b"true")?,
            Some(b'f') => at = word(text, at, b"false")?,
            Some(b'n') => at = word(text, at, b"null")?,
            _ => return Err(at),
        }
        // Here one has ended.
        loop {
            at = blanks(at);
            let Some(bracket) = open.last().copied() else { return Ok(at) };
            match byte(at) {
                Some(b',') => {
                    at = blanks(at + 1);
                    if bracket == b'{' {
                        at = member_name(text, at, blanks)?;
                    }
                    break;
                }
                Some(close) if close == bracket + 2 => {
                    open.pop();
                    at += 1;
                }
                _ => return Err(at),
            }
        }
    }
}

/// `"name" :` with the blanks behind it.
fn member_name(text: &[u8], at: usize, blanks: impl Fn(usize) -> usize) -> Result<usize, usize> {
    if text.get(at) != Some(&b'"') {
        return Err(at);
    }
    let colon = blanks(string(text, at)?);
    if text.get(colon) == Some(&b':') { Ok(blanks(colon + 1)) } else { Err(colon) }
}

fn word(text: &[u8], at: usize, word: &[u8]) -> Result<usize, usize> {
    let wrong = word.iter().enumerate().find(|(index, letter)| text.get(at + index) != Some(letter));
    wrong.map_or(Ok(at + word.len()), |(index, _)| Err(at + index))
}

fn string(text: &[u8], quote: usize) -> Result<usize, usize> {
    let mut at = quote + 1;
    loop {
        match text.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => match text.get(at + 1) {
                Some(b'u') => {
                    let hex = |index: &usize| !text.get(*index).is_some_and(u8::is_ascii_hexdigit);
                    if let Some(wrong) = (at + 2..at + 6).find(hex) {
                        return Err(wrong);
                    }
                    at += 6;
                }
                Some(escape) if b"\"\\/bfnrt".contains(escape) => at += 2,
                _ => return Err(at + 1),
            },
            Some(0x20..) => at += 1,
            _ => return Err(at),
        }
    }
}

fn number(text: &[u8], mut at: usize) -> Result<usize, usize> {
    let digits = |at: usize| match text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count() {
        0 => Err(at),
        count => Ok(at + count),
    };
    if text[at] == b'-' {
        at += 1;
    }
    let end = digits(at)?;
    if text[at] == b'0' && end > at + 1 {
        return Err(at + 1);
    }
    at = end;
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at = digits(at)?;
    }
    Ok(at)
}
