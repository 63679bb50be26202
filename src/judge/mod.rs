//! The one judge: an exchange and a contract to everything that the rules have to say about it. Pure.

mod body;
mod json;
mod known;
mod path;

pub use body::read_body;
pub use known::Known;

use serde_json::Value;

use crate::contract::Compiled;
use crate::model::{Body, Contract, Exchange, Observation, Request, Response, SchemaViolation};
use crate::rules::{self, Fields, Glance, HttpDate, Kind, Patterns, Subject, resolve};

/// What is remembered from one exchange to the next.
pub trait Memory {
    /// Where this request id was seen first under this contract, in words; `None` if it is new, and then it is
    /// remembered.
    fn first_use(&self, contract: &str, id: &str) -> Option<String>;
}

/// What was found out about one exchange.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What the rules say.
    pub observations: Vec<Observation>,
    /// The body as JSON, as far as it could be read.
    pub body: Body,
    /// The code, if this is an error that carries one.
    pub code: Option<String>,
    /// The request id, of the body or else of the header.
    pub request_id: Option<String>,
}

/// Judges an exchange by every rule. Without a contract only those rules speak that need none; without a
/// response only those about failed exchanges.
pub fn judge(exchange: &Exchange, contract: Option<&Compiled>, memory: &dyn Memory) -> Judged {
    let response = match &exchange.outcome {
        Ok(response) => response,
        Err(error) => {
            let observations = rules::check_failure(error, contract.map(|compiled| &compiled.contract));
            return Judged { observations, body: Body::default(), code: None, request_id: None };
        }
    };
    let request = &exchange.request;
    let body = match response.cut {
        Some(_) => Body::default(),
        None => read_body(&response.body),
    };
    let kind = Kind::of(response.status);
    let fields = match (contract, &body.value) {
        (Some(compiled), Some(value)) => fields(&compiled.contract, value),
        _ => Fields::default(),
    };
    let code = fields.code.and_then(Value::as_str).filter(|_| kind == Kind::Error);
    let request_id = contract.and_then(|compiled| request_id(&compiled.contract, kind, fields, response));
    let judging = contract.filter(|compiled| !exempt(&compiled.contract, request));
    let first_use = judging
        .zip(request_id.as_deref())
        .filter(|(_, id)| !echoes(request, id))
        .and_then(|(compiled, id)| memory.first_use(&compiled.contract.name, id))
        .filter(|_| request.header("idempotency-key").is_none());
    let with_body = judging.filter(|_| !rules::bodiless(request, response));
    let (violations, details_violations) =
        with_body.map(|compiled| violations(compiled, kind, &body, fields, code)).unwrap_or_default();
    let envelope = with_body.filter(|_| kind == Kind::Error);
    let messages = envelope.map(|compiled| rules::messages(&compiled.contract, fields)).unwrap_or_default();
    let sent = envelope.and_then(|compiled| sent(compiled, request, fields));
    let asked = envelope.zip(sent.as_ref());
    let blamed = asked
        .zip(fields.details)
        .map(|((compiled, sent), details)| rules::blamed(&compiled.contract, details, sent));
    let documented =
        asked.and_then(|(compiled, sent)| compiled.request_violations(&request.method, path(request), sent));
    let media_type = rules::media_type(response);
    let subject = Subject {
        exchange,
        request,
        response,
        body: &body,
        kind,
        date: response.header("date").and_then(|line| HttpDate::read(&line)),
        media_type: media_type.as_deref(),
        contract: judging.map(|compiled| &compiled.contract),
        patterns: judging.map_or_else(Patterns::default, patterns),
        violations: &violations,
        details_violations: &details_violations,
        fields,
        row: code.zip(judging).and_then(|(code, compiled)| compiled.contract.codes.get(code)),
        messages: &messages,
        first_use: first_use.as_deref(),
        sent: sent.as_ref(),
        blamed: blamed.as_deref().unwrap_or_default(),
        shape: documented.as_ref().map(|(shape, _)| *shape),
        sent_violations: documented.as_ref().map(|(_, places)| &**places).unwrap_or_default(),
        glance: match kind {
            Kind::Error => Glance::at(request, response, &body),
            Kind::Success | Kind::Other => Glance::default(),
        },
    };
    let observations = rules::check(&subject);
    let code = code.map(str::to_owned);
    Judged { observations, body, code, request_id }
}

/// The parts of the body that the contract names.
fn fields<'v>(contract: &Contract, value: &'v Value) -> Fields<'v> {
    let part = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| resolve(value, pointer));
    let envelope = &contract.envelope;
    Fields {
        success: part(&envelope.success),
        code: part(&envelope.code),
        message: part(&envelope.message),
        details: part(&envelope.details),
        request_id: part(&envelope.request_id),
        timestamp: part(&envelope.timestamp),
        status: part(&envelope.status),
    }
}

/// The contract's regular expressions.
fn patterns(compiled: &Compiled) -> Patterns<'_> {
    Patterns { code: compiled.code_pattern(), request_id: compiled.request_id_pattern() }
}

/// The request id: an error's body has it, or the header that the contract names.
fn request_id(contract: &Contract, kind: Kind, fields: Fields<'_>, response: &Response) -> Option<String> {
    let in_body =
        fields.request_id.and_then(Value::as_str).filter(|id| kind == Kind::Error && !id.is_empty());
    let header = || response.header(contract.request_id.header.as_deref()?).filter(|id| !id.is_empty());
    in_body.map(str::to_owned).or_else(|| header().map(std::borrow::Cow::into_owned))
}

/// Whether the client chose the id itself, and the server took it over.
fn echoes(request: &Request, id: &str) -> bool {
    request.headers.iter().any(|header| header.value == id.as_bytes())
}

/// The path below the contract's base path, without its query.
fn path(request: &Request) -> &str {
    request.path.split(['?', '#']).next().unwrap_or_default()
}

/// The request's body, if it is a JSON object that the details of this error may speak about.
fn sent(compiled: &Compiled, request: &Request, fields: Fields<'_>) -> Option<Value> {
    if fields.details.is_none() && !compiled.contract.details.complete {
        return None;
    }
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    body.is_object().then_some(body)
}

/// Whether the contract leaves this operation alone, as it does with `GET /health`.
pub fn exempt(contract: &Contract, request: &Request) -> bool {
    let path = path(request);
    contract.exempt.iter().any(|operation| {
        operation.split_once(' ').is_some_and(|(method, exempt)| {
            method.eq_ignore_ascii_case(&request.method) && exempt.trim() == path
        })
    })
}

/// Where the body breaks the schema of its kind, and the details those of their code.
fn violations(
    compiled: &Compiled,
    kind: Kind,
    body: &Body,
    fields: Fields<'_>,
    code: Option<&str>,
) -> (Vec<SchemaViolation>, Vec<SchemaViolation>) {
    let Some(value) = &body.value else { return Default::default() };
    let (mut envelope, mut details) = match kind {
        Kind::Error => {
            let details = code.zip(fields.details);
            let details = details.map(|(code, details)| compiled.details_violations(code, details));
            (compiled.envelope_violations(value), details.unwrap_or_default())
        }
        Kind::Success => (compiled.success_violations(value), Vec::new()),
        Kind::Other => Default::default(),
    };
    if let Some(unread) = body.unread() {
        let is_known = |violation: &SchemaViolation| {
            !is_within(&violation.pointer, unread) && !is_within(unread, &violation.pointer)
        };
        envelope.retain(is_known);
        details.retain(is_known);
    }
    (envelope, details)
}

/// Whether a JSON pointer leads to the place of another one, or below it.
fn is_within(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
pub(crate) mod tests;
