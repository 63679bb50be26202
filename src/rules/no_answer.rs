//! A connection that ends without an answer.

use super::{Rule, Subject};
use crate::model::{
    Observation, RuleInfo, RuleSource as Source, Severity, TransportError, TransportErrorKind,
};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP023",
        name: "no-answer",
        family: "HTTP",
        severity: Severity::Note,
        source: Source::Rfc("RFC 9110, section 3.4"),
        doc: r#"A server answers a request before it closes the connection.

## Why

A crash, an overload or a proxy's limit ends connections so, and clients know nothing. It cannot be told from here whose
fault it is, so the step is inconclusive, and this is a note that says how often it happened.

## Fires

```text
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

/// A response is an answer, or it would be none.
fn check(_: &Subject<'_>, _: &mut Vec<Observation>) {}

/// What there is to say about an exchange that failed.
pub(super) fn failed(error: &TransportError) -> Option<Observation> {
    let observation = || Observation::new(&RULE.info, "the connection was closed without an answer");
    (error.kind == TransportErrorKind::Closed)
        .then(|| observation().help("look at the server's and the proxy's log"))
}
