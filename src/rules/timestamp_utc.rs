//! A timestamp that is not in UTC.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "TIM002",
        name: "timestamp-utc",
        family: "timestamp",
        severity: Severity::Error,
        source: Source::Contract("the timestamp in the response format ends with Z"),
        doc: r#"The timestamp of an error is in UTC and says so with `Z`.

An offset of nought, `+00:00`, is the same moment in another spelling: only a note.

## Why

Clients that compare timestamps as text, or cut off the end, are wrong by the offset.

## Fires

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "2024-01-16T12:30:00.000+02:00", "requestId": "req_7Hk2"}
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
    let Some(pointer) = promised(subject) else { return };
    let Some((text, _)) = subject.time() else { return };
    if text.ends_with('Z') {
        return;
    }
    let zero = ["z", "+00:00", "-00:00"].iter().any(|end| text.ends_with(end));
    let message = if zero {
        "the timestamp is in UTC, but not written with `Z`"
    } else {
        "the timestamp is not in UTC"
    };
    let mut observation = Observation::new(&RULE.info, message).at(pointer).help("end it with `Z`");
    if zero {
        // The same moment for every reader of RFC 3339; only the documented spelling is missed.
        observation.severity = Severity::Note;
    }
    found.push(observation.values("2024-01-16T10:30:00.000Z", show::text(text)));
}

/// The pointer to the timestamp, if the contract says how it is written.
fn promised<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    let contract = subject.error_contract()?;
    contract.timestamp.as_ref()?;
    contract.envelope.timestamp.as_deref()
}
