//! A Retry-After beyond reason.

use super::{Rule, Subject, show, wait, wait::Wait};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RTA005",
        name: "retry-after-large",
        family: "retry after",
        severity: Severity::Error,
        source: Source::Contract("the longest wait that the contract allows"),
        doc: r#"`Retry-After` is not longer than the contract allows.

## Why

A wait of days is mostly a unit gone wrong: milliseconds, or the time of day as seconds since 1970.

## Fires

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 1705401000

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 429 Too Many Requests
content-type: application/json
retry-after: 3600

{"success": false, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(rule) = subject.contract.map(|contract| &contract.retry_after) else { return };
    let Some(max) = rule.max.filter(|_| rule.required_on.contains(&subject.response.status)) else { return };
    let Some((text, Wait::Seconds(seconds))) = wait::of(subject.response) else { return };
    if seconds > max {
        let message = format!("Retry-After is longer than {max} s");
        let help = guess(seconds, max);
        found.push(
            Observation::new(&RULE.info, message)
                .help(help)
                .values(format!("at most {max}"), show::text(&text)),
        );
    }
}

/// What the number looks like.
fn guess(seconds: u64, max: u64) -> &'static str {
    match seconds {
        1_000_000_000_000.. => "it looks like milliseconds since 1970; send the seconds that are left",
        1_000_000_000..=100_000_000_000 => "it looks like seconds since 1970; send the seconds that are left",
        _ if seconds / 1000 <= max => "it looks like milliseconds; send seconds",
        _ => "send the seconds until the next request is admitted",
    }
}
