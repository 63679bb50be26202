//! One operation: its good request, as far as the document tells how to make it.

use serde_json::Value;

use super::schema::Translator;
use super::{keys, parameters, reference, sample, security};
use crate::model::{Entry, Node, NodeKind, Operation, Spanned};
use crate::yaml::Problems;

/// An operation with the schema of its body.
pub(super) struct Read {
    pub(super) operation: Operation,
    pub(super) schema: Option<Measured>,
}

/// A schema, and of how many it consists.
type Measured = (Value, usize);

/// Reads an operation at its path.
pub(super) fn read(
    root: &Node,
    path: &str,
    item: &Node,
    entry: &Entry,
    problems: &mut Problems<'_>,
    unread: &mut Vec<String>,
) -> Read {
    let (method, node) = (entry.key.value.to_ascii_uppercase(), &entry.value);
    keys::check(node, keys::OPERATION, "an operation", problems);
    let name = Spanned::new(format!("{method} {path}"), entry.key.span);
    let access = security::access(root, node, problems);
    let mut translator = Translator::new(root, problems);
    // What is there is not changed or deleted on a guess.
    let made_up = !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "POST");
    let lists = [item.get("parameters"), node.get("parameters")];
    let mut given = parameters::read(lists, made_up, &mut translator);
    let (body, schema) = match node.get("requestBody") {
        Some(body) => read_body(body, &mut translator),
        None => (None, None),
    };
    let optional = schema.iter().zip(&body).flat_map(|((schema, _), body)| {
        let lacking = sample::lacking(schema, &body.to_json());
        lacking.into_iter().map(|(way, value)| (way, Node::from_json(&value, body.span)))
    });
    let optional = optional.collect();
    let mut notes = translator.unread;
    for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        if !given.path.iter().any(|(key, _)| key.value == part) {
            notes.push(format!("the path's parameter `{part}` is not described; it is `edge-unknown`"));
            let value = Node { kind: NodeKind::Text("edge-unknown".into()), span: name.span };
            given.path.push((Spanned::new(part.to_owned(), name.span), value));
        }
    }
    notes.extend(access.unread);
    unread.extend(notes.into_iter().map(|note| format!("{}: {note}", name.value)));
    given.query.extend(access.query);
    given.headers.extend(access.headers);
    let operation = Operation {
        method,
        path: path.to_owned(),
        values: given.path,
        unknown: Vec::new(),
        query: given.query,
        headers: given.headers,
        key: access.key,
        body,
        optional,
        unique: false,
        capture: Vec::new(),
        guessed: true,
        name,
    };
    Read { operation, schema }
}

/// The JSON body and its schema.
fn read_body<'n>(
    node: &'n Node,
    translator: &mut Translator<'n, '_, '_>,
) -> (Option<Node>, Option<Measured>) {
    let Some(body) = reference::follow(translator.root, node, translator.problems) else {
        return (None, None);
    };
    keys::check(body, keys::BODY, "a request body", translator.problems);
    let content = body.get("content").and_then(Node::as_map).unwrap_or_default();
    let is_json = |entry: &&Entry| {
        let essence = entry.key.value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    };
    let Some(media) = content.iter().find(is_json).map(|entry| &entry.value) else {
        let types: Vec<_> = content.iter().map(|entry| format!("`{}`", entry.key.value)).collect();
        let types = if types.is_empty() { "without a type".to_owned() } else { types.join(", ") };
        translator.unread.push(format!("a body {types} is not understood; none is sent"));
        return (None, None);
    };
    keys::check(media, keys::MEDIA, "a media type", translator.problems);
    let schema = media.get("schema").map(|schema| (translator.schema(schema), translator.parts()));
    let value = example(media, translator)
        .map(|example| sample::literal(&example))
        .or_else(|| schema.as_ref().map(|(schema, _)| sample::of(schema)));
    let body = value.map(|value| Node::from_json(&value, media.span));
    (body, schema)
}

/// The example beside the schema; one of several may be a reference.
fn example<'n>(media: &'n Node, translator: &mut Translator<'n, '_, '_>) -> Option<Value> {
    if let Some(example) = media.get("example") {
        return Some(example.to_json());
    }
    let first = media.get("examples").and_then(Node::as_map).and_then(<[_]>::first)?;
    let first = reference::follow(translator.root, &first.value, translator.problems)?;
    first.get("value").map(Node::to_json)
}
