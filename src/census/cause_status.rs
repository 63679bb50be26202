//! The same cause with another status on some route.

use super::answer::Question;
use super::tally::Sides;
use super::{Facts, Rule, Told, cause, told};
use crate::model::{Contract, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "CON001",
        name: "cause-other-status",
        family: "consistency",
        severity: Severity::Warning,
        source: Source::Contract("all API errors follow a consistent response structure"),
        doc: r#"All routes refuse the same cause with the same status.

Compared are requests without a credential, and bodies that are cut off in the middle of their JSON. The first counts
where the route let somebody in who had one, the second where the route served a request of the same header fields and
parameters, so that nothing else can be the cause. A minority of routes is told, against the majority.

## Why

Clients treat a status in one place for all routes: 401 sends them to the login, 400 is a bug of theirs. A route with a
status of its own, often the work of another middleware, is treated wrongly.

## Fires

```http propertybase-v1
GET /leads
authorization: Bearer good
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_1

{"success": true, "data": []}
---
GET /leads/lead_1
authorization: Bearer good
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_2

{"success": true, "data": {}}
---
GET /notes
authorization: Bearer good
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_3

{"success": true, "data": []}
---
GET /leads
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_4

{"success": false, "error": {"code": "UNAUTHORIZED", "message": "no key", "request_id": "req_4"}}
---
GET /leads/lead_1
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_5

{"success": false, "error": {"code": "UNAUTHORIZED", "message": "no key", "request_id": "req_5"}}
---
GET /notes
HTTP/1.1 403 Forbidden
content-type: application/json
x-request-id: req_6

{"success": false, "error": {"code": "FORBIDDEN", "message": "no key", "request_id": "req_6"}}
```

## Silent

Nobody was let into the notes, so they may be forbidden to all.

```http propertybase-v1
GET /leads
authorization: Bearer good
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_1

{"success": true, "data": []}
---
GET /leads/lead_1
authorization: Bearer good
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_2

{"success": true, "data": {}}
---
GET /leads
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_4

{"success": false, "error": {"code": "UNAUTHORIZED", "message": "no key", "request_id": "req_4"}}
---
GET /leads/lead_1
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_5

{"success": false, "error": {"code": "UNAUTHORIZED", "message": "no key", "request_id": "req_5"}}
---
GET /notes
HTTP/1.1 403 Forbidden
content-type: application/json
x-request-id: req_6

{"success": false, "error": {"code": "FORBIDDEN", "message": "no key", "request_id": "req_6"}}
```
"#,
    },
    check,
};

fn check(facts: &Facts, _: &Contract, found: &mut Vec<Told>) {
    let sides = facts
        .tally
        .sides(|question, way, route, count| cause::is_certain(&facts.routes, question, way, route, count));
    for sides in &sides {
        let Question::Cause(cause) = sides.question else { continue };
        if status(&sides.minority.way) != status(&sides.majority.way) {
            let message = format!("{} has another status here than on most routes", cause.words());
            found.extend(told(&RULE.info, sides, message));
        }
    }
}

/// The status of `401 UNAUTHORIZED`.
pub(super) fn status(way: &str) -> &str {
    way.split(' ').next().unwrap_or_default()
}

/// Whether both sides have one status.
pub(super) fn same_status(sides: &Sides<'_>) -> bool {
    status(&sides.minority.way) == status(&sides.majority.way)
}
