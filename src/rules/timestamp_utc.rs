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
    if !text.ends_with('Z') {
        let observation = Observation::new(&RULE.info, "the timestamp is not written in UTC").at(pointer);
        found.push(observation.help("end it with `Z`").values("2024-01-16T10:30:00.000Z", show::text(text)));
    }
}

/// The pointer to the timestamp, if the contract says how it is written.
fn promised<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    let contract = subject.error_contract()?;
    contract.timestamp.as_ref()?;
    contract.envelope.timestamp.as_deref()
}
