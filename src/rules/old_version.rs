//! An answer in an old version of HTTP.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP022",
        name: "old-version",
        family: "HTTP",
        severity: Severity::Note,
        source: Source::Rfc("RFC 9110, section 6.2"),
        doc: r#"An answer to HTTP/1.1 is not HTTP/1.0.

## Why

HTTP/1.0 has no connections that are kept and no chunks; each request costs a connection. The usual cause is a proxy that
speaks 1.0 to what stands behind it.

## Fires

```http
HTTP/1.0 404 Not Found
content-length: 0


```

## Silent

```http
HTTP/1.1 404 Not Found
content-length: 0


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.response.version == "HTTP/1.0" {
        let observation =
            Observation::new(&RULE.info, "the answer is HTTP/1.0").values("HTTP/1.1", "HTTP/1.0");
        found.push(observation.help("let the server, and every proxy before it, speak HTTP/1.1"));
    }
}
