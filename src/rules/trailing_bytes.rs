//! Something after the JSON value.

use super::{Rule, Subject};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV005",
        name: "trailing-bytes",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Rfc("RFC 8259, section 2"),
        doc: r#"A body is one JSON value and nothing else.

## Why

Two writers that both answer leave two values behind each other, and strict parsers refuse both.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}{}
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
    if !subject.json_expected() {
        return;
    }
    for flaw in &subject.body.flaws {
        if let BodyFlaw::TrailingBytes { offset } = flaw {
            let message = format!("the JSON value ends before byte {offset}, but the body goes on");
            let observation = Observation::new(&RULE.info, message);
            found.push(observation.help("look for a second handler that writes to the same response"));
        }
    }
}
