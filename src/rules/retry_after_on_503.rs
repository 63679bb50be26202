//! A 503 that does not say when to come back.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP016",
        name: "retry-after-on-503",
        family: "HTTP",
        severity: Severity::Note,
        source: Source::Rfc("RFC 9110, section 15.6.4"),
        doc: r#"A 503 may say with `Retry-After` when the service is expected back.

## Why

It is optional, but without it every client guesses, and they all come back at once. Where the contract demands the
header, the rule of the contract speaks instead.

## Fires

```http
HTTP/1.1 503 Service Unavailable
content-length: 0


```

## Silent

```http
HTTP/1.1 503 Service Unavailable
retry-after: 30
content-length: 0


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let demanded = subject.contract.is_some_and(|contract| contract.retry_after.required_on.contains(&503));
    if subject.response.status == 503 && !demanded && subject.response.header("retry-after").is_none() {
        let observation = Observation::new(&RULE.info, "the 503 does not say when to come back");
        found.push(observation.help("send `Retry-After` with the seconds until the service is back"));
    }
}
