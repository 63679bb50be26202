//! A YAML value that remembers where each of its parts was written.

use super::{Span, Spanned};

/// One key with its value in a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as written; scenario, contract and config files have string keys only.
    pub key: Spanned<Box<str>>,
    /// What stands under it.
    pub value: Node,
}

/// A value of a scenario, contract or config file and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub kind: NodeKind,
    /// Where it stands: a scalar's own characters, a collection from its first to its last part.
    pub span: Span,
}

/// The value itself, resolved by YAML 1.2's core schema.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a decimal number; integers beyond 64 bits stay strings.
    Number(serde_json::Number),
    /// Text; it may hold `{{ templates }}`.
    Text(Box<str>),
    /// A sequence.
    List(Box<[Node]>),
    /// A mapping in the order written; keys are unique.
    Map(Box<[Entry]>),
}

impl Node {
    /// The word for this kind of value in messages.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::Text(_) => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if this is a mapping.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.iter().find(|entry| &*entry.key.value == key).map(|entry| &entry.value)
    }

    /// A JSON value, all of it at one place.
    pub fn from_json(value: &serde_json::Value, span: Span) -> Self {
        use serde_json::Value;
        let kind = match value {
            Value::Null => NodeKind::Null,
            Value::Bool(flag) => NodeKind::Bool(*flag),
            Value::Number(number) => NodeKind::Number(number.clone()),
            Value::String(text) => NodeKind::Text(text.as_str().into()),
            Value::Array(items) => {
                NodeKind::List(items.iter().map(|item| Self::from_json(item, span)).collect())
            }
            Value::Object(members) => {
                let entry = |(name, value): (&String, &Value)| Entry {
                    key: Spanned::new(name.as_str().into(), span),
                    value: Self::from_json(value, span),
                };
                NodeKind::Map(members.iter().map(entry).collect())
            }
        };
        Self { kind, span }
    }

    /// The same value as plain JSON, templates left as they are written.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(flag) => Value::Bool(*flag),
            NodeKind::Number(number) => Value::Number(number.clone()),
            NodeKind::Text(text) => Value::String(text.to_string()),
            NodeKind::List(items) => items.iter().map(Node::to_json).collect(),
            NodeKind::Map(entries) => Value::Object(
                entries.iter().map(|entry| (entry.key.value.to_string(), entry.value.to_json())).collect(),
            ),
        }
    }
}
