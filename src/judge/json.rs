//! JSON text to a value by the grammar of RFC 8259 and nothing else: what only this reader cannot hold is no fault.

use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::path::Path;
use crate::model::BodyFlaw;

/// Levels of lists and objects that become values. What stands deeper is read through by the grammar alone, because
/// everything that handles values later does so by recursion.
const DEEPEST: usize = 127;
/// Most duplicate keys and unread parts that are noted; a body with more is no better known by a longer list.
const MOST: usize = 16;

/// Whether a byte ends a run of characters that stand for themselves in a string.
const ENDS_PLAIN: [bool; 256] = {
    let mut ends = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        ends[control] = true;
        control += 1;
    }
    ends[b'"' as usize] = true;
    ends[b'\\' as usize] = true;
    ends
};

/// Where a text breaks the grammar, and how.
#[derive(Debug)]
pub(super) struct Broken {
    /// Bytes before the place.
    pub(super) offset: usize,
    /// What is wrong there.
    pub(super) message: &'static str,
}

/// Reads one value and the blanks around it. Returns it with the offset behind them.
///
/// A number beyond the range of 64 bits becomes the largest there is, half a surrogate pair U+FFFD, and what stands
/// too deep null; a key that stands twice has its last value.
pub(super) fn read(text: &str, flaws: &mut Vec<BodyFlaw>) -> Result<(Value, usize), Broken> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, flaws, unread: 0 };
    let value = reader.value(&Path::Root, 0)?;
    reader.blanks();
    Ok((value, reader.at))
}

struct Reader<'t, 'f> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    flaws: &'f mut Vec<BodyFlaw>,
    /// Parts that stand too deep, so far.
    unread: usize,
}

impl Reader<'_, '_> {
    fn value(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Broken> {
        self.blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth == DEEPEST => {
                self.skip(path)?;
                self.note_unread(path);
                Ok(Value::Null)
            }
            Some(b'{') => self.object(path, depth + 1),
            Some(b'[') => self.array(path, depth + 1),
            _ => self.scalar(path),
        }
    }

