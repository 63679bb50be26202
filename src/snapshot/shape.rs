//! The shape of a body: names, types, and what may be null or missing; written as JSON in which types are texts.
//!
//! `"string | null"` is a value of either type. The name of a member that some items of a list lack ends with `?`. A list
//! has one item that stands for all; a text that begins with `|` behind it names further types an item may have. The name
//! of a member that is a list or an object, and of other types as well, has these behind it: `"details | null"`.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Deepest nesting that is told.
const DEEPEST: usize = 128;

/// What a value looks like, whatever it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    scalars: BTreeSet<String>,
    object: Option<IndexMap<String, Member>>,
    /// The outer option tells whether it may be a list, the inner one what its items look like, if any were seen.
    list: Option<Option<Box<Shape>>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Member {
    shape: Shape,
    optional: bool,
}

/// The shape of a value.
pub(super) fn of(value: &Value) -> Shape {
    at_depth(value, DEEPEST)
}

fn at_depth(value: &Value, depth: usize) -> Shape {
    let Some(deeper) = depth.checked_sub(1) else { return Shape::default() };
    match value {
        Value::Object(members) => {
            let member = |value| Member { shape: at_depth(value, deeper), optional: false };
            let members = members.iter().map(|(name, value)| (name.clone(), member(value)));
            Shape { object: Some(members.collect()), ..Shape::default() }
        }
        Value::Array(items) => {
            let shapes = items.iter().map(|item| at_depth(item, deeper));
            Shape { list: Some(shapes.reduce(Shape::or).map(Box::new)), ..Shape::default() }
        }
        scalar => Shape { scalars: BTreeSet::from([kind(scalar).to_owned()]), ..Shape::default() },
    }
}

fn kind(scalar: &Value) -> &'static str {
    match scalar {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        _ => "string",
    }
}

impl Shape {
    /// The shape of a value that has this one or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let object = match (self.object, other.object) {
            (Some(one), Some(other)) => Some(either(one, other)),
            (one, other) => one.or(other),
        };
        let list = match (self.list, other.list) {
            (Some(Some(one)), Some(Some(other))) => Some(Some(Box::new(one.or(*other)))),
            (Some(one), Some(other)) => Some(one.or(other)),
            (one, other) => one.or(other),
        };
        Self { scalars: self.scalars.into_iter().chain(other.scalars).collect(), object, list }
    }

    /// Whether every value of the other shape has this one.
    pub fn holds(&self, other: &Self) -> bool {
        let objects = match (&self.object, &other.object) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => members_hold(own, other),
        };
        let lists = match (&self.list, &other.list) {
            (_, None | Some(None)) => other.list.is_none() || self.list.is_some(),
            (Some(Some(own)), Some(Some(other))) => own.holds(other),
            _ => false,
        };
        objects && lists && other.scalars.is_subset(&self.scalars)
    }

    /// Whether the two differ at most in what may be null or missing, or was not seen yet.
    fn is_akin(&self, other: &Self) -> bool {
        let types = |shape: &Self| {
            let scalars = shape.scalars.iter().filter(|name| *name != "null").cloned();
            let structures = [shape.object.is_some().then_some("{}"), shape.list.is_some().then_some("[]")];
            scalars.chain(structures.into_iter().flatten().map(str::to_owned)).collect::<BTreeSet<_>>()
        };
        let (own, others) = (types(self), types(other));
        let typed = own.is_empty() || others.is_empty() || own == others;
        let objects = match (&self.object, &other.object) {
            (Some(own), Some(other)) => {
                own.len() == other.len()
                    && own.iter().all(|(name, member)| {
                        other.get(name).is_some_and(|other| member.shape.is_akin(&other.shape))
                    })
            }
            _ => true,
        };
        let lists = match (&self.list, &other.list) {
            (Some(Some(own)), Some(Some(other))) => own.is_akin(other),
            _ => true,
        };
        typed && objects && lists
    }

    /// What to keep from now on where this shape was kept and the other one was seen: both, if they differ only in what
    /// may be null or was not seen yet; else what was seen.
    #[must_use]
    pub fn widened(self, seen: Self) -> Self {
        if self.is_akin(&seen) { self.or(seen) } else { seen }
    }

    /// The shape as JSON text.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(&self.to_json()).unwrap_or_default()
    }

    /// Reads a shape again; none if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        from_json(&serde_json::from_str(text).ok()?)
    }

    fn to_json(&self) -> Value {
        if let Some(members) = &self.object {
            let member = |(name, Member { shape, optional }): (&String, &Member)| {
                let mark = if *optional { "?" } else { "" };
                let more = shape.beside();
                let more = more.map_or(String::new(), |more| format!(" {more}"));
                (format!("{name}{mark}{more}"), shape.to_json())
            };
            return Value::Object(members.iter().map(member).collect::<Map<_, _>>());
        }
        if let Some(item) = &self.list {
            let more = item.as_ref().and_then(|item| item.beside()).map(Value::String);
            let item = item.as_ref().map(|item| item.to_json());
            return Value::Array(item.into_iter().chain(more).collect());
        }
        Value::String(self.scalars.iter().map(String::as_str).collect::<Vec<_>>().join(" | "))
    }

    /// The types beside that of the object or the list: `| null`.
    fn beside(&self) -> Option<String> {
        let lists = self.object.is_some() && self.list.is_some();
        let names = self.scalars.iter().map(String::as_str).chain(lists.then_some("list"));
        let names: Vec<_> = names.collect();
        let structured = self.object.is_some() || self.list.is_some();
        (structured && !names.is_empty()).then(|| format!("| {}", names.join(" | ")))
    }

    fn with_types(mut self, types: &str) -> Self {
        for name in types.split('|').map(str::trim).filter(|name| !name.is_empty()) {
            if name == "list" {
                self.list = self.list.or(Some(None));
            } else {
                self.scalars.insert(name.to_owned());
            }
        }
        self
    }
}

