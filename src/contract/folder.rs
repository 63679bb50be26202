//! A contract's folder as text, and its JSON files parsed.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::locate::{Side, locate};
use crate::model::{Diagnostic, Source};

/// The files of a contract's folder. The caller reads them; this room never touches a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFiles {
    /// The folder as shown before the file names in messages: `schemas/propertybase-v1`.
    pub folder: String,
    /// File name, such as `contract.yaml` or `envelope.schema.json`, to its text.
    pub files: BTreeMap<String, String>,
}

impl ContractFiles {
    /// The name of the file that describes the contract.
    pub const CONTRACT: &'static str = "contract.yaml";

    /// A file with the name that messages show.
    pub(super) fn source(&self, name: &str) -> Option<Source> {
        let text = self.files.get(name)?;
        let shown = match self.folder.as_str() {
            "" => name.to_owned(),
            folder => format!("{}/{name}", folder.trim_end_matches('/')),
        };
        Some(Source::new(&shown, text))
    }
}

/// One JSON file: its text for messages, its value for use.
#[derive(Debug)]
pub(super) struct JsonFile {
    /// Name and text.
    pub(super) source: Source,
    /// The schema in it.
    pub(super) value: Value,
}

impl JsonFile {
    /// A mistake at the key or value that a pointer leads to.
    pub(super) fn mistake(&self, pointer: &str, side: Side, title: String, label: &str) -> Diagnostic {
        Diagnostic::new(&self.source, locate(&self.source.text, pointer, side), title, label)
    }
}

/// The JSON files of a folder by name.
pub(super) type JsonFiles = IndexMap<String, JsonFile>;

/// Parses the JSON files of a folder; those with mistakes are noted and left out.
pub(super) fn parse(files: &ContractFiles, mistakes: &mut Vec<Diagnostic>) -> JsonFiles {
    let mut parsed = JsonFiles::new();
    for name in files.files.keys().filter(|name| name.ends_with(".json")) {
        let Some(source) = files.source(name) else { continue };
        match serde_json::from_str::<Value>(&source.text) {
            Ok(mut value) => {
                // The file's name is its identity here, so that references stay inside the folder.
                if let Some(schema) = value.as_object_mut() {
                    schema.shift_remove("$id");
                }
                parsed.insert(name.clone(), JsonFile { source, value });
            }
            Err(error) => mistakes.push(syntax(&source, &error)),
        }
    }
    parsed
}

/// A file that is not JSON, at the place where the parser stopped.
fn syntax(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let place = source.at(error.line(), error.column());
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    Diagnostic::new(source, place, "this is not JSON", reason)
}
