//! Schemas of OpenAPI to JSON Schema 2020-12, references put in place. What is not understood allows everything.

use serde_json::{Map, Value, json};

use super::reference;
use crate::model::{Entry, Node, NodeKind};
use crate::yaml::Problems;

/// Deepest nesting of schemas.
const DEEPEST: usize = 24;
/// Most schemas in one, references put in place.
const MOST: usize = 1_000;

/// Keywords that mean the same everywhere and are taken as they are.
const PLAIN: &[&str] = &[
    "const",
    "default",
    "example",
    "examples",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "uniqueItems",
];
/// Keywords with one schema.
const ONE: &[&str] = &["additionalProperties", "contains", "items", "propertyNames"];
/// Keywords with a list of schemas.
const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords that say nothing about what is allowed.
const SILENT: &[&str] = &[
    "$comment",
    "$schema",
    "deprecated",
    "description",
    "discriminator",
    "externalDocs",
    "title",
    "writeOnly",
    "xml",
    "contentEncoding",
    "contentMediaType",
];
/// Formats whose meaning is beyond doubt; the others are only words.
const FORMATS: &[&str] = &["date", "date-time", "email", "ipv4", "ipv6", "uri", "uuid"];

/// Translates schemas of one document.
pub(super) struct Translator<'n, 'p, 's> {
    pub(super) root: &'n Node,
    pub(super) problems: &'p mut Problems<'s>,
    /// What was not understood.
    pub(super) unread: Vec<String>,
    /// The references that are being put in place.
    way: Vec<String>,
    left: usize,
    /// Whether the schema at hand was too large to be translated as a whole.
    cut: bool,
    /// How often something was left out: under `not` that would demand more, not less.
    left_out: usize,
}

impl<'n, 'p, 's> Translator<'n, 'p, 's> {
    pub(super) fn new(root: &'n Node, problems: &'p mut Problems<'s>) -> Self {
        Self { root, problems, unread: Vec::new(), way: Vec::new(), left: MOST, cut: false, left_out: 0 }
    }

    /// The schema as JSON Schema.
    pub(super) fn schema(&mut self, node: &'n Node) -> Value {
        (self.left, self.cut) = (MOST, false);
        let schema = self.translate(node, 0);
        if self.cut {
            self.note(
                node,
                &format!("the schema is large; beyond {MOST} parts or {DEEPEST} levels it allows everything"),
            );
        }
        schema
    }

    /// How many schemas the last one consists of.
    pub(super) fn parts(&self) -> usize {
        MOST - self.left
    }

    fn translate(&mut self, node: &'n Node, depth: usize) -> Value {
        if depth == DEEPEST || self.left == 0 {
            self.cut = true;
            self.left_out += 1;
            return Value::Bool(true);
        }
        self.left -= 1;
        let entries = match &node.kind {
            NodeKind::Bool(flag) => return Value::Bool(*flag),
            NodeKind::Map(entries) => entries,
            _ => {
                let label = format!("this is {}", node.kind_name());
                self.problems.add(node.span, "a schema is a mapping", label);
                return Value::Bool(true);
            }
        };
        if let Some(reference) = node.get("$ref") {
            self.left_out += usize::from(entries.len() > 1);
            return self.referred(reference, depth);
        }
        let mut schema = Map::new();
        for entry in entries {
            let (key, value) = (&*entry.key.value, &entry.value);
            match key {
                _ if PLAIN.contains(&key) => {
                    schema.insert(key.to_owned(), value.to_json());
                }
                // What other keywords allow beside the properties is not known here.
                "additionalProperties" if node.get("patternProperties").is_some() => self.left_out += 1,
                "not" => {
                    let before = self.left_out;
                    let refused = self.translate(value, depth + 1);
                    if self.left_out == before {
                        schema.insert(key.to_owned(), refused);
                    } else {
                        self.note(value, "not all of this `not` is understood, so it allows everything");
                    }
                }
                _ if ONE.contains(&key) => {
                    schema.insert(key.to_owned(), self.translate(value, depth + 1));
                }
                _ if LIST.contains(&key) => {
                    let items = value.as_list().unwrap_or_default().iter();
                    let before = self.left_out;
                    let items: Vec<_> = items.map(|item| self.translate(item, depth + 1)).collect();
                    // Alternatives of which something was left out may overlap where the document's do not.
                    let loose =
                        key == "oneOf" && (self.left_out > before || node.get("discriminator").is_some());
                    self.left_out += usize::from(loose);
                    let taken = loose && node.get("anyOf").is_some();
                    if !items.is_empty() && !taken {
                        schema.insert(if loose { "anyOf" } else { key }.to_owned(), Value::Array(items));
                    }
                }
                "properties" => {
                    let members = value.as_map().unwrap_or_default().iter();
                    let members =
                        members.map(|entry| (entry.key.value.to_string(), self.property(entry, depth)));
                    schema.insert(key.to_owned(), Value::Object(members.collect()));
                }
                "type" | "enum" | "format" | "pattern" | "required" | "nullable" | "readOnly"
                | "exclusiveMinimum" | "exclusiveMaximum" => self.keyword(key, value, node, &mut schema),
                _ if SILENT.contains(&key) || key.starts_with("x-") => {}
                _ => {
                    self.left_out += 1;
                    self.note(value, &format!("the keyword `{key}` is not understood and allows everything"));
                }
            }
        }
        self.left_out += demand_nothing_read_only(&mut schema);
        Value::Object(schema)
    }

