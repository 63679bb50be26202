//! Contracts: a folder of YAML and JSON Schemas, checked and compiled.

mod body_schema;
mod dangling;
mod decode;
mod describe;
mod edges;
mod embedded;
mod folder;
mod keys;
mod lint;
mod locate;
mod requests;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonschema::Validator;
use regex::Regex;
use serde_json::Value;

use crate::model::{
    Contract, DetailsShape, Diagnostic, Edges, RequestShape, RuleInfo, SchemaViolation, Span, Spanned,
};
use crate::spelling;
use crate::yaml::{self, Problems, Shape};
pub use body_schema::BodySchema;
use dangling::Holds;
use decode::Decoded;
pub use describe::{describe, summary};
pub use embedded::{embedded, embedded_names};
pub use folder::ContractFiles;
use folder::JsonFiles;
pub use keys::CONTRACT;

/// A contract ready to judge by. Cheap to clone, and shared between threads.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The contract as data.
    pub contract: Contract,
    /// What errors are provoked on, if the contract says so.
    pub edges: Option<Arc<Edges>>,
    schemas: Arc<Schemas>,
    code_pattern: Option<Regex>,
    request_id_pattern: Option<Regex>,
}

#[derive(Debug)]
struct Schemas {
    envelope: Validator,
    success: Option<Validator>,
    details: BTreeMap<String, Validator>,
    requests: Vec<BodySchema>,
}

/// Checks and compiles a contract. `rules` are those whose severity it may turn.
///
/// # Errors
/// Every mistake in its files, in the order of the text, `contract.yaml` first.
pub fn load(files: &ContractFiles, rules: &[&RuleInfo]) -> Result<Compiled, Vec<Diagnostic>> {
    let Some(source) = files.source(ContractFiles::CONTRACT) else {
        let title = format!("the folder has no {}", ContractFiles::CONTRACT);
        let help = "a contract is a folder with contract.yaml and the schemas it names";
        return Err(vec![Diagnostic::file(&files.folder, title).with_help(help)]);
    };
    let root = yaml::parse(&source).map_err(|mistake| vec![*mistake])?;
    let mut problems = Problems::new(&source);
    yaml::check(&root, &Shape::Object(&keys::CONTRACT), &mut problems);
    let decoded = decode::decode(&root, rules, &mut problems);
    let mut in_schemas = Vec::new();
    let json = folder::parse(files, &mut in_schemas);
    check_files(&decoded, files, &json, &mut problems);
    for file in json.values() {
        lint::lint(&json, file, &mut in_schemas);
    }
    let schemas = if in_schemas.is_empty() { compile(&decoded, &json, &mut in_schemas) } else { None };
    let mut mistakes = problems.into_diagnostics();
    mistakes.extend(in_schemas);
    match schemas {
        Some(schemas) if mistakes.is_empty() => Ok(finish(decoded, schemas, &json)),
        _ => Err(mistakes),
    }
}

/// Notes schema files that are not there, and pointers to places that their schemas do not describe.
fn check_files(decoded: &Decoded, files: &ContractFiles, json: &JsonFiles, problems: &mut Problems<'_>) {
    let names: Vec<&str> =
        files.files.keys().map(String::as_str).filter(|name| *name != ContractFiles::CONTRACT).collect();
    let schemas = &decoded.schemas;
    let details = schemas.details.iter().map(|(_, file)| file);
    for file in schemas.envelope.iter().chain(&schemas.success).chain(details).chain(&schemas.requests) {
        if !files.files.contains_key(&file.value) {
            no_file(&file.value, file.span, &names, problems);
        } else if !file.value.ends_with(".json") {
            problems.add(file.span, "a schema file ends in `.json`", "not a JSON file");
        }
    }
    let errors = decoded.pointers.iter().map(|pointer| (pointer, &schemas.envelope));
    let successes = decoded.data.iter().map(|pointer| (pointer, &schemas.success));
    for (pointer, file) in errors.chain(successes) {
        if let Some(file) = file {
            check_pointer(pointer, &file.value, json, problems);
        }
    }
}

/// Notes that a file named by the contract is not there.
fn no_file(name: &str, span: Span, files: &[&str], problems: &mut Problems<'_>) {
    let help = match spelling::nearest(name, files.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "put the file into the contract's folder; names have no folders in them".to_owned(),
    };
    problems.add_with_help(span, format!("no file `{name}` in the contract's folder"), "not there", help);
}

fn check_pointer(pointer: &Spanned<String>, file: &str, json: &JsonFiles, problems: &mut Problems<'_>) {
    let Holds::Missing { token, names } = dangling::holds(json, file, &pointer.value) else { return };
    let near = spelling::nearest(&token, names.iter().map(String::as_str));
    let help = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("describe it in {file}, or point to one of {}", names.join(", ")),
    };
    let title = format!("{file} describes nothing at `{}`", pointer.value);
    problems.add_with_help(pointer.span, title, "this pointer leads nowhere", help);
}

