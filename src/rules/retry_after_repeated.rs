//! More than one Retry-After.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RTA002",
        name: "retry-after-repeated",
        family: "retry after",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 5.3"),
        doc: r#"A response has at most one line of `Retry-After`.

## Why

It is not a list. Some clients read the first line, some the last, some join both and read nothing.

## Fires

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 30
retry-after: 60

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 30

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let values: Vec<_> = subject.response.header_lines("retry-after").map(|line| line.text()).collect();
    if values.len() > 1 {
        let message = format!("the response has {} lines of Retry-After", values.len());
        let observation =
            Observation::new(&RULE.info, message).values("1 line", show::text(&values.join(" | ")));
        found.push(observation.help("a gateway and the application may both add it: let one of them win"));
    }
}
