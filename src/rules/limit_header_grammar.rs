//! Rate limit headers that are no numbers.

use super::{Rule, Subject, limits, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LIM001",
        name: "limit-header-grammar",
        family: "rate limit headers",
        severity: Severity::Warning,
        source: Source::Contract("verify rate limit headers in responses"),
        doc: r#"`X-RateLimit-Limit` and `X-RateLimit-Remaining` are whole numbers from 0, and `X-RateLimit-Reset` is a number of seconds,
a time or a date that is not negative.

## Why

Clients slow down by these headers before they are throttled. They read numbers. A limit may have its policy behind it,
`60, 60;w=60`, as the IETF's drafts write it.

## Fires

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_7Hk2
x-ratelimit-remaining: -1

{"success": true, "data": {}}
```

## Silent

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_7Hk2
x-ratelimit-limit: 60, 60;w=60
x-ratelimit-remaining: 59
x-ratelimit-reset: 12.5

{"success": true, "data": {}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if !subject.contract.is_some_and(limits::has_x_headers) {
        return;
    }
    for line in &subject.response.headers {
        let Some(part) = line.name.strip_prefix(limits::PREFIX) else { continue };
        let text = line.text();
        let good = match part {
            "limit" => limits::whole(text.split([',', ';']).next().unwrap_or_default()),
            "remaining" => limits::whole(&text),
            // Seconds, a time since 1970, `1m30s` or a date: what begins with a digit or a day's name.
            "reset" => text.trim().starts_with(|first: char| first.is_ascii_alphanumeric()),
            _ => true,
        };
        let words = part == "limit" && text.trim().contains(' ') && !text.contains([',', ';']);
        if !good || words {
            let message = format!("the header {} is no number", line.name);
            let observation =
                Observation::new(&RULE.info, message).values("a whole number from 0", show::text(&text));
            found.push(observation.help("send the bare number"));
        }
    }
}
