//! A Retry-After that is neither seconds nor a date.

use super::{Rule, Subject, show, wait, wait::Wait};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RTA003",
        name: "retry-after-grammar",
        family: "retry after",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 10.2.3"),
        doc: r#"`Retry-After` is a whole number of seconds, or a date in the form that senders must use.

## Why

Fractions, units, signs, other date forms: each is read by some client as another time, as zero, or as nothing,
and then the client comes back at once.

## Fires

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 1.5

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 2

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some((text, wait)) = wait::of(subject.response) else { return };
    let (message, help) = match wait {
        Wait::Seconds(_) | Wait::Date => return,
        Wait::ObsoleteDate => (
            "Retry-After is a date in an obsolete form",
            "senders must write `Tue, 16 Jan 2024 10:30:00 GMT`; seconds are safer",
        ),
        Wait::Garbage => (
            "Retry-After is neither whole seconds nor a date",
            "send digits alone, rounded up to whole seconds",
        ),
    };
    found.push(Observation::new(&RULE.info, message).help(help).values("30", show::text(&text)));
}
