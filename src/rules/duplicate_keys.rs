//! An object that has a key twice.

use super::{Rule, Subject};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV007",
        name: "duplicate-keys",
        family: "envelope",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 8259, section 4"),
        doc: r#"No object of the body has a key twice.

## Why

Parsers disagree on which of the two counts, so two clients read two different errors.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
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
    let mut pointers = subject.body.flaws.iter().filter_map(|flaw| match flaw {
        BodyFlaw::DuplicateKey { pointer } => Some(pointer),
        _ => None,
    });
    let Some(first) = pointers.next() else { return };
    let message = match pointers.count() {
        0 => "a key stands twice in one object".to_owned(),
        more => format!("a key stands twice in one object, and so do {more} others"),
    };
    found.push(Observation::new(&RULE.info, message).at(first).help("write every key once"));
}
