//! An error that is offered to caches.

use super::{Kind, Rule, Subject, freshness};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP007",
        name: "error-cacheable",
        family: "HTTP",
        severity: Severity::Note,
        source: Source::Advice("an error that passes should not outlive its cause in a cache"),
        doc: r#"An error of the moment is not offered to caches: it has no `max-age` above 0, no `public`, no `Expires` to come.

## Why

A cache that keeps a 500, 401 or 422 goes on answering with it when the cause is gone. RFC 9111 allows it where the
server says so, thus this is advice. 404, 405, 410, 414, 451 and 501 are not judged: they last, and caches may keep
them anyway (RFC 9110, section 15.1).

## Fires

```http
HTTP/1.1 500 Internal Server Error
cache-control: max-age=3600


```

## Silent

```http
HTTP/1.1 500 Internal Server Error
cache-control: no-cache, max-age=0


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let status = subject.response.status;
    let other = matches!(status, 404 | 405 | 410 | 414 | 451 | 501 | 428 | 429 | 431 | 511);
    if subject.kind != Kind::Error || other {
        return;
    }
    if let Some(offer) = freshness::offer(subject.response) {
        let message = format!("the {status} is offered to caches");
        let observation = Observation::new(&RULE.info, message).values("no-store", offer);
        found.push(observation.help("send `Cache-Control: no-store`"));
    }
}
