//! JSON that is not UTF-8.

use super::{Rule, Subject};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV006",
        name: "invalid-utf8",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Rfc("RFC 8259, section 8.1"),
        doc: r#"JSON is encoded in UTF-8.

## Why

A body in another encoding reads as garbage or not at all, and only for the inputs that are not ASCII.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such <0xFC> lead", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such ü lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if !subject.json_expected() {
        return;
    }
    for flaw in &subject.body.flaws {
        if let BodyFlaw::NotUtf8 { offset } = flaw {
            let observation =
                Observation::new(&RULE.info, format!("the body is not UTF-8 from byte {offset} on"));
            found.push(observation.help("encode the body as UTF-8; no other encoding is JSON"));
        }
    }
}
