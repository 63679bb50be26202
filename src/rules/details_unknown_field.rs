//! Details that name a field which nobody sent.

use serde_json::Value;

use super::{Rule, Subject, resolve, show};
use crate::model::{Header, Observation, RequestShape, RuleInfo, RuleSource as Source, Severity};
use crate::spelling::nearest;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET004",
        name: "details-unknown-field",
        family: "details",
        severity: Severity::Warning,
        source: Source::Contract("the details name the faulty field"),
        doc: r#"A field that the details name was sent, or is one that the contract knows.

## Why

A form cannot mark a field that it does not have. Only names that the contract's `requests` exclude are judged: a
field that was not sent may still be required. Names of headers, parameters and of the body as a whole are accepted.

## Fires

```http lead-management-v1
POST /leads
content-type: application/json

{"name": "Ada", "email": "nope"}

HTTP/1.1 400 Bad Request
content-type: application/json

{"success": false, "error": "Validation failed", "code": "VALIDATION_ERROR",
 "details": {"field": "emial", "message": "Must be a valid email address"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
POST /leads
content-type: application/json

{"name": "Ada"}

HTTP/1.1 400 Bad Request
content-type: application/json

{"success": false, "error": "Validation failed", "code": "VALIDATION_ERROR",
 "details": {"field": "email", "message": "This field is required"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let (Some(contract), Some(shape), Some(sent)) = (subject.contract, subject.shape, subject.sent) else {
        return;
    };
    if shape.fields.get("").is_none_or(|root| root.open) {
        return;
    }
    for blamed in subject.blamed {
        if blamed.is_whole() || is_elsewhere(subject, blamed.name) || !is_unknown(shape, sent, &blamed.place)
        {
            continue;
        }
        let known = shape.fields.keys().filter(|pointer| !pointer.is_empty());
        let known: Vec<String> = known.map(|pointer| pointer[1..].replace('/', ".")).collect();
        let help = match nearest(blamed.name, known.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "name the field as the client knows it".to_owned(),
        };
        let message = "the details name a field that was not sent and is not documented";
        let observation = Observation::new(&RULE.info, message)
            .at(blamed.pointer(contract, contract.details.field.as_deref()))
            .help(help);
        found.push(observation.values(known.join(", "), show::text(blamed.name)));
    }
}

/// Whether a place is neither in the body nor one that the contract knows.
fn is_unknown(shape: &RequestShape, sent: &Value, place: &str) -> bool {
    let Some(first) = place.split('/').nth(1).filter(|first| !first.is_empty()) else { return false };
    // What stands inside a field that was sent is this field's business.
    resolve(sent, &format!("/{first}")).is_none() && !shape.fields.contains_key(&format!("/{first}"))
}

/// Whether a name is that of a header field, a parameter or a part of the address.
fn is_elsewhere(subject: &Subject<'_>, name: &str) -> bool {
    let dashed = name.replace('_', "-");
    let template = format!("{{{name}}}");
    let in_query =
        subject.request.path.split(['?', '&']).skip(1).any(|pair| pair.split('=').next() == Some(name));
    let in_path = subject.shape.is_some_and(|shape| shape.path.contains(&template));
    let is_header = |header: &Header| header.name.eq_ignore_ascii_case(&dashed);
    in_query || in_path || subject.request.headers.iter().any(is_header)
}
