//! A value that fits a schema, as far as the schema says how.

use serde_json::{Map, Number, Value, json};

/// Deepest nesting.
const DEEPEST: usize = 12;
/// Texts that patterns often allow.
const TEXTS: &[&str] = &[
    "edge",
    "Edge",
    "EDGE",
    "edge1",
    "Edge-1",
    "E",
    "EUR",
    "en",
    "en-GB",
    "DE",
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "AB12",
    "AB-123",
    "2024-01-15",
    "12:30",
    "+442079460958",
    "#a0b1c2",
    "1.0.0",
    "edge@example.com",
    "a0b1c2d3",
];

/// A value for a schema of JSON Schema 2020-12 without references. Texts may hold templates.
pub(super) fn of(schema: &Value) -> Value {
    value(schema, 0)
}

fn value(schema: &Value, depth: usize) -> Value {
    if let Some(given) = given(schema) {
        return given;
    }
    if depth == DEEPEST {
        return Value::Null;
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return merged(schema, parts, depth);
    }
    let choices = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
    if let Some(first) =
        choices.and_then(|choices| choices.first()).filter(|_| schema.get("properties").is_none())
    {
        return value(first, depth + 1);
    }
    match kind(schema) {
        "object" => object(schema, depth),
        "array" => {
            let items =
                schema.get("items").map(|items| value(items, depth + 1)).unwrap_or_else(|| json!("edge"));
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, 20);
            Value::Array((0..least).map(|_| items.clone()).collect())
        }
        "integer" => number(schema, true),
        "number" => number(schema, false),
        "boolean" => Value::Bool(true),
        "null" => Value::Null,
        _ => text(schema),
    }
}

/// What the schema itself gives: an example, a default, or one of the values it lists.
fn given(schema: &Value) -> Option<Value> {
    let listed = |key: &str| schema.get(key)?.as_array()?.first();
    let single = |key: &str| schema.get(key);
    let found = single("example").or_else(|| listed("examples")).or_else(|| single("const"));
    let found = found.or_else(|| single("default").filter(|value| !value.is_null()));
    found.or_else(|| listed("enum")).map(literal)
}

/// A value of the document, in which what looks like a template is none.
pub(super) fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("{{", r#"{{ "{{" }}"#)),
        Value::Array(items) => items.iter().map(literal).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(members.map(|(name, value)| (name.clone(), literal(value))).collect())
        }
        other => other.clone(),
    }
}

fn kind(schema: &Value) -> &str {
    let named = match schema.get("type") {
        Some(Value::String(kind)) => Some(kind.as_str()),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    };
    let has = |keys: &[&str]| keys.iter().any(|key| schema.get(key).is_some());
    match named {
        Some(kind) => kind,
        None if has(&["properties", "required", "additionalProperties"]) => "object",
        None if has(&["items", "minItems", "maxItems"]) => "array",
        None if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => {
            "number"
        }
        None => "string",
    }
}

/// The required members, and those that have an example or a default.
fn object(schema: &Value, depth: usize) -> Value {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut members = Map::new();
    for (name, property) in properties {
        let example =
            property.get("example").or_else(|| property.get("examples")).or_else(|| property.get("default"));
        if required.contains(&name.as_str()) || example.is_some() {
            members.insert(name.clone(), value(property, depth + 1));
        }
    }
    for name in required {
        if !members.contains_key(name) {
            members.insert(name.to_owned(), json!("edge"));
        }
    }
    Value::Object(members)
}

/// The members that a body may have and lacks, each with the names that lead there and a value that fits. Lists and
/// alternatives are not looked into.
pub(super) fn lacking(schema: &Value, body: &Value) -> Vec<(Vec<String>, Value)> {
    let mut found = Vec::new();
    lack(schema, body, &mut Vec::new(), &mut found);
    found
}

fn lack(schema: &Value, body: &Value, way: &mut Vec<String>, found: &mut Vec<(Vec<String>, Value)>) {
    let Some(members) = body.as_object() else { return };
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        way.push(name.clone());
        match members.get(name) {
            Some(member) => lack(property, member, way, found),
            None if found.iter().any(|(known, _)| known == way) => {}
            // What only answers have, a request does not bring.
            None if property.get("readOnly") == Some(&Value::Bool(true)) => {}
            None if property.is_object() => found.push((way.clone(), value(property, 0))),
            None => {}
        }
        way.pop();
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        lack(part, body, way, found);
    }
}

