//! Steps: a request with its expectation, captures and retries; or an include.

use std::time::Duration;

use super::keys::STEP;
use super::{check, request};
use crate::model::{
    Action, Capture, CaptureFrom, Check, Demand, Expect, Include, Node, NodeKind, RequestSpec, Retry,
    Spanned, StatusSet, Step,
};
use crate::snapshot;
use crate::yaml::{Fields, Problems, status_class};

/// Reads a list of steps.
pub(super) fn parse_all(nodes: &[Node], problems: &mut Problems<'_>) -> Vec<Step> {
    nodes.iter().filter_map(|node| parse(node, problems)).collect()
}

fn parse(node: &Node, problems: &mut Problems<'_>) -> Option<Step> {
    let fields = Fields::of(node);
    let entry = fields.only_one(&["request", "include"], problems);
    let action = match entry.map(|entry| &*entry.key.value) {
        Some("include") => {
            for key in ["expect", "capture", "retry", "snapshot"] {
                if let Some(entry) = fields.entry(key) {
                    problems.add(
                        entry.key.span,
                        format!("an include takes no `{key}`"),
                        "belongs to a request",
                    );
                }
            }
            Action::Include(Include { path: fields.text("include")?, scenario: None })
        }
        Some(_) => Action::Request(Box::new(request_step(&fields, problems)?)),
        None => {
            if fields.all_known(&STEP) {
                problems.add_with_help(
                    fields.span,
                    "a step needs a `request` or an `include`",
                    "neither is here",
                    "add `request: { get: /path }`",
                );
            }
            return None;
        }
    };
    let name = fields.text("name").unwrap_or_else(|| default_name(&action, &fields));
    Some(Step { name, span: fields.span, action })
}

fn default_name(action: &Action, fields: &Fields<'_>) -> Spanned<String> {
    match action {
        Action::Request(spec) => {
            Spanned::new(format!("{} {}", spec.method.value, spec.path.value), spec.path.span)
        }
        Action::Include(include) => Spanned::new(format!("include {}", include.path.value), fields.span),
        Action::LeftOut(_) => Spanned::new(String::new(), fields.span),
    }
}

fn request_step(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<RequestSpec> {
    let mut spec = request::parse(fields.get("request")?, problems)?;
    if let Some(node) = fields.get("expect") {
        spec.expect = expect(node, problems);
    }
    spec.capture = captures(fields, problems);
    spec.retry = fields.get("retry").map(retry);
    spec.snapshot = fields.get("snapshot").and_then(|node| snapshot::spec(node, problems));
    Some(spec)
}

fn expect(node: &Node, problems: &mut Problems<'_>) -> Expect {
    let fields = Fields::of(node);
    let mut one = |key: &str| fields.get(key).map(|node| check::parse(node, problems));
    let (error, message, text) = (one("error"), one("message"), one("text"));
    let details = fields.get("details");
    check::partial(details, problems);
    Expect {
        span: node.span,
        demand: Demand::Must,
        status: fields.get("status").map(|node| Spanned::new(statuses(node), node.span)),
        because: String::new(),
        error,
        message,
        details: details.cloned(),
        headers: checks(&fields, "headers", problems),
        body: checks(&fields, "body", problems),
        text,
        within: fields.duration("within"),
    }
}

fn checks(fields: &Fields<'_>, key: &str, problems: &mut Problems<'_>) -> Vec<(Spanned<String>, Check)> {
    let pairs = fields.pairs(key).into_iter();
    pairs.map(|(name, node)| (name, check::parse(&node, problems))).collect()
}

fn statuses(node: &Node) -> StatusSet {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    let range = |node: &Node| match &node.kind {
        NodeKind::Number(number) => {
            let status = u16::try_from(number.as_u64()?).ok()?;
            Some((status, status))
        }
        NodeKind::Text(text) => status_class(text).map(|class| (class * 100, class * 100 + 99)),
        _ => None,
    };
    StatusSet { ranges: items.iter().filter_map(range).collect() }
}

fn captures(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Capture> {
    let pairs = fields.pairs("capture").into_iter();
    pairs.filter_map(|(name, node)| capture(name, &node, problems)).collect()
}

fn capture(name: Spanned<String>, node: &Node, problems: &mut Problems<'_>) -> Option<Capture> {
    let (from, secret) = match &node.kind {
        NodeKind::Map(_) => {
            let fields = Fields::of(node);
            (fields.text("from")?, fields.flag("secret").unwrap_or(false))
        }
        _ => (Spanned::new(node.as_text()?.to_owned(), node.span), false),
    };
    if !is_variable_name(&name.value) {
        problems.add(name.span, "a variable's name is letters, digits and `_`", "not a variable name");
        return None;
    }
    let Some(source) = CaptureFrom::parse(&from.value) else {
        problems.add_with_help(
            from.span,
            "a capture takes a JSONPath, `header NAME`, `status` or `body`",
            "none of them",
            format!("for a member of the body write `$.{}`", from.value.trim()),
        );
        return None;
    };
    Some(Capture { name, from: Spanned::new(source, from.span), secret })
}

/// Whether templates can name this variable.
pub fn is_variable_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn retry(node: &Node) -> Retry {
    let fields = Fields::of(node);
    Retry {
        span: node.span,
        max: fields.integer("max").and_then(|max| u32::try_from(max).ok()).unwrap_or(5),
        interval: fields.duration("interval").map_or(Duration::from_millis(200), |interval| interval.value),
        backoff: fields.number("backoff").unwrap_or(1.0),
        jitter: fields.number("jitter").unwrap_or(0.0),
    }
}
