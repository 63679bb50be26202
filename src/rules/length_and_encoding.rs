//! A body framed in two ways.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP009",
        name: "length-and-encoding",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9112, section 6.2"),
        doc: r#"A response with `Transfer-Encoding` has no `Content-Length`.

## Why

Two lengths for one body are how responses are smuggled past a proxy that believes the other one.

## Fires

```http
HTTP/1.1 200 OK
transfer-encoding: chunked
content-length: 2

{}
```

## Silent

```http
HTTP/1.1 200 OK
transfer-encoding: chunked

{}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let response = subject.response;
    if response.header("transfer-encoding").is_some() && response.header("content-length").is_some() {
        let message = "the response has both Transfer-Encoding and Content-Length";
        found.push(Observation::new(&RULE.info, message).help("leave Content-Length out"));
    }
}
