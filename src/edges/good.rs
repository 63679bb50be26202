//! The good request of an operation, from which every provocation is a step away.

use std::collections::HashSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Target;
use crate::contract::BodySchema;
use crate::model::{
    BodyPart, Demand, Expect, HeaderLine, Node, NodeKind, Operation, RequestSpec, Span, Spanned, StatusSet,
};
use crate::redact::is_credential;
use crate::template;

/// What an answer may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A refusal: the input is surely wrong, for the reason given.
    Refusal(String),
    /// A refusal, or a 501 (RFC 9110, section 15.6.2): the method is surely unknown.
    RefusalOrNotImplemented,
    /// Anything but a crash: the documents are silent.
    Any,
    /// Anything but a crash, or a 501.
    AnyOrNotImplemented,
}

impl Answer {
    /// A refusal if there is a reason why the input is surely wrong.
    pub(super) fn refusal_if(why: Option<impl Into<String>>) -> Self {
        why.map_or(Self::Any, |why| Self::Refusal(why.into()))
    }

    /// Why no other answer is right.
    fn because(self) -> String {
        match self {
            Self::Refusal(why) => why,
            Self::RefusalOrNotImplemented => {
                "no API of HTTP and JSON has this method (RFC 9110, section 9.1)".to_owned()
            }
            Self::Any | Self::AnyOrNotImplemented => {
                "it may be taken or refused, but nothing that a client sends is the server's own error (RFC 9110, section 15.6)".to_owned()
            }
        }
    }

    fn statuses(&self) -> Vec<(u16, u16)> {
        const REFUSAL: (u16, u16) = (400, 499);
        const NOT_IMPLEMENTED: (u16, u16) = (501, 501);
        match self {
            Self::Refusal(_) => vec![REFUSAL],
            Self::RefusalOrNotImplemented => vec![REFUSAL, NOT_IMPLEMENTED],
            Self::Any => vec![(200, 299), (300, 399), REFUSAL],
            Self::AnyOrNotImplemented => vec![(200, 299), (300, 399), REFUSAL, NOT_IMPLEMENTED],
        }
    }
}

/// Where the credential stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Credential {
    /// In the header of this name.
    Header(String),
    /// In the query parameter of this name.
    Query(String),
}

/// An operation's good request.
pub(super) struct Good<'a> {
    pub(super) operation: &'a Operation,
    pub(super) target: &'a Target<'a>,
    /// The schema of the body.
    pub(super) schema: Option<&'a BodySchema>,
    /// The body with its templates filled in for once.
    pub(super) body: Option<Value>,
    pub(super) credential: Option<Credential>,
    /// The header lines, those of all operations included.
    pub(super) headers: Vec<HeaderLine>,
}

impl<'a> Good<'a> {
    pub(super) fn new(operation: &'a Operation, target: &'a Target<'a>) -> Self {
        let own = |line: &&HeaderLine| {
            operation.headers.iter().any(|own| own.name.value.eq_ignore_ascii_case(&line.name.value))
        };
        let common = target.edges.headers.iter().filter(|line| !own(line));
        let lines = common.chain(&operation.headers).filter(|line| line.value.kind != NodeKind::Null);
        let headers: Vec<_> = lines.cloned().collect();
        let key = operation.key.as_ref().or(target.edges.key.as_ref());
        // What a description does not guard may be open, whatever is sent along.
        let open = operation.guessed && operation.key.is_none();
        let credential = if open { None } else { credential(operation, &headers, key) };
        let body = operation.body.as_ref();
        let body = body.map(|body| (target.render)(body).unwrap_or_else(|| body.to_json()));
        let schema = target.schemas.get(&*operation.name.value).copied();
        Self { operation, target, schema, body, credential, headers }
    }

    pub(super) fn span(&self) -> Span {
        self.operation.name.span
    }

    /// A text that stands where the operation does.
    pub(super) fn here<T>(&self, value: T) -> Spanned<T> {
        Spanned::new(value, self.span())
    }

    /// Text as a value that stands where the operation does.
    pub(super) fn text(&self, text: &str) -> Node {
        Node { kind: NodeKind::Text(text.into()), span: self.span() }
    }

    pub(super) fn header(&self, name: &str, value: &str) -> HeaderLine {
        HeaderLine { name: self.here(name.to_owned()), value: self.text(value) }
    }

