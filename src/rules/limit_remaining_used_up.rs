//! A 429 that says requests are left.

use super::{Rule, Subject, limits, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LIM002",
        name: "limit-remaining-used-up",
        family: "rate limit headers",
        severity: Severity::Warning,
        source: Source::Contract("verify rate limit headers in responses"),
        doc: r#"A 429 says that no request remains: `X-RateLimit-Remaining` is 0.

## Why

A client that reads the header goes on at once and is throttled again. An API with several limits may tell another one's
remainder, so only a contract with a single limit, or the 429 of the first of them, is judged.

## Fires

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 30
x-ratelimit-remaining: 1

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 30
x-ratelimit-remaining: 0

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.contract.filter(|contract| limits::has_x_headers(contract)) else { return };
    let of_first =
        contract.rate_limits.first().is_some_and(|limit| subject.code() == Some(limit.code.as_str()));
    if subject.response.status != 429 || !of_first {
        return;
    }
    let Some(remaining) = subject.response.header("x-ratelimit-remaining") else { return };
    if limits::whole(&remaining) && remaining.trim().bytes().any(|digit| digit != b'0') {
        let observation = Observation::new(&RULE.info, "the 429 says that requests remain");
        let observation = observation.values("0", show::text(&remaining));
        found.push(observation.help("count the refused request's key as used up"));
    }
}
