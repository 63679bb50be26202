//! The same entry of details twice.

use serde_json::Value;

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET008",
        name: "details-repeated",
        family: "details",
        severity: Severity::Note,
        source: Source::Advice("one fault is told once"),
        doc: r#"No entry of a list of details stands in it twice.

## Why

A form shows the same message two times, and a count of faults is wrong. Two messages about one field are fine.

## Fires

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid",
 "details": [{"field": "email", "message": "is no address"}, {"field": "email", "message": "is no address"}],
 "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid",
 "details": [{"field": "email", "message": "is no address"}, {"field": "email", "message": "is too short"}],
 "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// Most entries that are compared with each other.
const MOST: usize = 64;

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(Value::Array(items))) = (&contract.envelope.details, subject.fields.details)
    else {
        return;
    };
    let items = &items[..items.len().min(MOST)];
    let stands = |(index, item): &(usize, &Value)| items[..*index].iter().any(|other| is_same(other, item));
    let twice = items.iter().enumerate().skip(1).find(stands);
    if let Some((index, item)) = twice {
        let observation = Observation::new(&RULE.info, "the same entry stands in the details twice");
        found.push(observation.at(format!("{pointer}/{index}")).values("each fault once", show::value(item)));
    }
}

/// Whether two entries are the same. Their members come in the same order from the same writer, which spares looking
/// each of them up.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => one.len() == other.len() && one.iter().eq(other),
        _ => one == other,
    }
}
