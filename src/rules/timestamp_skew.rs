//! A timestamp far from the time of the response.

use std::time::Duration;

use time::OffsetDateTime;

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "TIM004",
        name: "timestamp-skew",
        family: "timestamp",
        severity: Severity::Error,
        source: Source::Contract("the timestamp says when the error occurred"),
        doc: r#"The timestamp of an error is near the response's `Date`, or near the time it was received if there is no `Date`.

## Why

A timestamp that is hours off was taken from the wrong zone, one that stands still was hard-coded or cached.
The contract has the tolerance; `Date` counts whole seconds, so one more second is allowed.

## Fires

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json
date: Tue, 16 Jan 2024 12:30:00 GMT

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json
date: Tue, 16 Jan 2024 10:30:02 GMT

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
    let Some(rule) = &contract.timestamp else { return };
    let (Some(pointer), Some((text, time))) = (&contract.envelope.timestamp, subject.time()) else { return };
    let (clock, name, slack) = match subject.date {
        Some(date) => (OffsetDateTime::from(date.at), "the response's Date", Duration::from_secs(1)),
        None => {
            (OffsetDateTime::from(subject.response.received_at), "the time it was received", Duration::ZERO)
        }
    };
    let distance = (time - clock).unsigned_abs();
    if distance > rule.tolerance + slack {
        let side = if time < clock { "before" } else { "after" };
        let message = format!("the timestamp is {} s {side} {name}", distance.as_secs());
        let observation = Observation::new(&RULE.info, message).at(pointer);
        let help = "take the time when the error occurs, in UTC; look for a cached or fixed timestamp";
        let expected = format!("at most {} s from {name}", rule.tolerance.as_secs());
        found.push(observation.help(help).values(expected, show::text(text)));
    }
}
