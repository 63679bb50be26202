//! An entry of details without its field or message.

use serde_json::Value;

use super::pointer::member;
use super::{Rule, Subject, show};
use crate::model::{DetailsShape, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET003",
        name: "details-item",
        family: "details",
        severity: Severity::Error,
        source: Source::Contract("details with field and message"),
        doc: r#"Every entry of a list of details names its field and says what is wrong with it.

## Why

A form marks the field and shows the message. An entry that lacks one of them cannot be shown anywhere.

## Fires

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid",
 "details": [{"message": "Invalid email format"}], "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid",
 "details": [{"field": "email", "message": "Invalid email format"}], "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// Most entries that are blamed; a thousand wrong ones are one mistake.
const MOST: usize = 8;

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(Value::Array(items))) = (&contract.envelope.details, subject.fields.details)
    else {
        return;
    };
    if contract.details.shape != DetailsShape::Array {
        return;
    }
    let keys = || [&contract.details.field, &contract.details.message].into_iter().flatten();
    let objects = items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_object()?)));
    let faults = objects.flat_map(|(index, item)| {
        keys().filter(|key| !says_something(member(item, key))).map(move |key| (index, item, key))
    });
    for (index, item, key) in faults.take(MOST) {
        let at = format!("{pointer}/{index}/{key}");
        if subject.details_violations.iter().any(|violation| violation.pointer == at) {
            continue;
        }
        let message = format!("an entry of details lacks its {key}");
        let actual = item.get(key).map(show::value).unwrap_or_default();
        found.push(Observation::new(&RULE.info, message).at(at).values("text", actual));
    }
}

/// Whether a member is text that is not blank.
fn says_something(member: Option<&Value>) -> bool {
    member.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
}
