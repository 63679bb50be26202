//! A header that has one value comes in two lines.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP021",
        name: "header-repeated",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 5.3"),
        doc: r#"A header that is no list stands in a response once.

## Why

Some clients take the first line, some the last, some join both to nonsense. `Retry-After` and the request id have rules of their own.

## Fires

```http
HTTP/1.1 404 Not Found
content-type: application/json
content-type: text/html

{}
```

## Silent

```http
HTTP/1.1 404 Not Found
content-type: application/json
vary: accept
vary: origin

{}
```
"#,
    },
    check,
};

/// Headers with one value (RFC 9110 and RFC 9111).
const SINGLE: [&str; 9] = [
    "age",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
];

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let headers = &subject.response.headers;
    for (index, line) in headers.iter().enumerate().skip(1) {
        // Few responses repeat any header, so that is asked first.
        let Some(first) = headers[..index].iter().find(|earlier| earlier.name == line.name) else { continue };
        if !SINGLE.contains(&line.name.as_str()) {
            continue;
        }
        let both = format!("{} | {}", first.text(), line.text());
        let observation =
            Observation::new(&RULE.info, format!("the response has two lines of {}", line.name));
        let observation = observation.values("1 line", show::text(&both));
        found.push(observation.help("a gateway and the application may both add it: let one of them win"));
        return;
    }
}
