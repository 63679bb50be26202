//! A body that ends too early.

use super::{Rule, Subject};
use crate::model::{Cut, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP004",
        name: "body-cut",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9112, section 8"),
        doc: r#"A body is as long as its head announced, and the connection lasts until its end.

## Why

A client that got half of a body has no error to show. Common causes are a `Content-Length` that counts
characters, and a handler that dies while it writes.

## Fires

```http
HTTP/1.1 404 Not Found
content-length: 120

{"success": false,
<connection closed>
```

## Silent

```http
HTTP/1.1 404 Not Found
content-length: 2

{}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if let Some(Cut::Broken(how)) = &subject.response.cut {
        let length = subject.response.body.len();
        let message = format!("the body broke off after {length} bytes: {how}");
        let observation = Observation::new(&RULE.info, message);
        found.push(
            observation.help("compare Content-Length with the bytes that are sent, and look for a crash"),
        );
    }
}
