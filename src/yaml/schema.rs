//! Tables as JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::{Shape, Table};

/// The JSON Schema (2020-12) of a file whose top level is `root`.
pub fn json_schema(root: &'static Table, title: &str) -> Value {
    let mut definitions = Map::new();
    let reference = object_reference(root, &mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": reference,
        "$defs": definitions,
    })
}

fn object_reference(table: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    let reference = json!(format!("#/$defs/{}", table.name));
    if definitions.contains_key(table.name) {
        return reference;
    }
    definitions.insert(table.name.to_owned(), Value::Null);
    let mut properties = Map::new();
    for key in table.keys {
        let mut schema = shape_schema(&key.shape, definitions);
        schema["description"] = json!(key.doc);
        properties.insert(key.name.to_owned(), schema);
    }
    let required: Vec<_> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": table.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    definitions.insert(table.name.to_owned(), schema);
    reference
}

fn shape_schema(shape: &'static Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Any => json!({}),
        Shape::Text => json!({ "type": "string" }),
        Shape::Scalar => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Integer(low, i64::MAX) => json!({ "type": "integer", "minimum": low }),
        Shape::Integer(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Shape::Number(low, high) if *high == f64::MAX => json!({ "type": "number", "minimum": low }),
        Shape::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Status => json!({ "anyOf": [
            { "type": "integer", "minimum": 100, "maximum": 599 },
            { "type": "string", "pattern": "^[1-5](xx|XX)$" },
        ] }),
        Shape::List(item) => json!({ "type": "array", "items": shape_schema(item, definitions) }),
        Shape::Map(value) => {
            json!({ "type": "object", "additionalProperties": shape_schema(value, definitions) })
        }
        Shape::Object(table) => json!({ "$ref": object_reference(table, definitions) }),
        Shape::Either(shapes) => {
            let shapes: Vec<_> = shapes.iter().map(|shape| shape_schema(shape, definitions)).collect();
            json!({ "anyOf": shapes })
        }
    }
}