fn either(one: IndexMap<String, Member>, mut other: IndexMap<String, Member>) -> IndexMap<String, Member> {
    let mut all = IndexMap::new();
    for (name, own) in one {
        let member = match other.shift_remove(&name) {
            Some(seen) => Member { shape: own.shape.or(seen.shape), optional: own.optional || seen.optional },
            None => Member { optional: true, ..own },
        };
        all.insert(name, member);
    }
    all.extend(other.into_iter().map(|(name, member)| (name, Member { optional: true, ..member })));
    all
}

fn members_hold(own: &IndexMap<String, Member>, other: &IndexMap<String, Member>) -> bool {
    let known = other.iter().all(|(name, seen)| {
        own.get(name).is_some_and(|own| (own.optional || !seen.optional) && own.shape.holds(&seen.shape))
    });
    known && own.iter().all(|(name, member)| member.optional || other.contains_key(name))
}

fn from_json(value: &Value) -> Option<Shape> {
    match value {
        Value::String(types) => Some(Shape::default().with_types(types)),
        Value::Array(items) => {
            let item = items.first().map(from_json);
            let item = match item {
                Some(item) => Some(Box::new(item?)),
                None => None,
            };
            let more = items.get(1).and_then(Value::as_str).unwrap_or_default();
            let item = item.map(|item| Box::new(item.with_types(more)));
            Some(Shape { list: Some(item), ..Shape::default() })
        }
        Value::Object(members) => {
            let mut read = IndexMap::new();
            for (name, value) in members {
                let (name, more) = name.split_once(" | ").unwrap_or((name, ""));
                let (name, optional) = match name.strip_suffix('?') {
                    Some(name) => (name, true),
                    None => (name, false),
                };
                let shape = from_json(value)?.with_types(more);
                read.insert(name.to_owned(), Member { shape, optional });
            }
            Some(Shape { object: Some(read), ..Shape::default() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_shape_has_names_and_types_and_reads_back() {
        let table = [
            (
                json!({"id": "a", "n": 1, "ok": true, "no": null}),
                json!({"id": "string", "n": "number", "ok": "boolean", "no": "null"}),
            ),
            (json!([]), json!([])),
            (json!([1, "a", null]), json!(["null | number | string"])),
            (json!([{"a": 1, "b": "x"}, {"a": null}]), json!([{"a": "null | number", "b?": "string"}])),
            (json!([{"a": 1}, null]), json!([{"a": "number"}, "| null"])),
            (json!([{"d": {"e": 1}}, {"d": null}, {"d": []}]), json!([{"d | null | list": {"e": "number"}}])),
            (json!("text"), json!("string")),
        ];
        for (value, expected) in table {
            let shape = of(&value);
            assert_eq!(shape.to_json(), expected);
            assert_eq!(Shape::parse(&shape.to_text()), Some(shape));
        }
    }

    #[test]
    fn a_new_value_fits_and_another_type_does_not() {
        let table = [
            (json!({"a": 1}), json!({"a": 2}), true),
            (json!({"a": 1, "b": 1}), json!({"b": 2, "a": 3}), true),
            (json!({"a": 1}), json!({"a": "1"}), false),
            (json!({"a": 1}), json!({}), false),
            (json!({"a": 1}), json!({"a": 1, "b": 1}), false),
            (json!({"a": null}), json!({"a": 1}), false),
            (json!({"a": []}), json!({"a": [1]}), false),
            (json!({"a": [1]}), json!({"a": []}), true),
            (json!([{"a": 1}, {}]), json!([{}]), true),
            (json!([{"a": 1}, {"a": null}]), json!([{"a": null}]), true),
            (json!({"a": {}}), json!({"a": []}), false),
        ];
        for (kept, seen, fits) in table {
            assert_eq!(of(&kept).holds(&of(&seen)), fits, "{kept} {seen}");
        }
    }

    #[test]
    fn what_may_be_null_widens_a_shape_and_a_new_type_replaces_it() {
        let widened = |kept: Value, seen: Value| of(&kept).widened(of(&seen)).to_json();
        assert_eq!(widened(json!({"a": null}), json!({"a": "x"})), json!({"a": "null | string"}));
        assert_eq!(widened(json!({"a": "x"}), json!({"a": null})), json!({"a": "null | string"}));
        assert_eq!(widened(json!({"a": []}), json!({"a": [{"b": 1}]})), json!({"a": [{"b": "number"}]}));
        assert_eq!(widened(json!({"a": {"b": 1}}), json!({"a": null})), json!({"a | null": {"b": "number"}}));
        assert_eq!(widened(json!({"a": 1}), json!({"a": "1"})), json!({"a": "string"}));
        assert_eq!(widened(json!({"a": 1}), json!({"a": 1, "b": 2})), json!({"a": "number", "b": "number"}));
    }

    proptest::proptest! {
        #[test]
        fn every_shape_holds_itself_and_what_made_it_wider(text in "[\\[\\]{}\":,a1 ntrue|?]{0,40}") {
            if let Some(shape) = Shape::parse(&text) {
                let wide = shape.clone().or(of(&json!({"a": null})));
                assert!(shape.holds(&shape) && wide.holds(&shape));
                let _ = shape.to_text();
            }
        }
    }
}
