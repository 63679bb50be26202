//! The document: its version, its servers, its paths.

use super::{Description, keys, operation, reference};
use crate::model::{Diagnostic, Edges, Node, Source};
use crate::yaml::{self, Problems};

/// The methods that are provoked; TRACE is for proxies, and answers with the request itself.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
/// Most operations of one document.
const MOST: usize = 2_000;
/// Most schemas that the bodies of all operations consist of, references put in place. Each costs some kilobytes once it
/// is compiled.
const MOST_PARTS: usize = 40_000;

/// What to do about a document beyond the limits of files; references out of one are refused, so splitting is no help.
const TOO_LARGE: &str =
    "keep the paths that are to be provoked, and the components they refer to, in one file of their own";

/// Parses a document, JSON or YAML.
///
/// # Errors
/// Every mistake in the parts that requests are made from, in file order.
pub fn parse(source: &Source) -> Result<Description, Vec<Diagnostic>> {
    let root = yaml::parse_advised(source, TOO_LARGE).map_err(|mistake| vec![*mistake])?;
    let mut problems = Problems::new(source);
    check_version(&root, &mut problems)?;
    keys::check(&root, keys::ROOT, "an OpenAPI document", &mut problems);
    if let Some(components) = root.get("components") {
        keys::check(components, keys::COMPONENTS, "`components`", &mut problems);
    }
    let mut unread = Vec::new();
    let base_path = base_path(&root, &mut unread);
    let (mut operations, mut schemas, mut left) = (Vec::new(), Vec::new(), MOST_PARTS);
    for entry in root.get("paths").and_then(Node::as_map).unwrap_or_default() {
        let path = &*entry.key.value;
        if path.starts_with("x-") {
            continue;
        }
        if !path.starts_with('/') {
            let help = format!("write `/{path}`");
            problems.add_with_help(entry.key.span, "a path starts with `/`", "not a path", help);
            continue;
        }
        let Some(item) = reference::follow(&root, &entry.value, &mut problems) else { continue };
        keys::check(item, keys::PATH_ITEM, "a path", &mut problems);
        for entry in item.as_map().unwrap_or_default() {
            if METHODS.contains(&&*entry.key.value) && operations.len() < MOST {
                let read = operation::read(&root, path, item, entry, &mut problems, &mut unread);
                let name = read.operation.name.value.clone();
                match read.schema {
                    Some((schema, parts)) if parts <= left => {
                        left -= parts;
                        schemas.push((name, schema));
                    }
                    Some(_) => unread.push(format!(
                        "{name}: the schema of its body demands nothing: those before it have {MOST_PARTS} parts"
                    )),
                    None => {}
                }
                operations.push(read.operation);
            } else if METHODS.contains(&&*entry.key.value) || &*entry.key.value == "trace" {
                unread.push(format!("{} {path} is left out", entry.key.value.to_ascii_uppercase()));
            }
        }
    }
    if operations.is_empty() && problems.is_empty() {
        let help = "operations stand under `paths`: `paths: { /leads: { get: ... } }`";
        problems.add_with_help(
            root.span,
            "there is no operation in this document",
            "nothing to provoke",
            help,
        );
    }
    if !problems.is_empty() {
        return Err(problems.into_diagnostics());
    }
    unread.dedup();
    let edges =
        Edges { source: source.clone(), headers: Vec::new(), key: None, expired: Vec::new(), operations };
    Ok(Description { edges, schemas, base_path, unread, source: source.clone() })
}

/// Only 3.0 and 3.1 are understood; of anything else not even the mistakes would be true.
fn check_version(root: &Node, problems: &mut Problems<'_>) -> Result<(), Vec<Diagnostic>> {
    let help = "OpenAPI 3.0 and 3.1 are understood: `openapi: 3.1.0`";
    let version = root.get("openapi");
    let text = version.map(|version| match version.as_text() {
        Some(text) => text.to_owned(),
        None => version.to_json().to_string(),
    });
    let mistake = match (version, text) {
        (Some(_), Some(text)) if text.starts_with("3.0") || text.starts_with("3.1") => return Ok(()),
        (Some(version), Some(text)) => Diagnostic::new(
            problems.source(),
            version.span,
            format!("OpenAPI {text} is not understood"),
            "another version",
        ),
        _ => {
            let first = root.as_map().and_then(<[_]>::first).map_or(root.span, |entry| entry.key.span);
            let title = if root.get("swagger").is_some() {
                "Swagger 2.0 is not understood"
            } else {
                "this is not an OpenAPI document"
            };
            Diagnostic::new(problems.source(), first, title, "`openapi` is missing in this mapping")
        }
    };
    Err(vec![mistake.with_help(help)])
}

/// The path of the first server's URL, its variables filled with their defaults.
fn base_path(root: &Node, unread: &mut Vec<String>) -> String {
    let servers = root.get("servers").and_then(Node::as_list).unwrap_or_default();
    let Some(server) = servers.first() else { return String::new() };
    let mut url = server.get("url").and_then(Node::as_text).unwrap_or_default().to_owned();
    for entry in server.get("variables").and_then(Node::as_map).unwrap_or_default() {
        let default = entry.value.get("default").and_then(Node::as_text).unwrap_or_default();
        url = url.replace(&format!("{{{}}}", entry.key.value), default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => url.as_str(),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    if path.contains('{') || !(path.is_empty() || path.starts_with('/')) {
        unread.push(format!("the server `{url}` is not understood; the contract's base path is used"));
        return String::new();
    }
    path.to_owned()
}
