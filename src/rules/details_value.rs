//! Details that echo another value than was sent.

use super::{Rule, Subject, blamed, echo, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET006",
        name: "details-value",
        family: "details",
        severity: Severity::Error,
        source: Source::Contract("value: the invalid value that caused the error"),
        doc: r#"The value in the details is the one that was sent in the field they name.

## Why

Support and developers look for this value. Another one sends them after a request that never was. Values that are
masked, shortened, trimmed, in other case or written as text are accepted.

## Fires

```http lead-management-v1
POST /leads
content-type: application/json

{"name": "Ada", "email": "nope"}

HTTP/1.1 400 Bad Request
content-type: application/json

{"success": false, "error": "Validation failed", "code": "VALIDATION_ERROR",
 "details": {"field": "email", "value": "ada@example.com", "message": "Must be a valid email address"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
POST /leads
content-type: application/json

{"name": "Ada", "email": " Nope"}

HTTP/1.1 400 Bad Request
content-type: application/json

{"success": false, "error": "Validation failed", "code": "VALIDATION_ERROR",
 "details": {"field": "email", "value": "nope", "message": "Must be a valid email address"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let (Some(contract), Some(sent)) = (subject.contract, subject.sent) else { return };
    let Some(key) = contract.details.value.as_deref() else { return };
    for blamed in subject.blamed {
        let (Some(echo), Some(value)) = (blamed.entry.get(key), blamed::value(sent, &blamed.place)) else {
            continue;
        };
        if !blamed.is_whole() && !echo::may_be(echo, value) {
            let message = format!("the details echo another value than was sent in `{}`", blamed.name);
            let observation = Observation::new(&RULE.info, message).at(blamed.pointer(contract, Some(key)));
            let help = "echo what was sent, or leave it out";
            found.push(observation.help(help).values(show::value(value), show::value(echo)));
        }
    }
}
