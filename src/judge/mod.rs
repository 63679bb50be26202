//! The one judge: an exchange and a contract to everything that the rules have to say about it. Pure.

mod body;

use serde_json::Value;

use crate::contract::Compiled;
use crate::model::{Body, Contract, Exchange, Observation, Request, Response, SchemaViolation};
use crate::rules::{self, Fields, Glance, Kind, Patterns, Subject, resolve};

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
    let body = match response.cut {
        Some(_) => Body::default(),
        None => body::read(&response.body),
    };
    let kind = Kind::of(response.status);
    let fields = match (contract, &body.value) {
        (Some(compiled), Some(value)) => fields(&compiled.contract, value),
        _ => Fields::default(),
    };
    let code = fields.code.and_then(Value::as_str).filter(|_| kind == Kind::Error);
    let request_id = contract.and_then(|compiled| request_id(&compiled.contract, kind, fields, response));
    let judging = contract.filter(|compiled| !exempt(&compiled.contract, &exchange.request));
    let first_use = judging
        .zip(request_id.as_deref())
        .filter(|(_, id)| !echoes(&exchange.request, id))
        .and_then(|(compiled, id)| memory.first_use(&compiled.contract.name, id))
        .filter(|_| exchange.request.header("idempotency-key").is_none());
    let mut subject = Subject {
        exchange,
        request: &exchange.request,
        response,
        body: &body,
        kind,
        contract: judging.map(|compiled| &compiled.contract),
        patterns: judging.map_or_else(Patterns::default, patterns),
        violations: &[],
        details_violations: &[],
        fields,
        first_use: first_use.as_deref(),
        sent: None,
        blamed: &[],
        shape: None,
        sent_violations: &[],
        glance: match kind {
            Kind::Error => Glance::at(&exchange.request, response, &body),
            Kind::Success | Kind::Other => Glance::default(),
        },
    };
    let (violations, details_violations) = match judging.filter(|_| !subject.bodiless()) {
        Some(compiled) => violations(compiled, kind, &body, fields, code),
        None => Default::default(),
    };
    subject.violations = &violations;
    subject.details_violations = &details_violations;
    let sent = judging.and_then(|compiled| sent(compiled, &subject));
    subject.sent = sent.as_ref();
    let request = judging.zip(sent.as_ref());
    let blamed = request
        .zip(fields.details)
        .map(|((compiled, sent), details)| rules::blamed(&compiled.contract, details, sent));
    subject.blamed = blamed.as_deref().unwrap_or_default();
    let request = request.and_then(|(compiled, sent)| {
        compiled.request_violations(&exchange.request.method, path(&exchange.request), sent)
    });
    if let Some((shape, violations)) = &request {
        subject.shape = Some(shape);
        subject.sent_violations = violations;
    }
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
fn sent(compiled: &Compiled, subject: &Subject<'_>) -> Option<Value> {
    let speaks = subject.fields.details.is_some() || compiled.contract.details.complete;
    if subject.kind != Kind::Error || subject.bodiless() || !speaks {
        return None;
    }
    let body: Value = serde_json::from_slice(&subject.request.body).ok()?;
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
    match kind {
        Kind::Error => {
            let details = code.zip(fields.details);
            let details = details.map(|(code, details)| compiled.details_violations(code, details));
            (compiled.envelope_violations(value), details.unwrap_or_default())
        }
        Kind::Success => (compiled.success_violations(value), Vec::new()),
        Kind::Other => Default::default(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
