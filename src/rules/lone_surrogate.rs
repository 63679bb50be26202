//! A string with half of a surrogate pair.

use super::{Rule, Subject};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV019",
        name: "lone-surrogate",
        family: "envelope",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 8259, section 8.2"),
        doc: r#"Every `\uD800` to `\uDFFF` in a string is one half of a pair.

## Why

Text that was cut in the middle of an emoji ends in half a pair. The grammar of JSON allows it, but it stands for no
character: some parsers refuse the whole body, others put something else in its place.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead \ud83d", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead \ud83d\ude00", "request_id": "req_7Hk2"}}
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
        if let BodyFlaw::LoneSurrogate { pointer } = flaw {
            let observation = Observation::new(&RULE.info, "a string has half of a surrogate pair");
            found.push(observation.at(pointer).help("cut texts between characters, not inside of them"));
        }
    }
}