/// Compiles every schema that the contract names; those with mistakes are noted.
fn compile(decoded: &Decoded, json: &JsonFiles, mistakes: &mut Vec<Diagnostic>) -> Option<Schemas> {
    let mut build = |name: &str| {
        json.contains_key(name)
            .then(|| schema::compile(json, name).map_err(|mistake| mistakes.push(*mistake)).ok())?
    };
    let schemas = &decoded.schemas;
    let envelope = build(&schemas.envelope.as_ref()?.value);
    let success = schemas.success.as_ref().and_then(|file| build(&file.value));
    let details = schemas.details.iter().filter_map(|(code, file)| Some((code.clone(), build(&file.value)?)));
    let details = details.collect();
    let text = |name: &str| json.get(name).map(|file| file.value.clone()).unwrap_or_default();
    let requests = schemas.requests.iter();
    let requests = requests.filter_map(|file| {
        let name = &file.value;
        Some(BodySchema::new(name.clone(), text(name), build(name)?))
    });
    let requests = requests.collect();
    Some(Schemas { envelope: envelope?, success, details, requests })
}

/// Puts the parts together. The keys of details that a schema requires become part of the catalogue.
fn finish(decoded: Decoded, schemas: Schemas, json: &JsonFiles) -> Compiled {
    let mut contract = decoded.contract;
    for (code, file) in &decoded.schemas.details {
        let required = json.get(&file.value).and_then(|file| file.value.get("required")?.as_array());
        let keys = required.into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned));
        if let Some(row) = contract.codes.get_mut(code) {
            row.details = keys.collect();
        }
    }
    for (shape, file) in contract.requests.iter_mut().zip(&decoded.schemas.requests) {
        shape.fields = json.get(&file.value).map(|file| requests::fields(&file.value)).unwrap_or_default();
    }
    Compiled {
        contract,
        edges: decoded.edges.map(Arc::new),
        schemas: Arc::new(schemas),
        code_pattern: decoded.code_pattern,
        request_id_pattern: decoded.request_id_pattern,
    }
}

impl Compiled {
    /// The same contract, with the parts that the document's shorter examples leave out optional or required.
    #[must_use]
    pub fn with_lenient(mut self, lenient: bool) -> Self {
        self.contract.lenient = lenient;
        self
    }

    /// The pattern of codes; it holds for the whole of a code.
    pub fn code_pattern(&self) -> Option<&Regex> {
        self.code_pattern.as_ref()
    }

    /// The pattern of request ids; it holds for the whole of an id.
    pub fn request_id_pattern(&self) -> Option<&Regex> {
        self.request_id_pattern.as_ref()
    }

    /// Where an error body breaks the envelope's schema.
    pub fn envelope_violations(&self, body: &Value) -> Vec<SchemaViolation> {
        let mut violations = schema::violations(&self.schemas.envelope, body, "");
        if self.contract.lenient {
            let optional = &self.contract.lenient_optional;
            violations.retain(|violation| {
                !(violation.schema_path.ends_with("/required") && optional.contains(&violation.pointer))
            });
        }
        violations
    }

    /// Where a success body breaks its schema; nowhere if the contract has none.
    pub fn success_violations(&self, body: &Value) -> Vec<SchemaViolation> {
        let schema = self.schemas.success.as_ref();
        schema.map(|schema| schema::violations(schema, body, "")).unwrap_or_default()
    }

    /// Where an error's details break what the contract says about this code's details. The pointers lead into
    /// the body.
    pub fn details_violations(&self, code: &str, details: &Value) -> Vec<SchemaViolation> {
        let below = self.contract.envelope.details.as_deref().unwrap_or_default();
        match (self.schemas.details.get(code), self.contract.codes.get(code)) {
            (Some(schema), _) => schema::violations(schema, details, below),
            (None, Some(row)) if !row.details.is_empty() => self.missing_keys(&row.details, details, below),
            _ => Vec::new(),
        }
    }

    /// What the contract says about the body of a request to this path below the base path, and the places
    /// in which the body breaks it, as JSON pointers.
    pub fn request_violations(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(&RequestShape, Vec<String>)> {
        let mut shapes = self.contract.requests.iter().zip(&self.schemas.requests);
        let (shape, schema) = shapes.find(|(shape, _)| requests::is_of(shape, method, path))?;
        Some((shape, schema.places(body)))
    }

    /// The schema of an operation's request bodies; parameters of the path stand in braces.
    pub fn body_schema(&self, method: &str, path: &str) -> Option<&BodySchema> {
        let mut shapes = self.contract.requests.iter().zip(&self.schemas.requests);
        shapes.find(|(shape, _)| requests::is_of(shape, method, path)).map(|(_, schema)| schema)
    }

    /// The keys that details objects lack.
    fn missing_keys(&self, keys: &[String], details: &Value, below: &str) -> Vec<SchemaViolation> {
        let objects: Vec<(String, &Value)> = match (self.contract.details.shape, details) {
            (DetailsShape::Array, Value::Array(items)) => {
                items.iter().enumerate().map(|(index, item)| (format!("{below}/{index}"), item)).collect()
            }
            _ => vec![(below.to_owned(), details)],
        };
        let mut violations = Vec::new();
        for (pointer, object) in objects {
            let Value::Object(members) = object else { continue };
            violations.extend(keys.iter().filter(|key| !members.contains_key(*key)).map(|key| {
                SchemaViolation {
                    pointer: format!("{pointer}/{key}"),
                    schema_path: String::new(),
                    message: format!("`{key}` is missing"),
                }
            }));
        }
        violations
    }
}

#[cfg(test)]
mod tests;
