//! Header fields of one family here, of another there.

use super::answer::{Fact, Question};
use super::{Facts, Rule, Told, told};
use crate::model::{Contract, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "CON006",
        name: "header-families-mixed",
        family: "consistency",
        severity: Severity::Note,
        source: Source::Advice("one family of header fields for one thing"),
        doc: r#"The standing of a rate limit, and the request id where the contract names no header for it, are in header fields of
the same family on all routes.

An answer that has two families at once, as during a change from one to the other, is on neither side.

## Why

A client reads `X-RateLimit-Remaining` or `RateLimit-Remaining`, and on the other routes it reads nothing. Usually a
gateway counts beside the API.

## Fires

```http propertybase-v1
GET /leads
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_1
x-ratelimit-remaining: 59

{"success": true, "data": []}
---
GET /leads/lead_1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_2
x-ratelimit-remaining: 58

{"success": true, "data": {}}
---
GET /notes
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_3
ratelimit-remaining: 57

{"success": true, "data": []}
```

## Silent

```http propertybase-v1
GET /leads
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_1
x-ratelimit-remaining: 59

{"success": true, "data": []}
---
GET /leads/lead_1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_2
x-ratelimit-remaining: 58
ratelimit-remaining: 58

{"success": true, "data": {}}
---
GET /health/live
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_3

{"success": true, "data": "ok"}
```
"#,
    },
    check,
};

/// What the fields of a family tell.
const LIMITS: &str = "the standing of a rate limit";
const IDS: &str = "the request id";

/// Families by what they tell: their name, and the fields of which one is enough.
const FAMILIES: &[(&str, &str, &[&str])] = &[
    (LIMITS, "X-RateLimit-*", &["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]),
    (LIMITS, "X-Rate-Limit-*", &["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"]),
    (LIMITS, "RateLimit-*", &["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]),
    (LIMITS, "RateLimit", &["ratelimit"]),
    (IDS, "X-Request-Id", &["x-request-id"]),
    (IDS, "Request-Id", &["request-id"]),
    (IDS, "X-Correlation-Id", &["x-correlation-id"]),
];

/// The family that an answer has for each thing that it tells; none for what two families tell.
pub(super) fn of(fact: &Fact<'_>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let has = |fields: &[&str]| fields.iter().any(|field| fact.response.header(field).is_some());
    let named = fact.answer.contract.request_id.header.is_some();
    let there = |thing: &str| {
        let mut own = FAMILIES.iter().filter(|(what, _, fields)| *what == thing && has(fields));
        own.next().filter(|_| own.next().is_none())
    };
    let things = [there(LIMITS), there(IDS).filter(|_| !named)];
    things.into_iter().flatten().map(|(thing, family, _)| (*thing, *family))
}

fn check(facts: &Facts, _: &Contract, found: &mut Vec<Told>) {
    let sides = facts.tally.sides(|question, _, _, _| matches!(question, Question::Headers(_)));
    for sides in &sides {
        let Question::Headers(thing) = sides.question else { continue };
        let message = format!("{thing} is in other header fields here than on most routes");
        found.extend(told(&RULE.info, sides, message));
    }
}
