//! OpenAPI 3 documents: their operations, each with a good request made from examples, defaults and schemas. Pure.
//!
//! What is understood: paths, methods, path, query and header parameters, JSON request bodies, local references,
//! the security schemes that say where the key stands, and the path of the first server. Whatever else a request
//! would need is named, not guessed.

mod document;
mod keys;
mod operation;
mod parameters;
mod reference;
mod sample;
mod schema;
mod security;

use serde_json::Value;

use crate::model::{Edges, Source};

pub use document::parse;

/// What a document says about its operations.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The operations, their paths below the server's; every request is a guess.
    pub edges: Edges,
    /// The JSON Schemas (2020-12) of bodies, by the names of operations.
    pub schemas: Vec<(String, Value)>,
    /// The path of the first server, no slash at its end.
    pub base_path: String,
    /// What was not understood, each with its place.
    pub unread: Vec<String>,
    /// The file.
    pub source: Source,
}

#[cfg(test)]
mod tests;
