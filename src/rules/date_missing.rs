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

Caches and `Retry-After` dates are counted from it, and a server that has a clock must send it. A server without one
must not, so a missing `Date` is an error where the answer tells a time in another place (the contract's timestamp,
`Last-Modified`, `Expires`, a reset), and a note where it does not. On 5xx it is optional.

## Fires

```http
HTTP/1.1 200 OK
last-modified: Mon, 15 Jan 2024 08:00:00 GMT
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
    let mut observation =
        Observation::new(&RULE.info, message).help("let the server write it").values(expected, actual);
    if subject.response.header("date").is_none() && !tells_time(subject) {
        observation.severity = Severity::Note;
    }
    found.push(observation);
}

/// Whether the answer shows that its server has a clock.
fn tells_time(subject: &Subject<'_>) -> bool {
    let is_date = |name| {
        let line = subject.response.header(name);
        line.is_some_and(|line| httpdate::parse_http_date(line.trim()).is_ok())
    };
    // The time of a reset is told in seconds since 1970 or in seconds from now, which are far fewer.
    let is_moment = |name| {
        let line = subject.response.header(name);
        line.is_some_and(|line| line.trim().parse().is_ok_and(|reset: u64| reset > 1_000_000_000))
    };
    subject.fields.timestamp.is_some()
        || ["last-modified", "expires"].into_iter().any(is_date)
        || ["x-ratelimit-reset", "ratelimit-reset"].into_iter().any(is_moment)
}
