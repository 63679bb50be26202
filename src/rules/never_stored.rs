//! An error that no cache may keep, offered to caches.

use super::{Rule, Subject, freshness};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP006",
        name: "never-stored",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 6585, sections 3 to 6"),
        doc: r#"A 428, 429, 431 or 511 is not offered to caches: it has no `max-age` above 0, no `public`, no `Expires` to come.

## Why

These statuses must not be stored. A cached 429 throttles clients that never sent too much, and goes on doing so after
the window has passed. `no-store` and the silence of `Cache-Control` are both fine.

## Fires

```http
HTTP/1.1 429 Too Many Requests
cache-control: public, max-age=60
retry-after: 1


```

## Silent

```http
HTTP/1.1 429 Too Many Requests
cache-control: no-store
retry-after: 1


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let status = subject.response.status;
    if !matches!(status, 428 | 429 | 431 | 511) {
        return;
    }
    if let Some(offer) = freshness::offer(subject.response) {
        let message = format!("the {status} is offered to caches, which must not store it");
        let observation = Observation::new(&RULE.info, message).values("no-store", offer);
        found.push(observation.help("send `Cache-Control: no-store`"));
    }
}
