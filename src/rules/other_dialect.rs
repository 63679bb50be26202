//! An error in the words of another dialect.

use serde_json::{Map, Value};

use super::{Rule, Subject, resolve};
use crate::model::{Contract, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV015",
        name: "other-dialect",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("the response format that all errors follow"),
        doc: r#"An error is in the dialect of this API, and not in the flat, nested or problem dialect of another one, nor in the
form that a framework or a gateway uses when nobody tells it otherwise.

## Why

The body is well made, but no client of this API can read it. Usually one route, one middleware or the gateway answers
by itself. This rule names the dialect in place of the many rules whose part of the envelope is missing: one fault, one
finding.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"timestamp": "2024-01-16T10:30:00.000+00:00", "status": 404, "error": "Not Found", "path": "/v1/leads/1"}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "status": 404, "path": "/v1/leads/1",
 "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// What a member of a dialect is.
#[derive(Debug, Clone, Copy)]
enum Is {
    Text,
    Number,
    Null,
    Object,
    List,
    TextOrList,
}

/// A dialect: its name, the members that make it, and whether it has none besides.
struct Dialect {
    name: &'static str,
    members: &'static [(&'static str, Is)],
    alone: bool,
}

/// A row of the table.
const fn dialect(name: &'static str, members: &'static [(&'static str, Is)], alone: bool) -> Dialect {
    Dialect { name, members, alone }
}

/// Dialects that have a code of their own where this API may have its code, and are known by the rest.
static CODED: &[Dialect] = &[
    dialect(
        "the error of Fastify",
        &[("/statusCode", Is::Number), ("/code", Is::Text), ("/error", Is::Text), ("/message", Is::Text)],
        false,
    ),
    dialect(
        "the error of a token in Django REST framework",
        &[("/detail", Is::Text), ("/code", Is::Text), ("/messages", Is::List)],
        false,
    ),
];

/// Known dialects, the more special ones first.
static DIALECTS: &[Dialect] = &[
    dialect(
        "the nested envelope, an error object with code and message",
        &[("/error/code", Is::Text), ("/error/message", Is::Text)],
        false,
    ),
    dialect(
        "the flat envelope, error and code side by side",
        &[("/error", Is::Text), ("/code", Is::Text)],
        false,
    ),
    dialect(
        "the error object of Google's APIs",
        &[("/error/code", Is::Number), ("/error/message", Is::Text)],
        false,
    ),
    dialect("the error object of Rocket", &[("/error/code", Is::Number), ("/error/reason", Is::Text)], false),
    dialect(
        "the status object of Kubernetes",
        &[("/kind", Is::Text), ("/apiVersion", Is::Text), ("/status", Is::Text)],
        false,
    ),
    dialect("the error of gRPC as JSON", &[("/code", Is::Number), ("/message", Is::Text)], false),
    dialect(
        "the error of Flask's manual",
        &[("/code", Is::Number), ("/name", Is::Text), ("/description", Is::Text)],
        true,
    ),
    dialect(
        "the error page of Spring Boot as JSON",
        &[("/timestamp", Is::Text), ("/status", Is::Number), ("/error", Is::Text), ("/path", Is::Text)],
        false,
    ),
    dialect(
        "the error page of Spring Boot as JSON",
        &[("/timestamp", Is::Number), ("/status", Is::Number), ("/error", Is::Text), ("/path", Is::Text)],
        false,
    ),
    dialect("the error of Micronaut", &[("/_embedded/errors", Is::List), ("/message", Is::Text)], false),
    dialect("the error of Quarkus", &[("/details", Is::Text), ("/stack", Is::Text)], true),
    dialect(
        "the violations of Quarkus or API Platform",
        &[("/title", Is::Text), ("/violations", Is::List)],
        false,
    ),
    dialect(
        "the problem details of ASP.NET",
        &[("/title", Is::Text), ("/status", Is::Number), ("/traceId", Is::Text)],
        false,
    ),
    dialect("problem details (RFC 9457)", &[("/type", Is::Text), ("/title", Is::Text)], false),
    dialect("problem details (RFC 9457)", &[("/title", Is::Text), ("/status", Is::Number)], false),
    dialect("problem details (RFC 9457)", &[("/status", Is::Number), ("/detail", Is::Text)], false),
    dialect(
        "the error of NestJS, Fastify or Azure's gateway",
        &[("/statusCode", Is::Number), ("/message", Is::TextOrList)],
        false,
    ),
    dialect(
        "the error of OAuth (RFC 6749)",
        &[("/error", Is::Text), ("/error_description", Is::Text)],
        false,
    ),
    dialect("the error of Rails", &[("/status", Is::Number), ("/error", Is::Text)], false),
    dialect("the errors of JSON:API or GraphQL", &[("/errors/0", Is::Object)], false),
    dialect("the validation error of Laravel", &[("/message", Is::Text), ("/errors", Is::Object)], false),
    dialect("the errors of Phoenix", &[("/errors", Is::Object)], true),
    dialect(
        "the debug error of Laravel",
        &[("/message", Is::Text), ("/exception", Is::Text), ("/trace", Is::List)],
        false,
    ),
    dialect("the error of Hydra", &[("/@type", Is::Text), ("/hydra:title", Is::Text)], false),
    dialect("the error of FastAPI or Django REST framework", &[("/detail", Is::TextOrList)], true),
    dialect(LONE_MESSAGE, &[("/message", Is::Text)], true),
    dialect(LONE_MESSAGE, &[("/message", Is::Null)], true),
    dialect("the error of Kong", &[("/message", Is::Text), ("/request_id", Is::Text)], true),
    dialect(
        "a `Message` and nothing else, as ASP.NET's Web API and AWS send it",
        &[("/Message", Is::Text)],
        true,
    ),
    dialect("the error of ASP.NET's Web API", &[("/Message", Is::Text), ("/MessageDetail", Is::Text)], false),
    dialect("the error of ASP.NET's Web API", &[("/Message", Is::Text), ("/ModelState", Is::Object)], false),
    dialect("the error of AWS Lambda", &[("/errorMessage", Is::Text), ("/errorType", Is::Text)], false),
    dialect(
        "the error of Jetty",
        &[("/url", Is::Text), ("/status", Is::Text), ("/message", Is::Text)],
        false,
    ),
    dialect("the error of an Express generator", &[("/message", Is::Text), ("/error", Is::Object)], true),
    dialect("an `error` text and nothing else", &[("/error", Is::Text)], true),
];

/// What gateways and frameworks say that leave everything but the message to the API.
const LONE_MESSAGE: &str = "a `message` and nothing else, as gateways and frameworks send it";

/// What Django REST framework says of wrong fields: a list of texts under the name of each.
const FIELDS: &str = "the validation error of Django REST framework";

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let Some(Value::Object(body)) = &subject.body.value else { return };
    if subject.violations.is_empty() {
        return;
    }
    let documented = subject.code().is_some_and(|code| contract.codes.contains_key(code));
    let coded = CODED.iter().find(|dialect| !documented && dialect.fits(body));
    let other = || DIALECTS.iter().find(|dialect| dialect.fits(body) && !dialect.is_of(contract));
    let name = match coded {
        Some(dialect) => dialect.name,
        None if is_own(subject, contract) => return,
        None => match other() {
            Some(dialect) => dialect.name,
            None if is_by_field(body) => FIELDS,
            None => return,
        },
    };
    let observation = Observation::new(&RULE.info, format!("the error is in another dialect: {name}"));
    found.push(
        observation.help("let one place write every error, the framework's and the gateway's included"),
    );
}

/// Whether the body has a code where this API has it, or something else there and this API's request id. Whatever else
/// is wrong with it, it is this API's.
fn is_own(subject: &Subject<'_>, contract: &Contract) -> bool {
    let with_id = || subject.fields.request_id.is_some_and(Value::is_string);
    let has_code = subject.fields.code.is_some_and(|code| code.is_string() || with_id());
    contract.envelope.code.is_none() || has_code
}

/// Whether every member is a list of texts.
fn is_by_field(body: &Map<String, Value>) -> bool {
    let texts = |member: &Value| {
        member.as_array().is_some_and(|texts| !texts.is_empty() && texts.iter().all(Value::is_string))
    };
    !body.is_empty() && body.values().all(texts)
}

impl Dialect {
    /// Whether a body has the members, and no others if it may have none. The success flag of a house is no part of a
    /// framework's dialect.
    fn fits(&self, body: &Map<String, Value>) -> bool {
        let is_code = |(pointer, is): &(&str, Is)| pointer.contains("code") && matches!(is, Is::Text);
        let house = self.members.iter().any(is_code);
        let flagged = body.contains_key("success") && !house;
        let has = |(pointer, is): &(&str, Is)| is.holds(member(body, pointer));
        !flagged && (!self.alone || body.len() == self.members.len()) && self.members.iter().all(has)
    }

    /// Whether the contract has its code or its copy of the status where this dialect has a member.
    fn is_of(&self, contract: &Contract) -> bool {
        let envelope = &contract.envelope;
        let code = |pointer, is| matches!(is, Is::Text) && envelope.code.as_deref() == Some(pointer);
        let status = |pointer, is| matches!(is, Is::Number) && envelope.status.as_deref() == Some(pointer);
        self.members.iter().any(|(pointer, is)| code(*pointer, *is) || status(*pointer, *is))
    }
}

/// The part of a body that a pointer leads to.
fn member<'b>(body: &'b Map<String, Value>, pointer: &str) -> Option<&'b Value> {
    let (first, rest) = pointer.get(1..)?.split_once('/').unwrap_or((pointer.get(1..)?, ""));
    let member = body.get(first)?;
    if rest.is_empty() { Some(member) } else { resolve(member, &pointer[first.len() + 1..]) }
}

impl Is {
    fn holds(self, member: Option<&Value>) -> bool {
        matches!(
            (self, member),
            (Self::Text | Self::TextOrList, Some(Value::String(_)))
                | (Self::Number, Some(Value::Number(_)))
                | (Self::Null, Some(Value::Null))
                | (Self::Object, Some(Value::Object(_)))
                | (Self::List | Self::TextOrList, Some(Value::Array(_)))
        )
    }
}
