//! JSON behind a byte order mark.

use super::{Rule, Subject};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV004",
        name: "byte-order-mark",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Rfc("RFC 8259, section 8.1"),
        doc: r#"JSON does not start with a byte order mark.

## Why

Senders must not add one, and many parsers stop at it, although it cannot be seen.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

<BOM>{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
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
    if subject.json_expected() && subject.body.flaws.contains(&BodyFlaw::ByteOrderMark) {
        let observation = Observation::new(&RULE.info, "the body starts with a byte order mark");
        found.push(observation.help("send the JSON without the bytes EF BB BF before it"));
    }
}
