//! Details of another shape than documented.

use serde_json::Value;

use super::{Rule, Subject, show};
use crate::model::{DetailsShape, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET001",
        name: "details-shape",
        family: "details",
        severity: Severity::Error,
        source: Source::Contract("the details in the response format"),
        doc: r#"The details of an error are an object, or a list of objects, as documented.

## Why

Clients loop over a list and read members of an object; the other shape makes them throw while they handle an
error.

## Fires

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid",
 "details": {"email": "Invalid email format"}, "request_id": "req_7Hk2"}}
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

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(details)) = (&contract.envelope.details, subject.fields.details) else { return };
    let mut wrong = |pointer: String, what: &str, expected: &str, actual: &Value| {
        let message = format!("{what} is {}, documented is {expected}", show::kind(actual));
        found.push(Observation::new(&RULE.info, message).at(pointer).values(expected, show::value(actual)));
    };
    match (contract.details.shape, details) {
        (DetailsShape::Object, Value::Object(_)) => {}
        (DetailsShape::Object, other) => wrong(pointer.clone(), "details", "an object", other),
        (DetailsShape::Array, Value::Array(items)) => {
            if let Some((index, item)) = items.iter().enumerate().find(|(_, item)| !item.is_object()) {
                wrong(format!("{pointer}/{index}"), "an entry of details", "an object", item);
            }
        }
        (DetailsShape::Array, other) => wrong(pointer.clone(), "details", "an array", other),
    }
}
