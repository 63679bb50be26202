//! An error whose timestamp is missing or not RFC 3339.

use serde_json::Value;

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "TIM001",
        name: "timestamp-format",
        family: "timestamp",
        severity: Severity::Error,
        source: Source::Contract("the timestamp in the response format"),
        doc: r#"The timestamp of an error is there, and is written as RFC 3339 says.

## Why

It is compared with logs by programs. A number or a local form is read as another time, or not at all.

## Fires

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "16.01.2024 10:30", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let Some(pointer) = contract.envelope.timestamp.as_deref() else { return };
    let (message, actual) = match subject.fields.timestamp {
        None if subject.lacks(Some(pointer)).is_some() => {
            ("the error lacks its timestamp".to_owned(), String::new())
        }
        Some(Value::String(text)) if subject.time().is_none() => {
            ("the timestamp is not a date and time of RFC 3339".to_owned(), show::text(text))
        }
        Some(other) if !other.is_string() => {
            (format!("the timestamp is {}", show::kind(other)), show::value(other))
        }
        _ => return,
    };
    let observation =
        Observation::new(&RULE.info, message).at(pointer).values("2024-01-16T10:30:00.000Z", actual);
    found.push(observation.help("write date, `T`, time and `Z`"));
}
