//! `--openapi`: the operations of a document, brought below the base path of the contract that judges them.

use std::path::Path;

use indexmap::IndexMap;

use super::edges::Given;
use super::gather::Refusal;
use crate::contract::{BodySchema, Compiled};
use crate::input;
use crate::model::{Edges, HeaderLine, Node, NodeKind, Span, Spanned};
use crate::openapi;
use crate::redact::is_credential;

/// The operations of a document.
pub(super) struct Described {
    /// The contract that judges them.
    pub(super) contract: String,
    pub(super) edges: Edges,
    /// The schemas of bodies, by the names of operations.
    pub(super) schemas: Vec<(String, BodySchema)>,
}

/// Reads the document; what is not understood is told in `notes`.
pub(super) fn read(
    given: &Given<'_>,
    file: &Path,
    contracts: &IndexMap<String, Compiled>,
    notes: &mut Vec<String>,
) -> Result<Described, Refusal> {
    let (name, contract) = match contracts.iter().collect::<Vec<_>>().as_slice() {
        [one] => *one,
        _ => {
            let why = "--openapi needs one contract that judges the answers; name it with --contract NAME";
            return Err(why.to_owned().into());
        }
    };
    let source = input::source(given.env.files.as_ref(), file).map_err(|mistake| vec![*mistake])?;
    let description = openapi::parse(&source)?;
    let shown = file.display();
    notes.extend(description.unread.iter().map(|note| format!("{shown}: {note}")));
    let mut edges = description.edges;
    edges.operations.retain_mut(|operation| {
        match below(&contract.contract.base_path, &description.base_path, &operation.path) {
            Some(path) => {
                operation.path = path;
                true
            }
            None => {
                let base = &contract.contract.base_path;
                let operation = &operation.name.value;
                notes.push(format!(
                    "{shown}: {operation} is left out: it is not below the contract's base path {base}"
                ));
                false
            }
        }
    });
    if edges.operations.is_empty() {
        let base = &contract.contract.base_path;
        return Err(format!(
            "no operation of {shown} is below the base path {base} of the contract `{name}`"
        )
        .into());
    }
    if let Some(own) = &contract.edges {
        lend(own, &mut edges);
    }
    let mut schemas = Vec::new();
    for (name, schema) in description.schemas {
        match BodySchema::compile(format!("of {name} in {shown}"), schema) {
            Ok(schema) => schemas.push((name, schema)),
            Err(why) => notes.push(format!("{shown}: {name}: the body's schema is not understood: {why}")),
        }
    }
    for operation in &edges.operations {
        let schema = schemas.iter().find(|(name, _)| *name == operation.name.value);
        let body = operation.body.as_ref().and_then(|body| given.rendered(body));
        if let (Some((name, schema)), Some(body)) = (schema, body)
            && let Some(place) = schema.places(&body).first()
        {
            let place = if place.is_empty() { "as a whole".to_owned() } else { format!("at `{place}`") };
            notes.push(format!(
                "{shown}: {name}: the made-up body does not fit the schema {place}; give an `example`"
            ));
        }
    }
    Ok(Described { contract: name.clone(), edges, schemas })
}

/// A path of the document as one below the contract's base path, if it is. A document without a server's path may
/// or may not have the base path in its paths.
fn below(base: &str, server: &str, path: &str) -> Option<String> {
    let full = format!("{server}{path}");
    match full.strip_prefix(base) {
        Some(rest) if base.is_empty() || rest.is_empty() || rest.starts_with('/') => Some(rest.to_owned()),
        _ => server.is_empty().then(|| path.to_owned()),
    }
}

/// What the contract's own good requests carry comes before what the document says. Its credential takes the place of
/// the document's, and an operation that needs none gets none.
fn lend(own: &Edges, edges: &mut Edges) {
    let is_key = |line: &&HeaderLine| match &own.key {
        Some(key) => key.value.eq_ignore_ascii_case(&line.name.value),
        None => is_credential(&line.name.value),
    };
    let credential = own.headers.iter().find(is_key);
    let guarded = edges.operations.iter().any(|operation| operation.key.is_some());
    for operation in &mut edges.operations {
        let span = operation.name.span;
        match (credential, &operation.key) {
            (Some(line), Some(key)) => {
                operation.headers.retain(|own| own.name.value != key.value);
                operation.query.retain(|(name, _)| name.value != key.value);
                operation.key = Some(Spanned::new(line.name.value.clone(), span));
            }
            (Some(line), None) if guarded => {
                let value = Node { kind: NodeKind::Null, span };
                let name = Spanned::new(line.name.value.clone(), span);
                operation.headers.push(HeaderLine { name, value });
            }
            _ => {}
        }
    }
    edges.headers = placed(&own.headers, edges);
    edges.expired = placed(&own.expired, edges);
}

/// The contract's lines, their places moved into the document: spans of one file mean nothing in another.
fn placed(lines: &[HeaderLine], edges: &Edges) -> Vec<HeaderLine> {
    let span = edges.operations.first().map_or(Span::default(), |operation| operation.name.span);
    let moved = |line: &HeaderLine| {
        let mut line = line.clone();
        (line.name.span, line.value.span) = (span, span);
        line
    };
    lines.iter().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn paths_are_brought_below_the_base_path() {
        for (base, server, path, expected) in [
            ("/v1", "/v1", "/leads", Some("/leads")),
            ("/v1", "", "/v1/leads", Some("/leads")),
            ("/v1", "", "/leads", Some("/leads")),
            ("/v1", "/api", "/v1/leads", None),
            ("/v1", "/v10", "/leads", None),
            ("", "/api", "/leads", Some("/api/leads")),
            ("/api/v1", "/api", "/v1/leads", Some("/leads")),
        ] {
            assert_eq!(below(base, server, path).as_deref(), expected, "{base} {server} {path}");
        }
    }
}