/// The members of all parts; parts that are no objects give the first value.
fn merged(schema: &Value, parts: &[Value], depth: usize) -> Value {
    let own = if schema.get("properties").is_some() { object(schema, depth) } else { json!({}) };
    let mut members = own.as_object().cloned().unwrap_or_default();
    let mut other = None;
    for part in parts {
        match value(part, depth + 1) {
            Value::Object(more) => members.extend(more),
            value => other = other.or(Some(value)),
        }
    }
    other.filter(|_| members.is_empty()).unwrap_or(Value::Object(members))
}

fn number(schema: &Value, whole: bool) -> Value {
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    let least = limit("minimum").or_else(|| limit("exclusiveMinimum").map(|limit| limit + 1.0));
    let most = limit("maximum").or_else(|| limit("exclusiveMaximum").map(|limit| limit - 1.0));
    let mut number = 1.0_f64.max(least.unwrap_or(1.0));
    if let Some(most) = most.filter(|most| number > *most) {
        number = least.map_or(most, |least| f64::midpoint(least, most));
    }
    if let Some(step) = limit("multipleOf").filter(|step| *step > 0.0) {
        number = (number / step).ceil() * step;
    }
    if whole || number.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "a number beyond 64 bits ends at the last one")]
        return json!(number.ceil() as i64);
    }
    Number::from_f64(number).map_or(json!(1), Value::Number)
}

fn text(schema: &Value) -> Value {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let known = match format {
        "email" => "edge-{{ uuid() }}@example.com",
        "uuid" => "{{ uuid() }}",
        "date" => "2024-01-15",
        "date-time" => "2024-01-15T10:30:00Z",
        "uri" => "https://example.com/edge",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        _ => "",
    };
    if !known.is_empty() {
        return json!(known);
    }
    let size =
        |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
    let (least, most) = (size("minLength").unwrap_or(0).min(10_000), size("maxLength").unwrap_or(usize::MAX));
    let pattern =
        schema.get("pattern").and_then(Value::as_str).and_then(|pattern| regex::Regex::new(pattern).ok());
    let fits = |text: &&&str| {
        let length = text.chars().count();
        length >= least && length <= most && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    };
    if let Some(text) = TEXTS.iter().find(fits) {
        return json!(text);
    }
    json!("edge".chars().cycle().take(least.max(4).min(most)).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_schemas() {
        for (schema, expected) in [
            (json!({ "type": "string" }), json!("edge")),
            (json!({ "type": "string", "maxLength": 2 }), json!("E")),
            (json!({ "type": "string", "minLength": 30 }), json!("edgeedgeedgeedgeedgeedgeedgeed")),
            (json!({ "type": "string", "pattern": "^[A-Z]{3}$" }), json!("EUR")),
            (json!({ "type": ["null", "integer"], "minimum": 5 }), json!(5)),
            (json!({ "type": "integer", "exclusiveMinimum": 0, "multipleOf": 7 }), json!(7)),
            (json!({ "type": "number", "maximum": -3 }), json!(-3)),
            (json!({ "type": "number", "minimum": 0.2, "maximum": 0.4 }), json!(0.30000000000000004)),
            (json!({ "enum": ["b", "a"] }), json!("b")),
            (json!({ "type": "string", "default": "x", "example": "y" }), json!("y")),
            (json!({ "type": "array", "items": { "type": "boolean" }, "minItems": 2 }), json!([true, true])),
            (
                json!({ "required": ["a"], "properties": { "a": {}, "b": {}, "c": { "default": 3 } } }),
                json!({ "a": "edge", "c": 3 }),
            ),
            (
                json!({ "allOf": [{ "properties": { "a": { "const": 1 } }, "required": ["a"] }, { "required": ["z"] }] }),
                json!({ "a": 1, "z": "edge" }),
            ),
            (json!({ "oneOf": [{ "type": "boolean" }, { "type": "string" }] }), json!(true)),
            (json!(true), json!("edge")),
        ] {
            assert_eq!(of(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn members_that_a_body_lacks_are_found_in_objects_and_in_parts() {
        let schema = json!({
            "properties": {
                "name": {}, "rooms": { "minimum": 3 }, "id": { "readOnly": true }, "any": true,
                "price": { "properties": { "amount": {}, "currency": { "const": "EUR" } } },
                "list": { "items": { "properties": { "of": {} } } },
            },
            "allOf": [{ "properties": { "rooms": {}, "email": { "format": "email" } } }],
        });
        let body = json!({ "name": "x", "price": { "amount": 1 }, "list": [{}] });
        let found = lacking(&schema, &body);
        let found: Vec<_> = found.iter().map(|(way, value)| (way.join("."), value.clone())).collect();
        let email = json!("edge-{{ uuid() }}@example.com");
        assert_eq!(
            found,
            [("rooms".into(), json!(3)), ("price.currency".into(), json!("EUR")), ("email".into(), email)]
        );
    }
}
