//! The JSON Schema of a request body: what it refuses, and hints at values next to its limits.

use jsonschema::Validator;
use serde_json::Value;

use super::schema;

/// A compiled schema of a request body, with its text for hints.
#[derive(Debug)]
pub struct BodySchema {
    value: Value,
    pub(super) validator: Validator,
}

impl BodySchema {
    pub(super) fn new(value: Value, validator: Validator) -> Self {
        Self { value, validator }
    }

    /// Compiles a schema (2020-12) that refers to nothing outside itself.
    ///
    /// # Errors
    /// Why it is not a schema, in words.
    pub fn compile(value: Value) -> Result<Self, String> {
        let validator = schema::compile_alone(&value)?;
        Ok(Self { value, validator })
    }

    /// Whether a body breaks the schema.
    pub fn refuses(&self, body: &Value) -> bool {
        !self.validator.is_valid(body)
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
