//! JSONPath (RFC 9535), bounded.

use std::sync::Arc;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::matcher::Kept;

/// Longest path, in bytes.
const LONGEST: usize = 1000;

/// Most filters in a path: the parser's time doubles with every filter inside a filter.
const FILTERS: usize = 6;

/// Most brackets and parentheses in a path: the parser descends into each.
const BRACKETS: usize = 100;

/// A path ready for use.
#[derive(Debug)]
pub struct Path {
    path: JsonPath,
    /// Whether it can mean one place at most (RFC 9535, section 2.3.5.1).
    pub singular: bool,
}

/// What a path finds.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// A singular path's value, or the list of all values.
    pub value: Option<Value>,
    /// JSON pointer to the value if there is exactly one.
    pub pointer: String,
}

/// Whether a text is a JSONPath.
///
/// # Errors
/// With the offset of the first offending byte and what is wrong: lower case, no full stop.
pub fn check(text: &str) -> Result<(), (usize, String)> {
    compile(text).map(drop)
}

/// The path ready for use. It is kept: a suite asks for the same few paths in every file.
///
/// # Errors
/// As for [`check`].
pub fn compile(text: &str) -> Result<Arc<Path>, (usize, String)> {
    static KEPT: Kept<Path> = Kept::new();
    KEPT.get(text, parse)
}

fn parse(text: &str) -> Result<Path, (usize, String)> {
    if text.len() > LONGEST {
        return Err((LONGEST, format!("longer than {LONGEST} bytes")));
    }
    bound(text, b"?", FILTERS, "filters")?;
    bound(text, b"([", BRACKETS, "brackets")?;
    if !text.starts_with('$') {
        return Err((0, "it starts with `$`, the whole body: `$.data.id`".to_owned()));
    }
    let path = JsonPath::parse(text).map_err(|error| {
        let offset = (0..=error.position().min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let message = match error.message() {
            "parser error" => "it cannot be read from here on",
            message => message,
        };
        (offset.unwrap_or(0), message.to_owned())
    })?;
    // Only singular queries may be compared, so the grammar itself tells which are.
    let singular = JsonPath::parse(&format!("$[?{text} == 1]")).is_ok();
    Ok(Path { path, singular })
}

fn bound(text: &str, bytes: &[u8], most: usize, what: &str) -> Result<(), (usize, String)> {
    let excess = text.bytes().enumerate().filter(|(_, byte)| bytes.contains(byte)).nth(most);
    excess.map_or(Ok(()), |(at, _)| Err((at, format!("more than {most} {what}"))))
}

impl Path {
    /// What the path finds in a body.
    pub fn select(&self, body: &Value) -> Found {
        let nodes = self.path.query_located(body).all();
        let pointer = match nodes.as_slice() {
            [only] => only.location().to_json_pointer(),
            _ => String::new(),
        };
        let mut values = nodes.iter().map(|node| node.node().clone());
        let value = if self.singular { values.next() } else { Some(values.collect()) };
        Found { value, pointer }
    }

    /// JSON pointers to every place the path finds, the first `most` of them.
    pub fn pointers(&self, body: &Value, most: usize) -> Vec<String> {
        let nodes = self.path.query_located(body);
        nodes.iter().take(most).map(|node| node.location().to_json_pointer()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn singular_paths_give_a_value_and_others_a_list() {
        let body = json!({"a": {"b/c": [1, {"d": null}]}, "e": 2});
        let table = [
            ("$", Some(body.clone()), ""),
            ("$.e", Some(json!(2)), "/e"),
            ("$.a['b/c'][-1].d", Some(json!(null)), "/a/b~1c/1/d"),
            ("$.x.y", None, ""),
            ("$.a['b/c'][*]", Some(json!([1, {"d": null}])), ""),
            ("$..d", Some(json!([null])), "/a/b~1c/1/d"),
            ("$.x[*]", Some(json!([])), ""),
            ("$.a['b/c'][0:1]", Some(json!([1])), "/a/b~1c/0"),
            ("$[?@ == 2]", Some(json!([2])), "/e"),
        ];
        for (path, value, pointer) in table {
            let found = compile(path).map(|path| path.select(&body));
            assert_eq!(found.ok(), Some(Found { value, pointer: pointer.to_owned() }), "{path}");
        }
    }

    #[test]
    fn mistakes_have_an_offset() {
        let table = [
            ("", 0, "it starts with `$`"),
            ("data.id", 0, "it starts with `$`"),
            ("$.a b", 3, "it cannot be read from here on"),
            ("$.", 2, "in dot member name"),
            ("$.é['x", 7, "in long-hand segment"),
        ];
        for (path, offset, message) in table {
            let (at, said) = check(path).expect_err(path);
            assert!(at == offset && said.starts_with(message), "{path}: {at} {said}");
        }
        for path in ["$[?".repeat(7), "$[?".to_owned() + &"(".repeat(200), "$".to_owned() + &".a".repeat(600)]
        {
            assert!(check(&path).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "\\$(\\.\\.?|\\[|\\]|\\?|@|[a-z*]|'|\\(|\\)|==|[0-9:]|\\PC){0,24}") {
            if let Ok(path) = compile(&path) {
                path.select(&json!({"a": [{"b": 1}, [2, 3]], "c": "x"}));
            } else if let Err((at, _)) = check(&path) {
                assert!(path.is_char_boundary(at));
            }
        }
    }
}
