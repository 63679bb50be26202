//! What the schema of a request body says about its fields, for rules that ask whether the details are true.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::model::{FieldShape, RequestShape};

/// Deepest field that is described.
const DEEPEST: usize = 16;

/// Keywords by which a schema says more about an object than its `properties` do.
const OPENERS: &[&str] = &[
    "$dynamicRef",
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "dependentSchemas",
    "else",
    "if",
    "oneOf",
    "patternProperties",
    "then",
    "unevaluatedProperties",
];

/// The fields that a schema describes by itself; whatever it leaves to references and alternatives counts as open.
pub(super) fn fields(schema: &Value) -> IndexMap<String, FieldShape> {
    let mut fields = IndexMap::new();
    describe(schema, String::new(), &mut fields, 0);
    fields
}

fn describe(schema: &Value, pointer: String, fields: &mut IndexMap<String, FieldShape>, depth: usize) {
    let none = Map::new();
    let keywords = schema.as_object().unwrap_or(&none);
    let has = |keyword: &str| keywords.contains_key(keyword);
    let opens = |keyword: &&str| keywords.get(*keyword).is_some_and(|value| *value != Value::Bool(false));
    let properties = keywords.get("properties").and_then(Value::as_object);
    let items = keywords.get("items");
    let shape = FieldShape {
        open: properties.is_none() && items.is_none() || OPENERS.iter().any(opens) || depth == DEEPEST,
        listed: has("enum") || has("const"),
        bounded: (has("minimum") || has("exclusiveMinimum")) && (has("maximum") || has("exclusiveMaximum")),
    };
    if depth < DEEPEST {
        for (name, property) in properties.into_iter().flatten() {
            let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            describe(property, below, fields, depth + 1);
        }
        if let Some(items) = items {
            describe(items, format!("{pointer}/*"), fields, depth + 1);
        }
    }
    fields.insert(pointer, shape);
}

/// Whether a request is one of the operation's; a part of its path in braces stands for any one part.
pub(super) fn is_of(shape: &RequestShape, method: &str, path: &str) -> bool {
    let fits = |(template, part): (&str, &str)| {
        template == part || template.starts_with('{') && template.ends_with('}') && !part.is_empty()
    };
    let (templates, parts) = (shape.path.split('/'), path.split('/'));
    shape.method.eq_ignore_ascii_case(method)
        && templates.clone().count() == parts.clone().count()
        && templates.zip(parts).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_listed_with_what_is_said_about_them() {
        let fields = fields(&json!({ "properties": {
            "name": { "minLength": 1 },
            "rooms": { "minimum": 1, "maximum": 20 },
            "a/b": { "items": { "properties": { "kind": { "enum": ["x"] } } } },
            "any": { "properties": {}, "additionalProperties": true },
            "closed": { "properties": {}, "additionalProperties": false },
        }}));
        let marks = |shape: &FieldShape| {
            let marks = [(shape.open, 'o'), (shape.listed, 'l'), (shape.bounded, 'b')];
            marks.into_iter().filter(|(set, _)| *set).map(|(_, mark)| mark).collect::<String>()
        };
        let told: Vec<_> =
            fields.iter().map(|(pointer, shape)| format!("{pointer}:{}", marks(shape))).collect();
        assert_eq!(
            told,
            ["/name:o", "/rooms:ob", "/a~1b/*/kind:ol", "/a~1b/*:", "/a~1b:", "/any:o", "/closed:", ":"]
        );
    }

    #[test]
    fn operations_are_found_by_method_and_path() {
        let shape =
            RequestShape { method: "PATCH".into(), path: "/leads/{id}".into(), ..RequestShape::default() };
        for (method, path, expected) in [
            ("PATCH", "/leads/lead_1", true),
            ("patch", "/leads/x", true),
            ("PATCH", "/leads/", false),
            ("PATCH", "/leads", false),
            ("PATCH", "/leads/1/2", false),
            ("POST", "/leads/1", false),
        ] {
            assert_eq!(is_of(&shape, method, path), expected, "{method} {path}");
        }
    }
}
