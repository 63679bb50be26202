//! Finds the place of a part in JSON text, so that a mistake in a schema is shown where it was written.

use crate::model::Span;

/// Which side of a member is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The key, quotes included. An array's item has none, so its value is taken.
    Key,
    /// The value.
    Value,
}

/// The place that a JSON pointer leads to, or the deepest place on the way that is there. The text must be JSON.
pub(super) fn locate(text: &str, pointer: &str, side: Side) -> Span {
    let mut scan = Scan { text, at: 0 };
    scan.blanks();
    let mut found = scan.clone().value();
    let tokens: Vec<String> =
        pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    for (depth, token) in tokens.iter().enumerate() {
        let Some((key, value)) = scan.enter(token) else { break };
        let wanted = depth + 1 == tokens.len() && side == Side::Key;
        found = if wanted { key.unwrap_or(value) } else { value };
    }
    found
}

#[derive(Clone)]
struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace() || byte == b',' || byte == b':') {
            self.at += 1;
        }
    }

    /// Passes one value and returns its place.
    fn value(mut self) -> Span {
        self.pass()
    }

    fn pass(&mut self) -> Span {
        let start = self.at;
        match self.byte() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.nested(),
            _ => {
                while self.byte().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
                    self.at += 1;
                }
            }
        }
        Span::new(start, self.at)
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte() {
            self.at += 1;
            match byte {
                b'"' => return,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }

    /// Passes an object or an array by counting brackets.
    fn nested(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Steps to the start of a member's value; returns the places of its key and value. The last of two equal
    /// keys counts, as it does for the parser.
    fn enter(&mut self, token: &str) -> Option<(Option<Span>, Span)> {
        let object = match self.byte()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        let mut walk = Scan { text: self.text, at: self.at + 1 };
        let mut found = None;
        for index in 0usize.. {
            walk.blanks();
            if matches!(walk.byte(), None | Some(b'}' | b']')) {
                break;
            }
            let key = object.then(|| walk.pass());
            walk.blanks();
            let start = walk.at;
            let value = walk.pass();
            if walk.at == start {
                break;
            }
            let hit = match key {
                Some(key) => self
                    .text
                    .get(key.start as usize..key.end())
                    .is_some_and(|raw| serde_json::from_str::<String>(raw).is_ok_and(|key| key == token)),
                None => token.parse() == Ok(index),
            };
            if hit {
                found = Some((key, value));
            }
        }
        self.at = found.as_ref()?.1.start as usize;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_found() {
        let text = r#" { "a": [1, {"b\"c": "x,]}"}], "d/e": {"f": true} } "#;
        for (pointer, side, expected) in [
            ("/a", Side::Key, "\"a\""),
            ("/a/0", Side::Value, "1"),
            ("/a/1/b\"c", Side::Key, r#""b\"c""#),
            ("/a/1/b\"c", Side::Value, r#""x,]}""#),
            ("/d~1e/f", Side::Value, "true"),
            ("/d~1e/missing", Side::Key, r#"{"f": true}"#),
            ("/a/1", Side::Key, r#"{"b\"c": "x,]}"}"#),
        ] {
            let span = locate(text, pointer, side);
            assert_eq!(&text[span.start as usize..span.end()], expected, "{pointer}");
        }
        assert_eq!(locate(text, "", Side::Value).start, 1);
    }

    #[test]
    fn it_ends_on_any_text() {
        for text in ["", "{", "[\"", "{\"a\"", "{\"a\":", "\u{fc}", "[&]", "{]"] {
            locate(text, "/a/0", Side::Key);
            locate(text, "/0", Side::Value);
        }
    }
}
