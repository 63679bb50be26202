//! Bytes to a JSON value in one pass, with everything noted that is wrong with them as JSON.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::model::{Body, BodyFlaw};

/// Most duplicate keys that are noted; a body with more is no better known by a longer list.
const MOST_DUPLICATES: usize = 16;

/// Reads a body as JSON (RFC 8259). Nesting is followed as deep as serde_json goes: 128 levels.
pub(super) fn read(bytes: &[u8]) -> Body {
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
    let mut reader = serde_json::Deserializer::from_str(json);
    let seed = Part { path: &Path::Root, flaws: &mut body.flaws };
    match seed.deserialize(&mut reader) {
        Ok(value) => {
            body.value = Some(value);
            if let Err(error) = reader.end() {
                body.flaws.push(BodyFlaw::TrailingBytes { offset: skipped + offset(json, &error) });
            }
        }
        Err(error) => body.flaws.push(syntax(json, skipped, &error)),
    }
    body
}

/// What a parser's error says about the body.
fn syntax(json: &str, skipped: usize, error: &serde_json::Error) -> BodyFlaw {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    if message.starts_with("recursion limit") {
        return BodyFlaw::TooDeep;
    }
    BodyFlaw::Syntax { offset: skipped + offset(json, error), message: message.to_owned() }
}

/// The offset of an error: serde_json counts lines from 1 and the bytes of a line from 1, or says 0 at its start.
fn offset(json: &str, error: &serde_json::Error) -> usize {
    let newlines = json.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    let line = std::iter::once(0).chain(newlines).nth(error.line().saturating_sub(1)).unwrap_or_default();
    (line + error.column().saturating_sub(1)).min(json.len())
}

/// Where the reader is: a chain on the stack, made into text only if there is something to say.
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// Writes the path as a JSON pointer (RFC 6901).
    fn write(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::Key(parent, key) => {
                parent.write(out);
                out.push('/');
                out.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Self::Index(parent, index) => {
                parent.write(out);
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }
}

/// Reads one value at a place.
struct Part<'p> {
    path: &'p Path<'p>,
    flaws: &'p mut Vec<BodyFlaw>,
}

impl Part<'_> {
    fn note_duplicate(&mut self, key: &str) {
        let noted = self.flaws.iter().filter(|flaw| matches!(flaw, BodyFlaw::DuplicateKey { .. })).count();
        if noted < MOST_DUPLICATES {
            let mut pointer = String::new();
            Path::Key(self.path, key).write(&mut pointer);
            self.flaws.push(BodyFlaw::DuplicateKey { pointer });
        }
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let path = Path::Index(self.path, items.len());
            match access.next_element_seed(Part { path: &path, flaws: self.flaws })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let path = Path::Key(self.path, &key);
            let value = access.next_value_seed(Part { path: &path, flaws: self.flaws })?;
            match members.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    self.note_duplicate(place.key());
                    place.insert(value);
                }
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn good_json_has_no_flaws_and_the_value_of_serde_json() {
        for text in [
            "null",
            " [1, -2, 3.5, 1e3, \"ü\\n\"] \n",
            "{\"a\":{\"b\":[true,false,{}]},\"\":18446744073709551615}",
        ] {
            let body = read(text.as_bytes());
            assert_eq!(body.flaws, [], "{text}");
            assert_eq!(body.value, serde_json::from_str(text).ok(), "{text}");
        }
        assert_eq!(read(b""), Body { empty: true, ..Body::default() });
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
            (b"<html>", vec![syntax(0, "expected value")]),
            (b"{\"a\":\n nul}", vec![syntax(10, "expected ident")]),
            (b"{\"a\":1,\"a\":2}", vec![duplicate("/a")]),
            (b"[{\"b\":{\"x/~\":1,\"x/~\":2}}]", vec![duplicate("/0/b/x~1~0")]),
        ] {
            assert_eq!(read(bytes).flaws, flaws, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(read(b"{\"a\":1,\"a\":2}").value, Some(json!({ "a": 2 })), "the last one counts");
    }

    #[test]
    fn nesting_is_followed_only_so_far() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(nested(127).as_bytes()).flaws, []);
        assert_eq!(read(nested(128).as_bytes()).flaws, [BodyFlaw::TooDeep]);
        assert_eq!(read("[".repeat(1 << 20).as_bytes()).flaws, [BodyFlaw::TooDeep]);
    }

    #[test]
    fn a_flood_of_duplicates_is_noted_in_part() {
        let text = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(1000));
        assert_eq!(read(text.as_bytes()).flaws.len(), MOST_DUPLICATES);
    }
}
