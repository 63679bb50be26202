//! A 401 that does not say how to authenticate.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP001",
        name: "www-authenticate-missing",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 15.5.2"),
        doc: r#"A 401 has `WWW-Authenticate`.

## Why

It names the scheme that the client should have used. HTTP libraries and tools decide by it, and a server that
sends 401 must send it.

## Fires

```http
HTTP/1.1 401 Unauthorized
content-type: application/json

{}
```

## Silent

```http
HTTP/1.1 401 Unauthorized
www-authenticate: Bearer
content-type: application/json

{}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.response.status == 401 && subject.response.header("www-authenticate").is_none() {
        let observation = Observation::new(&RULE.info, "the 401 lacks WWW-Authenticate");
        found.push(observation.help("send `WWW-Authenticate: Bearer` or the scheme the API uses"));
    }
}
