//! JSON inside a JSON string.

use serde_json::Value;

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV010",
        name: "double-encoded",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("the response format that all errors follow"),
        doc: r#"A body is an object, not a string that holds one.

## Why

Serializing twice yields a string. Every client that reads members from it gets nothing, and no parser
complains.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

"{\"success\": false, \"error\": {\"code\": \"NOT_FOUND\", \"message\": \"no such lead\", \"request_id\": \"req_7Hk2\"}}"
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

/// Whether the body is a string that holds an object.
pub(super) fn holds(subject: &Subject<'_>) -> bool {
    let Some(Value::String(text)) = &subject.body.value else { return false };
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.error_contract().or(subject.success_contract()).is_some() && holds(subject) {
        let observation = Observation::new(&RULE.info, "the body is a JSON string that holds the object");
        found.push(observation.help("serialize once").values("an object", "a string"));
    }
}
