//! The `edges` of a contract: operations with one good request each, to provoke errors from.

use crate::model::{Capture, CaptureFrom, Edges, HeaderLine, Node, NodeKind, Operation, Spanned};
use crate::spelling::nearest;
use crate::yaml::{Fields, Problems};

use super::decode::check_operation;

/// Reads the section, if there is one.
pub(super) fn edges(root: Fields<'_>, problems: &mut Problems<'_>) -> Option<Edges> {
    let section = Fields::of(root.get("edges")?);
    let headers = headers(&section, "headers", problems);
    let mut operations = Vec::new();
    for (name, node) in section.pairs("operations") {
        check_operation(&name, problems);
        operations.push(operation(name, &node, problems));
    }
    if let Some(node) = section.get("operations").filter(|_| operations.is_empty()) {
        problems.add(node.span, "`edges` needs at least one operation", "no operation here");
    }
    let edges = Edges {
        source: problems.source().clone(),
        key: section.text("key"),
        expired: self::headers(&section, "expired", problems),
        headers,
        operations,
    };
    check_key(&edges, problems);
    check_captures(&edges, problems);
    Some(edges)
}

fn operation(name: Spanned<String>, node: &Node, problems: &mut Problems<'_>) -> Operation {
    let fields = Fields::of(node);
    let (method, path) = name.value.split_once(' ').unwrap_or_default();
    let operation = Operation {
        method: method.to_owned(),
        path: path.to_owned(),
        values: fields.pairs("path"),
        unknown: fields.pairs("unknown"),
        query: fields.pairs("query"),
        headers: headers(&fields, "headers", problems),
        key: None,
        body: fields.get("json").cloned(),
        optional: Vec::new(),
        unique: fields.flag("unique").unwrap_or_default(),
        capture: captures(&fields, problems),
        guessed: false,
        name,
    };
    check_parameters(&operation, problems);
    if operation.unique && operation.body.is_none() {
        let span = fields.entry("unique").map_or(operation.name.span, |entry| entry.key.span);
        problems.add_with_help(
            span,
            "`unique` is about a body",
            "there is no `json` beside it",
            "add the good body as `json`, or take `unique` out",
        );
    }
    operation
}

/// Every parameter of the path has a value, and nothing else has.
fn check_parameters(operation: &Operation, problems: &mut Problems<'_>) {
    let names = parameters(&operation.path);
    for name in names.iter().filter(|name| !operation.values.iter().any(|(key, _)| key.value == **name)) {
        problems.add_with_help(
            operation.name.span,
            format!("nothing stands for `{{{name}}}` in the good request"),
            "a path with a parameter",
            format!("add `path: {{ {name}: VALUE }}`; a value that another operation captures is fine"),
        );
    }
    for (key, _) in operation.values.iter().chain(&operation.unknown) {
        if !names.contains(&key.value.as_str()) {
            let help = match nearest(&key.value, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => format!("`{}` has no parameter", operation.path),
                None => format!("the parameters are {}", names.join(", ")),
            };
            problems.add_with_help(
                key.span,
                format!("the path has no parameter `{}`", key.value),
                "not in the path",
                help,
            );
        }
    }
}

/// The names in braces.
fn parameters(path: &str) -> Vec<&str> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.filter(|name| !name.is_empty()).collect()
}

fn headers(fields: &Fields<'_>, key: &str, problems: &mut Problems<'_>) -> Vec<HeaderLine> {
    let mut lines = Vec::new();
    for (name, value) in fields.pairs(key) {
        if http::HeaderName::from_bytes(name.value.as_bytes()).is_err() {
            let title = format!("`{}` cannot be the name of a header", name.value);
            problems.add(name.span, title, "not a header name");
        }
        if matches!(value.kind, NodeKind::Map(_) | NodeKind::List(_)) {
            problems.add(
                value.span,
                "a header is text, or null for none",
                format!("this is {}", value.kind_name()),
            );
        }
        lines.push(HeaderLine { name, value });
    }
    lines
}

fn captures(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Capture> {
    let mut captures = Vec::new();
    let inner = Fields::of_key(fields, "capture");
    for (name, _) in fields.pairs("capture") {
        let Some(text) = inner.text(&name.value) else { continue };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.value.chars().all(word) || name.value.starts_with(|c: char| c.is_ascii_digit()) {
            problems.add(name.span, "a variable's name is letters, digits and `_`", "not a variable name");
        }
        match CaptureFrom::parse(&text.value) {
            Some(from) => {
                captures.push(Capture { name, from: Spanned::new(from, text.span), secret: false });
            }
            None => problems.add_with_help(
                text.span,
                "a capture takes a JSONPath, `header NAME`, `status` or `body`",
                "none of them",
                format!("for a member of the body write `$.{}`", text.value.trim()),
            ),
        }
    }
    captures
}

/// The named key is one of the headers or query parameters.
fn check_key(edges: &Edges, problems: &mut Problems<'_>) {
    let Some(key) = &edges.key else { return };
    let lines = edges.operations.iter().flat_map(|operation| &operation.headers).chain(&edges.headers);
    let query = edges.operations.iter().flat_map(|operation| &operation.query);
    let names: Vec<&str> =
        lines.map(|line| &*line.name.value).chain(query.map(|(name, _)| &*name.value)).collect();
    if !names.iter().any(|name| name.eq_ignore_ascii_case(&key.value)) {
        let help = match nearest(&key.value, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a header or a query parameter of the good requests".to_owned(),
        };
        problems.add_with_help(
            key.span,
            format!("no good request carries `{}`", key.value),
            "nothing is called so",
            help,
        );
    }
}

/// A variable has one operation that captures it, so that it is clear which one comes first.
fn check_captures(edges: &Edges, problems: &mut Problems<'_>) {
    let mut seen: Vec<&Spanned<String>> = Vec::new();
    for capture in edges.operations.iter().flat_map(|operation| &operation.capture) {
        match seen.iter().find(|first| first.value == capture.name.value) {
            Some(first) => {
                let title = format!("two operations capture `{}`", capture.name.value);
                let mistake = crate::model::Diagnostic::new(
                    problems.source(),
                    capture.name.span,
                    title,
                    "the second one",
                );
                problems
                    .push(mistake.with_context(first.span, "the first").with_help("give one another name"));
            }
            None => seen.push(&capture.name),
        }
    }
}
