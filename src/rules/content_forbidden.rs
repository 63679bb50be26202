//! Content where HTTP allows none.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP008",
        name: "content-forbidden",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, sections 6.4.1, 8.6 and 15.3.6; RFC 9112, section 6.1"),
        doc: r#"A 204 or 205 neither has content nor announces any, with `Content-Length` or with `Transfer-Encoding`.

## Why

Clients stop reading after the head of a 204. What follows is read as the beginning of the next response on the
connection. `Content-Length: 0` harms nobody and is not judged; a 304 may repeat the length of what it stands for.

## Fires

```http
DELETE /leads/lead_1

HTTP/1.1 204 No Content
content-length: 17


```

## Silent

```http
DELETE /leads/lead_1

HTTP/1.1 204 No Content


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let response = subject.response;
    if !matches!(response.status, 204 | 205) || subject.request.method.eq_ignore_ascii_case("HEAD") {
        return;
    }
    let length = response.header("content-length");
    let fault = if !response.body.is_empty() {
        "has a body"
    } else if length.is_some_and(|length| length.trim().parse::<u64>().is_ok_and(|length| length > 0)) {
        "announces a body with Content-Length"
    } else if response.status == 204 && response.header("transfer-encoding").is_some() {
        "announces a body with Transfer-Encoding"
    } else {
        return;
    };
    let observation = Observation::new(&RULE.info, format!("the {} {fault}", response.status));
    found.push(observation.help("send no body, or answer with 200"));
}
