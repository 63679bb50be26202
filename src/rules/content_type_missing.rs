//! A body without a media type.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP010",
        name: "content-type-missing",
        family: "HTTP",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 9110, section 8.3"),
        doc: r#"A body comes with its `Content-Type`.

## Why

Without it clients guess, and some guess HTML. Where the contract promises a media type, `media-type` speaks instead.

## Fires

```http
HTTP/1.1 404 Not Found

not here
```

## Silent

```http
HTTP/1.1 404 Not Found
content-type: text/plain

not here
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let promised = subject.error_contract().or(subject.success_contract()).is_some();
    if promised || subject.bodiless() || subject.response.body.is_empty() {
        return;
    }
    if subject.response.header("content-type").is_none_or(|line| line.trim().is_empty()) {
        let observation = Observation::new(&RULE.info, "the body is sent without a media type");
        found.push(observation.help("send `Content-Type`"));
    }
}
