//! A throttled response that does not say how long to wait.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RTA001",
        name: "retry-after-missing",
        family: "retry after",
        severity: Severity::Error,
        source: Source::Contract("wait for the Retry-After time"),
        doc: r#"A response that must say how long to wait has `Retry-After`.

## Why

Without it clients guess, and clients that guess come back in step.

## Fires

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json

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
    let Some(contract) = subject.contract else { return };
    let status = subject.response.status;
    if contract.retry_after.required_on.contains(&status) && subject.response.header("retry-after").is_none()
    {
        let observation = Observation::new(&RULE.info, format!("the {status} lacks Retry-After"));
        found.push(observation.help("send the whole seconds until the next request is admitted, rounded up"));
    }
}
