//! JSON Schemas, compiled once; what they say about a body, freed of the validator's own types.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Registry, ValidationError, Validator};
use serde_json::Value;

use super::folder::JsonFiles;
use super::locate::Side;
use crate::model::{Diagnostic, SchemaViolation};

/// Most violations that are reported of one body; a list of a thousand wrong entries is one mistake.
const MOST: usize = 32;

/// The address of a file inside the folder; nothing is ever fetched from it.
fn address(name: &str) -> String {
    format!("contract:///{name}")
}

/// Compiles a schema of the folder.
///
/// # Errors
/// The place in the file that is not a valid schema, or a reference that leads nowhere.
pub(super) fn compile(files: &JsonFiles, name: &str) -> Result<Validator, Box<Diagnostic>> {
    let Some(file) = files.get(name) else {
        return Err(Diagnostic::file(name, "no such file").into());
    };
    let mistake = |error: &ValidationError<'_>| {
        let pointer = match error.instance_path().as_str() {
            "" => error.schema_path().as_str(),
            path => path,
        };
        let label = first_lower(&error.masked().to_string());
        Box::new(file.mistake(pointer, Side::Value, "this is not a valid schema".to_owned(), &label))
    };
    let others = files.iter().filter(|(other, _)| *other != name);
    let registry = Registry::new()
        .extend(others.map(|(other, file)| (address(other), &file.value)))
        .and_then(jsonschema::RegistryBuilder::prepare);
    let registry = registry.map_err(|error| {
        Box::new(file.mistake(
            "",
            Side::Value,
            "a reference cannot be resolved".to_owned(),
            &error.to_string(),
        ))
    })?;
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_base_uri(address(name))
        .with_registry(&registry)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_pattern_options(PatternOptions::regex())
        .build(&file.value)
        .map_err(|error| mistake(&error))
}

/// Compiles a schema that refers to nothing outside itself.
pub(super) fn compile_alone(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| first_lower(&error.masked().to_string()))
}

/// What a schema has to say about a value. Members of the value are named, but never shown.
pub(super) fn violations(schema: &Validator, value: &Value, below: &str) -> Vec<SchemaViolation> {
    // Most bodies are as documented, which is found out faster than what is wrong with them.
    if schema.is_valid(value) {
        return Vec::new();
    }
    let found = schema.iter_errors(value).take(MOST);
    found
        .map(|error| {
            let pointer = format!("{below}{}", place(&error));
            let message = match error.kind() {
                ValidationErrorKind::Required { property } => {
                    format!("`{}` is missing", property.as_str().unwrap_or_default())
                }
                _ => first_lower(&error.masked_with("it").to_string()),
            };
            SchemaViolation { pointer, schema_path: error.schema_path().to_string(), message }
        })
        .collect()
}

/// Where a value breaks a schema, as JSON pointers; without words, which cost more than the looking.
pub(super) fn places(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).take(MOST).map(|error| place(&error)).collect()
}

/// Where a value breaks a schema first, and the place in the schema that says so; both as JSON pointers.
pub(super) fn first(schema: &Validator, value: &Value) -> Option<(String, String)> {
    // Asked of every variation, most of which are as documented.
    if schema.is_valid(value) {
        return None;
    }
    let error = schema.iter_errors(value).next()?;
    Some((place(&error), error.schema_path().to_string()))
}

/// The place of a mistake; what is missing has the place where it should stand.
fn place(error: &ValidationError<'_>) -> String {
    let mut pointer = error.instance_path().to_string();
    if let ValidationErrorKind::Required { property } = error.kind() {
        pointer.push('/');
        pointer.push_str(&property.as_str().unwrap_or_default().replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// The text with its first letter in lower case, as messages are written.
fn first_lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