    /// The good request itself. Nobody is to blame if it is refused: the file may be wrong.
    pub(super) fn request(&self) -> RequestSpec {
        let operation = self.operation;
        RequestSpec {
            method: self.here(operation.method.clone()),
            path: self.here(self.path(&operation.values)),
            query: operation.query.clone(),
            headers: self.headers.clone(),
            body: operation.body.clone().map(BodyPart::Json),
            redirects: 0,
            timeout: None,
            expect: Expect {
                span: self.span(),
                demand: if operation.guessed { Demand::Hint } else { Demand::Premise },
                status: Some(self.here(StatusSet { ranges: vec![(200, 299)] })),
                ..Expect::default()
            },
            capture: operation.capture.clone(),
            retry: None,
            snapshot: None,
        }
    }

    /// The good request, to be made a bad one, with the answers that are right.
    pub(super) fn but(&self, answer: Answer) -> RequestSpec {
        let expect = Expect {
            span: self.span(),
            status: Some(self.here(StatusSet { ranges: answer.statuses() })),
            because: answer.because(),
            ..Expect::default()
        };
        RequestSpec { expect, capture: Vec::new(), ..self.request() }
    }

    /// The path with values for its parameters; one without a value keeps its name.
    pub(super) fn path(&self, values: &[(Spanned<String>, Node)]) -> String {
        let value = |name: &str| {
            let given = values.iter().find(|(key, _)| key.value == name);
            given.map(|(_, node)| segment(node))
        };
        let parts = self.operation.path.split('/').map(|part| match parameter(part) {
            Some(name) => value(name).unwrap_or_else(|| name.to_owned()),
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// The path with raw text in place of every parameter.
    pub(super) fn path_with(&self, raw: &str) -> String {
        let parts = self.operation.path.split('/');
        parts.map(|part| if parameter(part).is_some() { raw } else { part }).collect::<Vec<_>>().join("/")
    }

    pub(super) fn has_parameters(&self) -> bool {
        self.operation.path.split('/').any(|part| parameter(part).is_some())
    }

    /// Why the schema says that a body is wrong, if it does; it is filled in first.
    pub(super) fn wrong(&self, body: &Node) -> Option<String> {
        let schema = self.schema?;
        schema.why(&(self.target.render)(body)?)
    }

    /// Why the schema says that a body is wrong, if it does.
    pub(super) fn refuses(&self, body: &Value) -> Option<String> {
        self.schema.and_then(|schema| schema.why(body))
    }

    /// The variables that the good request needs.
    pub(super) fn variables(&self) -> HashSet<String> {
        let mut found = HashSet::new();
        let mut add = |node: &Node| collect(node, &mut found);
        self.headers.iter().for_each(|line| add(&line.value));
        self.operation.query.iter().chain(&self.operation.values).for_each(|(_, node)| add(node));
        self.operation.body.iter().for_each(add);
        found
    }
}

/// A header that is the named one or sounds like a credential, or a query parameter of the name.
fn credential(
    operation: &Operation,
    headers: &[HeaderLine],
    key: Option<&Spanned<String>>,
) -> Option<Credential> {
    let named = |name: &str| key.is_some_and(|key| key.value.eq_ignore_ascii_case(name));
    let fits = |name: &str| if key.is_some() { named(name) } else { is_credential(name) };
    let header = headers.iter().map(|line| &line.name.value).find(|name| fits(name));
    let query = operation.query.iter().map(|(name, _)| &name.value).find(|name| named(name));
    header.cloned().map(Credential::Header).or_else(|| query.cloned().map(Credential::Query))
}

/// The name of a part in braces.
pub(super) fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// A value as a part of a path: templates as they are, everything else escaped.
fn segment(node: &Node) -> String {
    match node.to_json() {
        Value::String(text) if text.contains("{{") => text,
        Value::String(text) => escaped(&text),
        other => escaped(&other.to_string()),
    }
}

fn escaped(text: &str) -> String {
    const ESCAPED: &percent_encoding::AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Adds the variables that a value's templates name. What looks like a call is a function, known or not.
pub(super) fn collect(node: &Node, into: &mut HashSet<String>) {
    match &node.kind {
        NodeKind::Text(text) => into.extend(variables(text)),
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, into)),
        NodeKind::Map(entries) => entries.iter().for_each(|entry| {
            into.extend(variables(&entry.key.value));
            collect(&entry.value, into);
        }),
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
    }
}

fn variables(text: &str) -> Vec<String> {
    let mut names = template::names(text).unwrap_or_default();
    names.retain(|name| !text.contains(&format!("{name}(")));
    names
}
