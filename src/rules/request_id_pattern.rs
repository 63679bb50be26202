//! A request id of another form than documented.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RID003",
        name: "request-id-pattern",
        family: "request id",
        severity: Severity::Error,
        source: Source::Contract("the form of the request ids in the examples"),
        doc: r#"A request id has the documented form, in the body and in the header.

## Why

Logs and tickets are searched by it, and an id of another form mostly comes from another layer.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "42"}}
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
    let (Some(contract), Some(pattern)) = (subject.contract, subject.patterns.request_id) else { return };
    let mut judge = |id: &str, pointer: &str, place: &str| {
        if !id.is_empty() && !pattern.is_match(id) {
            let message = format!("the request id in the {place} has another form than documented");
            let observation = Observation::new(&RULE.info, message).at(pointer);
            let expected = contract.request_id.pattern.as_deref().unwrap_or_default();
            found.push(observation.values(expected, show::text(id)));
        }
    };
    let pointer = contract.envelope.request_id.as_deref().unwrap_or_default();
    if let Some(id) = subject.body_id() {
        judge(id, pointer, "body");
    }
    let header = subject.header_id();
    if let Some(id) = header.filter(|id| subject.body_id() != Some(id)) {
        judge(&id, "", "header");
    }
}
