//! A redirect that leads nowhere.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP014",
        name: "location-missing",
        family: "HTTP",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 9110, sections 15.4.2 to 15.4.9"),
        doc: r#"A 301, 302, 303, 307 or 308 has `Location`.

## Why

Clients that follow redirects stop there with an error of their own, or take the redirect for the answer.

## Fires

```http
HTTP/1.1 301 Moved Permanently
content-length: 0


```

## Silent

```http
HTTP/1.1 301 Moved Permanently
location: /v2/leads
content-length: 0


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let status = subject.response.status;
    let lacks = subject.response.header("location").is_none_or(|location| location.trim().is_empty());
    if matches!(status, 301 | 302 | 303 | 307 | 308) && lacks {
        let observation = Observation::new(&RULE.info, format!("the {status} lacks Location"));
        found.push(observation.help("send the new address in `Location`"));
    }
}
