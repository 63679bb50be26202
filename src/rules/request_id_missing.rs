//! An error without a request id in its body.

use serde_json::Value;

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RID001",
        name: "request-id-missing",
        family: "request id",
        severity: Severity::Error,
        source: Source::Contract("the request id in the response format"),
        doc: r#"The body of an error carries the request id.

## Why

It is what a caller hands to support. An error without it cannot be found again.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let Some(pointer) = contract.envelope.request_id.as_deref() else { return };
    let (message, actual) = match subject.fields.request_id {
        None if subject.lacks(Some(pointer)).is_some() => {
            ("the error lacks its request id".to_owned(), String::new())
        }
        Some(Value::String(id)) if id.is_empty() => ("the request id is empty".to_owned(), String::new()),
        Some(id) if !id.is_string() => (format!("the request id is {}", show::kind(id)), show::value(id)),
        _ => return,
    };
    let help = "give every request an id as it comes in, and write it into every error";
    found.push(Observation::new(&RULE.info, message).at(pointer).help(help).values("a request id", actual));
}
