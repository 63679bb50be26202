//! The `request` part of a step.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::keys::REQUEST;
use crate::model::{BodyPart, HeaderLine, Method, Node, RequestSpec, Span, Spanned};
use crate::yaml::{Fields, Problems};

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Reads a request; what belongs to the step beside it is left empty.
pub(super) fn parse(node: &Node, problems: &mut Problems<'_>) -> Option<RequestSpec> {
    let fields = Fields::of(node);
    let (method, path) = method_and_path(&fields, problems)?;
    Some(RequestSpec {
        method,
        path,
        query: fields.pairs("query"),
        headers: headers(&fields, problems),
        body: body(&fields, problems),
        redirects: fields.integer("redirects").and_then(|count| u8::try_from(count).ok()).unwrap_or(0),
        timeout: timeout(&fields, problems),
        expect: crate::model::Expect { span: node.span, ..Default::default() },
        capture: Vec::new(),
        retry: None,
        snapshot: None,
    })
}

fn method_and_path(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<(Method, Spanned<String>)> {
    let mut keys = METHODS.to_vec();
    keys.push("method");
    let Some(entry) = fields.only_one(&keys, problems) else {
        if fields.all_known(&REQUEST) {
            problems.add_with_help(
                fields.span,
                "a request needs a method and a path",
                "no method here",
                "write `get: /path`, `post: /path`, or `method: NAME` with `path: /path`",
            );
        }
        return None;
    };
    if &*entry.key.value != "method" {
        let path = fields.text(&entry.key.value)?;
        if let Some(other) = fields.entry("path") {
            let title =
                format!("`path` goes with `method`; here the path stands under `{}`", entry.key.value);
            problems.add(other.key.span, title, "the second path");
        }
        check_path(&path, problems);
        return Some((Spanned::new(entry.key.value.to_ascii_uppercase(), entry.key.span), path));
    }
    let method = fields.text("method")?;
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if method.value.is_empty() || !method.value.chars().all(token) {
        problems.add(
            method.span,
            "a method is a token of ASCII characters",
            "not a method (RFC 9110 section 9.1)",
        );
    }
    let Some(path) = fields.text("path") else {
        problems.add_with_help(
            method.span,
            "`method` needs a `path`",
            "no path beside it",
            "add `path: /...`",
        );
        return None;
    };
    check_path(&path, problems);
    Some((method, path))
}

/// A path starts with `/`, a template or a scheme: anything else would be glued to the base path by guess.
fn check_path(path: &Spanned<String>, problems: &mut Problems<'_>) {
    let text = &path.value;
    let good = text.is_empty()
        || ["/", "?", "{{", "http://", "https://"].iter().any(|start| text.starts_with(start));
    if !good {
        problems.add_with_help(
            path.span,
            "a path starts with `/`",
            "neither a path nor an absolute URL",
            match text.contains("://") {
                true => "an absolute URL starts with http:// or https://".to_owned(),
                false => format!("write `/{text}`"),
            },
        );
    } else if text.starts_with("http")
        && !has_template(text)
        && let Err(error) = url::Url::parse(text)
    {
        problems.add(path.span, "this is not a URL", error.to_string());
    }
}

fn has_template(text: &str) -> bool {
    text.contains("{{")
}

/// The header lines under `headers`.
pub(super) fn headers(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<HeaderLine> {
    let lines = fields.pairs("headers").into_iter().map(|(name, value)| HeaderLine { name, value });
    lines
        .filter(|line| {
            check_header(&line.name.value, line.name.span, problems) && check_value(&line.value, problems)
        })
        .collect()
}

/// No value has a control character (RFC 9110 section 5.5), or one line would become two.
fn check_value(value: &Node, problems: &mut Problems<'_>) -> bool {
    let values = value.as_list().unwrap_or(std::slice::from_ref(value));
    let harmful = |c: char| c.is_ascii_control() && c != '\t';
    let mut wrong = values.iter().filter(|value| value.as_text().is_some_and(|text| text.contains(harmful)));
    let Some(value) = wrong.next() else { return true };
    problems.add_with_help(
        value.span,
        "a header value is one line",
        "has a line break or a control character",
        "take it out; a list sends several lines",
    );
    false
}

/// A name with a template in it is known only when it is sent.
fn check_header(name: &str, span: Span, problems: &mut Problems<'_>) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let good = name.contains("{{") || (!name.is_empty() && name.chars().all(token));
    if !good {
        problems.add(
            span,
            "a header name is a token of ASCII characters",
            "not a header name (RFC 9110 section 5.1)",
        );
    }
    good
}

/// The time under `timeout`; nothing waits for more than an hour.
pub(super) fn timeout(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Duration> {
    let timeout = fields.duration("timeout")?;
    if timeout.value.is_zero() || timeout.value > Duration::from_secs(3600) {
        problems.add(timeout.span, "a timeout is more than nothing and at most `1h`", "out of range");
        return None;
    }
    Some(timeout.value)
}

fn body(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<BodyPart> {
    let entry = fields.only_one(&["json", "raw", "base64", "form", "file"], problems)?;
    match &*entry.key.value {
        "json" => Some(BodyPart::Json(entry.value.clone())),
        "raw" => fields.text("raw").map(BodyPart::Raw),
        "base64" => {
            let text = fields.text("base64")?;
            let compact: String = text.value.split_whitespace().collect();
            if !has_template(&text.value)
                && let Err(error) = STANDARD.decode(compact)
            {
                let why = error.to_string().to_lowercase();
                problems.add(text.span, "the body is not base64 (RFC 4648)", why.trim_end_matches('.'));
            }
            Some(BodyPart::Base64(text))
        }
        "form" => Some(BodyPart::Form(fields.pairs("form"))),
        _ => fields.text("file").map(BodyPart::File),
    }
}
