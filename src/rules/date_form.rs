//! A date in a form that may only be read.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP015",
        name: "date-form",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 5.6.7"),
        doc: r#"`Date` is written as `Tue, 16 Jan 2024 10:30:00 GMT`, on the right day of the week.

## Why

The two older forms of HTTP's dates must be understood but not sent; half of the clients do not understand them. What
is no date at all is the business of `date-missing`.

## Fires

```http
HTTP/1.1 404 Not Found
date: Tuesday, 16-Jan-24 10:30:00 GMT


```

## Silent

```http
HTTP/1.1 404 Not Found
date: Tue, 16 Jan 2024 10:30:00 GMT


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(date) = subject.date.filter(|date| !date.is_current) else { return };
    let line = subject.response.header("date").unwrap_or_default();
    let right = httpdate::fmt_http_date(date.at);
    let observation = Observation::new(&RULE.info, "Date is not in the form that is to be sent");
    found.push(observation.help("let the server write it").values(right, show::text(&line)));
}
