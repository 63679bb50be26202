//! Values that are others in the next run, found again wherever an answer repeats them.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::{Number, Value};

use crate::template::Made;

/// Fewest characters of a value that is looked for in texts; anything shorter stands there by chance.
pub const FEWEST: usize = 4;
/// From so many characters on a value that a template made up is found inside of a word, too.
pub const UNMISTAKABLE: usize = 6;

/// The values of one scenario, and what stands for each.
pub(super) struct Values {
    needles: Vec<Needle>,
    searcher: Option<AhoCorasick>,
    numbers: Vec<(Number, String)>,
}

struct Needle {
    text: String,
    placeholder: String,
    /// Whether it counts between other letters, too.
    anywhere: bool,
}

impl Values {
    /// Looks for these from now on; the first name of a value counts. `fixed` come first, and count anywhere.
    /// `is_documented` tells texts that are the same in every run although they were captured.
    pub(super) fn new(fixed: &[(&str, &str)], made: &[Made], is_documented: impl Fn(&str) -> bool) -> Self {
        let mut values = Self { needles: Vec::new(), searcher: None, numbers: Vec::new() };
        for (text, placeholder) in fixed {
            values.add(text, placeholder, true);
        }
        for Made { name, value, captured } in made {
            match value {
                Value::String(text) if !is_documented(text) => {
                    let anywhere = !captured && text.len() >= UNMISTAKABLE;
                    values.add(text, &format!("[{name}]"), anywhere);
                }
                Value::Number(number) if number.to_string().len() >= FEWEST => {
                    values.numbers.push((number.clone(), typed(&format!("[{name}]"), value)));
                    let text = number.to_string();
                    let anywhere = !captured && text.len() >= UNMISTAKABLE;
                    values.add(&text, &format!("[{name}]"), anywhere);
                }
                _ => {}
            }
        }
        let texts = values.needles.iter().map(|needle| &needle.text);
        // Without a searcher nothing is replaced: a snapshot that differs is seen, and nothing breaks.
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(texts);
        values.searcher = built.ok().filter(|_| !values.needles.is_empty());
        values
    }

    fn add(&mut self, text: &str, placeholder: &str, anywhere: bool) {
        let known = self.needles.iter().any(|needle| needle.text == text);
        if text.chars().count() >= FEWEST && !known {
            let (text, placeholder) = (text.to_owned(), placeholder.to_owned());
            self.needles.push(Needle { text, placeholder, anywhere });
        }
    }

    /// The text with a placeholder for each such value.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(searcher) = &self.searcher else { return Cow::Borrowed(text) };
        let mut out = String::new();
        let mut from = 0;
        for found in searcher.find_iter(text) {
            let needle = &self.needles[found.pattern()];
            if needle.anywhere || stands_alone(text, found.start(), found.end()) {
                out.push_str(&text[from..found.start()]);
                out.push_str(&needle.placeholder);
                from = found.end();
            }
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[from..]);
        Cow::Owned(out)
    }

    /// Replaces the values in the texts and numbers of a body, keys included.
    pub(super) fn body(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(new) = self.text(text) {
                    *text = new;
                }
            }
            Value::Number(number) => {
                if let Some((_, placeholder)) = self.numbers.iter().find(|(known, _)| known == number) {
                    *value = Value::String(placeholder.clone());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.body(item)),
            Value::Object(members) => {
                if members.keys().any(|key| matches!(self.text(key), Cow::Owned(_))) {
                    let renamed = std::mem::take(members).into_iter();
                    members.extend(renamed.map(|(key, value)| (self.text(&key).into_owned(), value)));
                }
                members.values_mut().for_each(|value| self.body(value));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// Whether no letter or digit touches this part of the text.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// A placeholder that keeps the type of what it stands for, so that a number that became a text is still seen.
pub(super) fn typed(placeholder: &str, value: &Value) -> String {
    let kind = match value {
        Value::String(_) | Value::Null => return placeholder.to_owned(),
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    match placeholder.strip_suffix(']') {
        Some(open) => format!("{open}: {kind}]"),
        None => format!("{placeholder}: {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn made(name: &str, value: Value, captured: bool) -> Made {
        Made { name: name.to_owned(), value, captured }
    }

    #[test]
    fn values_are_found_where_they_stand_alone_and_short_ones_nowhere() {
        let values = Values::new(
            &[("http://127.0.0.1:8080", "[target]")],
            &[
                made("email", json!("ab12cd34@example.com"), false),
                made("random", json!("x7x7x7x7"), false),
                made("id", json!("lead_1"), true),
                made("count", json!(12), true),
                made("number", json!(48_213), false),
                made("number", json!(7_048_213), false),
                made("short", json!("abc"), false),
                made("code", json!("NOT_FOUND"), true),
            ],
            |text| text == "NOT_FOUND",
        );
        let table = [
            ("sent to ab12cd34@example.com.", "sent to [email]."),
            ("http://127.0.0.1:8080/leads/lead_1", "[target]/leads/[id]"),
            ("lead_12 is not lead_1", "lead_12 is not [id]"),
            ("userx7x7x7x7end", "user[random]end"),
            ("12 of 48213, not 482134; abc", "12 of [number], not 482134; abc"),
            ("+497048213", "+49[number]"),
            ("NOT_FOUND", "NOT_FOUND"),
        ];
        for (text, expected) in table {
            assert_eq!(values.text(text), expected);
        }
        let mut body = json!({"id": "lead_1", "count": 12, "n": 48_213, "m": 48_214, "lead_1": [null, true]});
        values.body(&mut body);
        let expected =
            json!({"id": "[id]", "count": 12, "n": "[number: number]", "m": 48_214, "[id]": [null, true]});
        assert_eq!(body, expected);
        assert_eq!(
            body.as_object().and_then(|body| body.keys().next_back().cloned()).as_deref(),
            Some("[id]")
        );
    }

    #[test]
    fn a_placeholder_tells_the_type_it_stands_for() {
        assert_eq!(typed("[id]", &json!("a")), "[id]");
        assert_eq!(typed("[id]", &json!(1)), "[id: number]");
        assert_eq!(typed("*", &json!([1])), "*: list");
    }
}
