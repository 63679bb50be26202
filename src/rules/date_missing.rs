//! A response without its date.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP003",
        name: "date-missing",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 6.6.1"),
        doc: r#"A response with a status of 2xx, 3xx or 4xx has `Date`, and it is a date.

## Why

Caches and `Retry-After` dates are counted from it, and a server that has a clock must send it. On 5xx it is
optional.

## Fires

```http
HTTP/1.1 404 Not Found
content-length: 0


```

## Silent

```http
HTTP/1.1 404 Not Found
date: Tue, 16 Jan 2024 10:30:00 GMT
content-length: 0


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.date.is_some() || !(200..500).contains(&subject.response.status) {
        return;
    }
    let (message, actual) = match subject.response.header("date") {
        None => ("the response lacks Date", String::new()),
        Some(date) => ("Date is not a date of HTTP", show::text(&date)),
    };
    let expected = "Tue, 16 Jan 2024 10:30:00 GMT";
    found
        .push(Observation::new(&RULE.info, message).help("let the server write it").values(expected, actual));
}
