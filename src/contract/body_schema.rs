//! The JSON Schema of a request body: what it refuses, and hints at values next to its limits.

use jsonschema::Validator;
use serde_json::Value;

use super::schema;

/// A compiled schema of a request body, with its text for hints.
#[derive(Debug)]
pub struct BodySchema {
    /// What it is called: its file, say.
    name: String,
    value: Value,
    pub(super) validator: Validator,
}

impl BodySchema {
    pub(super) fn new(name: String, value: Value, validator: Validator) -> Self {
        Self { name, value, validator }
    }

    /// Compiles a schema (2020-12) that refers to nothing outside itself; `name` is what it is called.
    ///
    /// # Errors
    /// Why it is not a schema, in words.
    pub fn compile(name: String, value: Value) -> Result<Self, String> {
        let validator = schema::compile_alone(&value)?;
        Ok(Self { name, value, validator })
    }

    /// The first reason why a body breaks the schema, in words, if it does. Members are named, values never shown.
    pub fn why(&self, body: &Value) -> Option<String> {
        let (place, keyword) = schema::first(&self.validator, body)?;
        let place = if place.is_empty() { "the body".to_owned() } else { format!("`{place}`") };
        Some(format!("{place} breaks `{keyword}` in the schema {}", self.name))
    }

    /// Where a body breaks the schema, as JSON pointers; what is missing has the place where it should stand.
    pub fn places(&self, body: &Value) -> Vec<String> {
        schema::places(&self.validator, body)
    }

    /// What the schema says by itself about the value at a pointer; references and alternatives are not followed.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        pointer.split('/').skip(1).try_fold(&self.value, |schema, token| {
            let name = token.replace("~1", "/").replace("~0", "~");
            schema.get("properties").and_then(|properties| properties.get(&name)).or_else(|| {
                let index: Option<usize> = token.parse().ok();
                index.and_then(|_| schema.get("items"))
            })
        })
    }
}
