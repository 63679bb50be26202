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
    dialect(
        "the error page of Spring Boot as JSON",
        &[("/timestamp", Is::Text), ("/status", Is::Number), ("/error", Is::Text), ("/path", Is::Text)],
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
        "the error of NestJS or Fastify",
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
    dialect(
        "the debug error of Laravel",
        &[("/message", Is::Text), ("/exception", Is::Text), ("/trace", Is::List)],
        false,
    ),
    dialect("the error of FastAPI or Django REST framework", &[("/detail", Is::TextOrList)], true),
    dialect("the error of an API gateway", &[("/message", Is::Text)], true),
    dialect("the error of Kong", &[("/message", Is::Text), ("/request_id", Is::Text)], true),
    dialect("the error of an API gateway", &[("/Message", Is::Text)], true),
];

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let Some(Value::Object(body)) = &subject.body.value else { return };
    // A body with this API's code is this API's, whatever else is wrong with it.
    let own = contract.envelope.code.is_none() || subject.fields.code.is_some_and(Value::is_string);
    if own || subject.violations.is_empty() {
        return;
    }
    let other = DIALECTS.iter().find(|dialect| dialect.fits(body) && !dialect.is_of(contract));
    if let Some(dialect) = other {
        let message = format!("the error is in another dialect: {}", dialect.name);
        let observation = Observation::new(&RULE.info, message);
        found.push(
            observation.help("let one place write every error, the framework's and the gateway's included"),
        );
    }
}

impl Dialect {
    /// Whether a body has the members, and no others if it may have none. The success flag of a house is no part of a
    /// framework's dialect.
    fn fits(&self, body: &Map<String, Value>) -> bool {
        let house = self.members.iter().any(|(pointer, _)| pointer.contains("code"));
        let flagged = body.contains_key("success") && !house;
        let has = |(pointer, is): &(&str, Is)| is.holds(member(body, pointer));
        !flagged && (!self.alone || body.len() == self.members.len()) && self.members.iter().all(has)
    }

    /// Whether the contract has its code or its copy of the status where this dialect has a member.
    fn is_of(&self, contract: &Contract) -> bool {
        let envelope = &contract.envelope;
        let own = [&envelope.code, &envelope.status].map(Option::as_deref);
        self.members.iter().any(|(pointer, _)| own.contains(&Some(pointer)))
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
                | (Self::Object, Some(Value::Object(_)))
                | (Self::List | Self::TextOrList, Some(Value::Array(_)))
        )
    }
}
