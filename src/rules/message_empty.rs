//! An error message that says nothing.

use serde_json::Value;

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV011",
        name: "message-empty",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("a human-readable error message"),
        doc: r#"The message of an error is text, and not blank.

## Why

It is the one part of an error that is written for people.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": " ", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(message)) = (&contract.envelope.message, subject.fields.message) else { return };
    let fault = match message {
        Value::String(text) if !text.trim().is_empty() => return,
        Value::String(_) => "the message is blank".to_owned(),
        other => format!("the message is {}", show::kind(other)),
    };
    let observation = Observation::new(&RULE.info, fault).at(pointer);
    found.push(
        observation
            .help("say in one sentence what went wrong")
            .values("text for people", show::value(message)),
    );
}
