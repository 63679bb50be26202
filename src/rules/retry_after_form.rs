//! A Retry-After that is legal but not what the clients read.

use super::{Rule, Subject, show, wait, wait::Wait};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RTA004",
        name: "retry-after-form",
        family: "retry after",
        severity: Severity::Error,
        source: Source::Contract("retry_after.form: clients read whole seconds with parseInt"),
        doc: r#"Where the contract wants seconds, `Retry-After` is a whole number of at least 1.

## Why

RFC 9110 allows a date, and 0. The documented clients read a number with `parseInt` or `int`: a date becomes not a
number or a crash, and 0 makes them come back at once.

## Fires

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: Tue, 16 Jan 2024 10:30:00 GMT

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 1

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.contract.filter(|contract| contract.retry_after.seconds_only) else {
        return;
    };
    if !contract.retry_after.required_on.contains(&subject.response.status) {
        return;
    }
    let Some((text, wait)) = wait::of(subject.response) else { return };
    let what = match wait {
        Wait::Seconds(0) => "Retry-After is 0",
        Wait::Date => "Retry-After is a date",
        _ => return,
    };
    let message = format!("{what}: legal per RFC 9110, but clients of this contract parseInt it");
    let help = "send whole seconds, at least 1, rounded up";
    found.push(Observation::new(&RULE.info, message).help(help).values("1 or more", show::text(&text)));
}