    /// A member's schema. What only answers have a server may leave unread, so anything is allowed there.
    fn property(&mut self, entry: &'n Entry, depth: usize) -> Value {
        let marked = entry.value.get("readOnly").is_some_and(|flag| flag.kind == NodeKind::Bool(true));
        let schema = self.translate(&entry.value, depth + 1);
        if marked || is_read_only(&schema) {
            self.left_out += 1;
            return json!({ "readOnly": true });
        }
        schema
    }

    /// Keywords that differ between the versions, or that only hold with care.
    fn keyword(&mut self, key: &str, value: &Node, node: &'n Node, schema: &mut Map<String, Value>) {
        let is_set = |key: &str| node.get(key).is_some_and(|flag| flag.kind == NodeKind::Bool(true));
        match (key, value.to_json()) {
            ("type", Value::String(word)) => {
                let kind = if is_set("nullable") { json!([word, "null"]) } else { json!(word) };
                schema.insert(key.to_owned(), kind);
            }
            ("enum", Value::Array(mut values)) => {
                values.extend(is_set("nullable").then_some(Value::Null));
                schema.insert(key.to_owned(), Value::Array(values));
            }
            ("type", kinds @ Value::Array(_)) => {
                schema.insert(key.to_owned(), kinds);
            }
            ("format", Value::String(format)) if FORMATS.contains(&format.as_str()) => {
                schema.insert(key.to_owned(), Value::String(format));
            }
            ("pattern", Value::String(pattern)) => {
                if regex::Regex::new(&pattern).is_ok() {
                    schema.insert(key.to_owned(), Value::String(pattern));
                } else {
                    self.left_out += 1;
                    self.note(value, "the pattern is not understood and allows everything");
                }
            }
            ("required", Value::Array(names)) => {
                let names = names.into_iter().filter(Value::is_string);
                schema.insert(key.to_owned(), Value::Array(names.collect()));
            }
            ("readOnly", flag @ Value::Bool(true)) => {
                schema.insert(key.to_owned(), flag);
            }
            ("exclusiveMinimum" | "exclusiveMaximum", limit @ Value::Number(_)) => {
                schema.insert(key.to_owned(), limit);
            }
            ("exclusiveMinimum", Value::Bool(true)) => self.exclusive(key, "minimum", node, schema),
            ("exclusiveMaximum", Value::Bool(true)) => self.exclusive(key, "maximum", node, schema),
            ("format", _) => self.left_out += 1,
            _ => {}
        }
    }

    /// The boolean form of 3.0 turns the limit beside it into an exclusive one.
    fn exclusive(&mut self, key: &str, limit: &str, node: &Node, schema: &mut Map<String, Value>) {
        if let Some(number) = node.get(limit).map(Node::to_json).filter(Value::is_number) {
            schema.insert(key.to_owned(), number);
        }
    }

    /// A reference put in place; one that leads back to where it stands allows everything there.
    fn referred(&mut self, reference: &'n Node, depth: usize) -> Value {
        let Some(text) = reference.as_text() else {
            self.problems.add(reference.span, "`$ref` is text", format!("this is {}", reference.kind_name()));
            return Value::Bool(true);
        };
        if self.way.iter().any(|known| known == text) {
            self.left_out += 1;
            return Value::Bool(true);
        }
        let Some(found) = reference::lookup(self.root, text, reference.span, self.problems) else {
            return Value::Bool(true);
        };
        self.way.push(text.to_owned());
        let schema = self.translate(found, depth + 1);
        self.way.pop();
        schema
    }

    fn note(&mut self, at: &Node, what: &str) {
        let place = self.problems.source().position(at.span);
        self.unread.push(format!("line {}: {what}", place.line));
    }
}

fn is_read_only(schema: &Value) -> bool {
    let parts = schema.get("allOf").and_then(Value::as_array);
    schema.get("readOnly") == Some(&Value::Bool(true)) || parts.into_iter().flatten().any(is_read_only)
}

/// What only answers have, a request need not bring. Returns how many demands were left out.
fn demand_nothing_read_only(schema: &mut Map<String, Value>) -> usize {
    let read_only = |properties: Option<&Value>| -> Vec<String> {
        let properties = properties.and_then(Value::as_object);
        let read_only = properties.into_iter().flatten().filter(|(_, property)| is_read_only(property));
        read_only.map(|(name, _)| name.clone()).collect()
    };
    let own = read_only(schema.get("properties"));
    let parts = schema.get("allOf").and_then(Value::as_array);
    let names: Vec<_> =
        parts.into_iter().flatten().flat_map(|part| read_only(part.get("properties"))).chain(own).collect();
    let Some(Value::Array(required)) = schema.get_mut("required") else { return 0 };
    let before = required.len();
    required.retain(|name| !names.iter().any(|other| name == other));
    before - required.len()
}