    fn object(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Broken> {
        let mut members = Map::new();
        if self.opens_empty(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let key = self.key(path)?;
            let value = self.value(&Path::Key(path, &key), depth)?;
            match members.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    self.note_duplicate(&Path::Key(path, place.key()));
                    place.insert(value);
                }
            }
            if self.closes(b'}', "expected `,` or `}`")? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn array(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Broken> {
        let mut items = Vec::new();
        if self.opens_empty(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            let item = self.value(&Path::Index(path, items.len()), depth)?;
            items.push(item);
            if self.closes(b']', "expected `,` or `]`")? {
                return Ok(Value::Array(items));
            }
        }
    }

    /// Reads through a list or an object of any depth, one byte of memory a level.
    fn skip(&mut self, path: &Path<'_>) -> Result<(), Broken> {
        let mut open = Vec::new();
        loop {
            self.blanks();
            let close = match self.peek() {
                Some(b'{') => Some(b'}'),
                Some(b'[') => Some(b']'),
                _ => None,
            };
            match close {
                None => {
                    self.scalar(path)?;
                }
                Some(close) if self.opens_empty(close) => {}
                Some(close) => {
                    open.push(close);
                    if close == b'}' {
                        self.key(path)?;
                    }
                    continue;
                }
            }
            loop {
                let Some(close) = open.last().copied() else { return Ok(()) };
                if !self.closes(close, "expected `,` or the bracket that closes")? {
                    if close == b'}' {
                        self.key(path)?;
                    }
                    break;
                }
                open.pop();
            }
        }
    }

    /// Takes an opening bracket, and says whether the closing one follows; then that is taken, too.
    fn opens_empty(&mut self, close: u8) -> bool {
        self.at += 1;
        self.blanks();
        self.takes(close)
    }

    /// Behind an entry: takes the bracket that closes, or a comma.
    fn closes(&mut self, close: u8, expected: &'static str) -> Result<bool, Broken> {
        self.blanks();
        let closes = self.takes(close);
        if closes || self.takes(b',') { Ok(closes) } else { self.broken(expected) }
    }

    /// A key and its colon.
    fn key(&mut self, path: &Path<'_>) -> Result<String, Broken> {
        self.blanks();
        if !self.takes(b'"') {
            return self.broken("expected a key in double quotes");
        }
        let key = self.string(path)?;
        self.blanks();
        if self.takes(b':') { Ok(key) } else { self.broken("expected `:`") }
    }

    fn scalar(&mut self, path: &Path<'_>) -> Result<Value, Broken> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.string(path).map(Value::String)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => self.broken("expected a value"),
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, Broken> {
        if !self.text[self.at..].starts_with(word) {
            return self.broken("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Number, Broken> {
        let start = self.at;
        let negative = self.takes(b'-');
        let zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && zero {
            self.at = start + usize::from(negative) + 1;
            return self.broken("a number starts with no zero before its digits");
        }
        let mut whole = true;
        if self.takes(b'.') {
            whole = false;
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            whole = false;
            let _ = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        // Only a fraction can be a negative zero.
        let integer = if negative {
            text.parse().ok().filter(|integer: &i64| whole && *integer != 0).map(Number::from)
        } else {
            text.parse().ok().filter(|_: &u64| whole).map(Number::from)
        };
        let real =
            || text.parse().ok().and_then(|real: f64| Number::from_f64(real.clamp(f64::MIN, f64::MAX)));
        Ok(integer.or_else(real).unwrap_or_else(|| 0.into()))
    }

    /// Takes one digit or more, and says how many.
    fn digits(&mut self) -> Result<usize, Broken> {
        let digits = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        if digits == 0 { self.broken("expected a digit") } else { Ok(digits) }
    }

    /// The rest of a string whose opening quote was taken, with its closing one.
    fn string(&mut self, path: &Path<'_>) -> Result<String, Broken> {
        let mut string = self.plain().to_owned();
        while !self.takes(b'"') {
            if !self.takes(b'\\') {
                return self.broken("a control character in a string is to be escaped");
            }
            let escape = self.escape(path)?;
            string.push(escape);
            string.push_str(self.plain());
        }
        Ok(string)
    }

    /// Takes the characters that stand for themselves.
    fn plain(&mut self) -> &str {
        let start = self.at;
        let length = self.bytes[start..].iter().position(|byte| ENDS_PLAIN[usize::from(*byte)]);
        self.at = length.map_or(self.bytes.len(), |length| start + length);
        &self.text[start..self.at]
    }

    /// What an escape stands for whose backslash was taken.
    fn escape(&mut self, path: &Path<'_>) -> Result<char, Broken> {
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode(path);
            }
            _ => return self.broken("this escape is none of JSON's"),
        };
        self.at += 1;
        Ok(plain)
    }

    /// The character of `\uXXXX`, or of a pair of them, whose `\u` was taken.
    fn unicode(&mut self, path: &Path<'_>) -> Result<char, Broken> {
        let first = self.hex()?;
        if !(0xD800..0xE000).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let behind = self.at;
        if first < 0xDC00 && self.takes(b'\\') && self.takes(b'u') {
            let second = self.hex()?;
            if (0xDC00..0xE000).contains(&second) {
                let pair = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        self.at = behind;
        self.note_surrogate(path);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// Takes four hexadecimal digits.
    fn hex(&mut self) -> Result<u32, Broken> {
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.broken("expected four hexadecimal digits");
            };
            number = number * 16 + digit;
            self.at += 1;
        }
        Ok(number)
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn broken<T>(&self, expected: &'static str) -> Result<T, Broken> {
        let message = if self.at == self.bytes.len() { "the body ends too early" } else { expected };
        Err(Broken { offset: self.at, message })
    }

    fn note_duplicate(&mut self, path: &Path<'_>) {
        let noted = self.flaws.iter().filter(|flaw| matches!(flaw, BodyFlaw::DuplicateKey { .. })).count();
        if noted < MOST {
            self.flaws.push(BodyFlaw::DuplicateKey { pointer: path.pointer() });
        }
    }

    fn note_surrogate(&mut self, path: &Path<'_>) {
        if !self.flaws.iter().any(|flaw| matches!(flaw, BodyFlaw::LoneSurrogate { .. })) {
            self.flaws.push(BodyFlaw::LoneSurrogate { pointer: path.pointer() });
        }
    }

    /// Notes that something was not read: its place, the place that several of them share, or the root of many.
    fn note_unread(&mut self, path: &Path<'_>) {
        self.unread += 1;
        let pointer = if self.unread > MOST { String::new() } else { path.pointer() };
        let known = self.flaws.iter_mut().find_map(|flaw| match flaw {
            BodyFlaw::TooDeep { pointer } => Some(pointer),
            _ => None,
        });
        match known {
            Some(known) => {
                let tokens = known.split('/').zip(pointer.split('/'));
                let shared: Vec<&str> =
                    tokens.take_while(|(one, other)| one == other).map(|(token, _)| token).collect();
                *known = shared.join("/");
            }
            None => self.flaws.push(BodyFlaw::TooDeep { pointer }),
        }
    }
}
