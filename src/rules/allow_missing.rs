//! A 405 that does not say which methods are allowed.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP002",
        name: "allow-missing",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 15.5.6"),
        doc: r#"A 405 has `Allow`.

## Why

It lists the methods that the resource has, and a server that sends 405 must send it. The list may be empty.

## Fires

```http
PUT /leads

HTTP/1.1 405 Method Not Allowed


```

## Silent

```http
PUT /leads

HTTP/1.1 405 Method Not Allowed
allow: GET, POST


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.response.status == 405 && subject.response.header("allow").is_none() {
        let observation = Observation::new(&RULE.info, "the 405 lacks Allow");
        found.push(observation.help("list the methods of the resource: `Allow: GET, POST`"));
    }
}
