//! Values that are others in the next run, found again wherever an answer repeats them.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::finder::{Alone, Finder, percent_encoded};
use crate::template::Made;

/// Fewest characters of a value that is looked for in texts; anything shorter stands there by chance.
pub const FEWEST: usize = 4;
/// From so many characters on a value that a template made up is found inside of a word, too.
pub const UNMISTAKABLE: usize = 6;

/// The values of one scenario, and what stands for each.
pub(super) struct Values {
    exact: Finder,
    /// What a template made up, whatever the case: servers write emails and ids in small letters or in capitals.
    folded: Finder,
    numbers: Vec<(Number, String)>,
    /// The id of what was just created, if it is too short to be looked for in texts, and what stands for it.
    new_id: Option<(String, String)>,
}

impl Values {
    /// Looks for these from now on; the first name of a value counts. `fixed` come first, and count anywhere.
    /// `is_documented` tells texts that are the same in every run although they were captured.
    pub(super) fn new(fixed: &[(&str, &str)], made: &[Made], is_documented: impl Fn(&str) -> bool) -> Self {
        let (mut exact, mut folded) = (Finder::default(), Finder::default());
        let mut numbers = Vec::new();
        for (text, placeholder) in fixed {
            exact.add(text, placeholder, Alone::Anywhere);
        }
        for Made { name, value, captured } in made {
            let placeholder = format!("[{name}]");
            let text = match value {
                Value::String(text) if !is_documented(text) => text.clone(),
                Value::Number(number) if number.to_string().len() >= FEWEST => {
                    numbers.push((number.clone(), typed(&placeholder, value)));
                    number.to_string()
                }
                _ => continue,
            };
            let alone = match (captured, text.len()) {
                (false, UNMISTAKABLE..) => Alone::Anywhere,
                (false, _) if text.bytes().all(|byte| byte.is_ascii_digit()) => Alone::AmongLetters,
                _ => Alone::AsWord,
            };
            for spelling in [percent_encoded(&text), text] {
                exact.add(&spelling, &placeholder, alone);
                if alone == Alone::Anywhere {
                    folded.add(&spelling.to_ascii_lowercase(), &placeholder, alone);
                }
            }
        }
        exact.build(false);
        folded.build(true);
        Self { exact, folded, numbers, new_id: None }
    }

    /// Looks for the address of what was just created, too: an id of a character or three means something there, and as
    /// the member `id`, and nowhere else.
    pub(super) fn with_new(mut self, folder: &str, id: &str, name: &str) -> Self {
        let address = format!("{}[{name}]", self.text(folder));
        self.exact.add(&format!("{folder}{id}"), &address, Alone::AsWord);
        self.exact.build(false);
        self.new_id = Some((id.to_owned(), format!("[{name}]")));
        self
    }

    /// The text with a placeholder for each such value.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.exact.replaced(text) {
            Cow::Borrowed(text) => self.folded.replaced(text),
            Cow::Owned(text) => Cow::Owned(self.folded.replaced(&text).into_owned()),
        }
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
                self.rename(members);
                if let (Some((new, placeholder)), Some(id)) = (&self.new_id, members.get_mut("id"))
                    && text_of(id).is_some_and(|id| id == *new)
                {
                    *id = Value::String(typed(placeholder, id));
                }
                members.values_mut().for_each(|value| self.body(value));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Replaces the values in the keys of a body alone.
    pub(super) fn keys(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.keys(item)),
            Value::Object(members) => {
                self.rename(members);
                members.values_mut().for_each(|value| self.keys(value));
            }
            _ => {}
        }
    }

    fn rename(&self, members: &mut Map<String, Value>) {
        if members.keys().any(|key| matches!(self.text(key), Cow::Owned(_))) {
            let renamed = std::mem::take(members).into_iter();
            members.extend(renamed.map(|(key, value)| (self.text(&key).into_owned(), value)));
        }
    }
}

/// A text or a number as text.
pub(super) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
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
            ("ada48213@example.com", "ada[number]@example.com"),
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
    fn what_a_template_made_up_is_found_in_capitals_and_in_addresses() {
        let values = Values::new(
            &[],
            &[
                made("email", json!("ab12cd34@example.com"), false),
                made("now", json!("2026-11-26T04:30:02.035Z"), false),
                made("id", json!("Lead:7x"), true),
            ],
            |_| false,
        );
        let table = [
            ("AB12CD34@EXAMPLE.COM", "[email]"),
            (
                "/leads?email=ab12cd34%40example.com&at=2026-11-26t04%3a30%3a02.035z",
                "/leads?email=[email]&at=[now]",
            ),
            ("/leads/Lead%3A7x", "/leads/[id]"),
            ("lead:7x is another one", "lead:7x is another one"),
        ];
        for (text, expected) in table {
            assert_eq!(values.text(text), expected);
        }
    }

    #[test]
    fn a_short_id_is_found_in_its_address_and_as_the_member_id() {
        let made = [made("workspace", json!("ws_12345"), true)];
        let values = Values::new(&[("http://a:8080", "[target]")], &made, |_| false);
        let values = values.with_new("/ws/ws_12345/leads/", "7", "new_id");
        let table = [
            ("/ws/ws_12345/leads/7", "/ws/[workspace]/leads/[new_id]"),
            ("http://a:8080/ws/ws_12345/leads/7.", "[target]/ws/[workspace]/leads/[new_id]."),
            ("/ws/ws_12345/leads/71", "/ws/ws_12345/leads/71"),
            ("7", "7"),
        ];
        for (text, expected) in table {
            assert_eq!(values.text(text), expected);
        }
        let mut body = json!({"id": 7, "count": 7, "items": [{"id": "7"}, {"id": 8}]});
        values.body(&mut body);
        let expected =
            json!({"id": "[new_id: number]", "count": 7, "items": [{"id": "[new_id]"}, {"id": 8}]});
        assert_eq!(body, expected);
    }

    #[test]
    fn a_placeholder_tells_the_type_it_stands_for() {
        assert_eq!(typed("[id]", &json!("a")), "[id]");
        assert_eq!(typed("[id]", &json!(1)), "[id: number]");
        assert_eq!(typed("*", &json!([1])), "*: list");
    }
}
