//! The same cause with another code on some route.

use super::answer::Question;
use super::cause_status::{same_status, status};
use super::tally::Sides;
use super::{Facts, Rule, Told, cause, told};
use crate::model::{Contract, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "CON002",
        name: "cause-other-code",
        family: "consistency",
        severity: Severity::Warning,
        source: Source::Contract("all API errors follow a consistent response structure"),
        doc: r#"All routes refuse the same cause with the same code.

Compared are requests without a credential, the same credential that was let in nowhere, bodies that are cut off in the
middle of their JSON, media types that are not supported (415), and methods that a route does not have (405). A minority
of routes is told, against the majority. Where the contract lists a code for a further status (`also_on`), which code
comes may depend on the method.

## Why

Clients decide by the code. Two documented codes for one thing, each on its routes, are two branches in every client, and
one of them is missing somewhere.

## Fires

```http propertybase-v1
GET /leads
authorization: Bearer gone
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_1

{"success": false, "error": {"code": "INVALID_API_KEY", "message": "no such key", "request_id": "req_1"}}
---
GET /leads/lead_1
authorization: Bearer gone
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_2

{"success": false, "error": {"code": "INVALID_API_KEY", "message": "no such key", "request_id": "req_2"}}
---
POST /leads
authorization: Bearer gone
content-type: application/json

{"name": "Ada"}
HTTP/1.1 401 Unauthorized
content-type: application/json
x-request-id: req_3

{"success": false, "error": {"code": "UNAUTHORIZED", "message": "no such key", "request_id": "req_3"}}
```

## Silent

The document has no code of its own for 405, and lets two come with it.

```http propertybase-v1
PUT /leads
HTTP/1.1 405 Method Not Allowed
content-type: application/json
allow: GET, POST
x-request-id: req_1

{"success": false, "error": {"code": "INVALID_FORMAT", "message": "no such method", "request_id": "req_1"}}
---
PUT /notes
HTTP/1.1 405 Method Not Allowed
content-type: application/json
allow: GET, POST
x-request-id: req_2

{"success": false, "error": {"code": "INVALID_FORMAT", "message": "no such method", "request_id": "req_2"}}
---
DELETE /leads
HTTP/1.1 405 Method Not Allowed
content-type: application/json
allow: GET, POST
x-request-id: req_3

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such method", "request_id": "req_3"}}
```
"#,
    },
    check,
};

fn check(facts: &Facts, contract: &Contract, found: &mut Vec<Told>) {
    let sides = facts
        .tally
        .sides(|question, way, route, count| cause::is_certain(&facts.routes, question, way, route, count));
    for sides in sides.iter().filter(|sides| same_status(sides) && !by_method(sides, contract)) {
        let Question::Cause(cause) = sides.question else { continue };
        let message = format!("{} has another code here than on most routes", cause.words());
        found.extend(told(&RULE.info, sides, message));
    }
}

/// Whether the contract lets the method choose between the two codes: one of them is documented for another status and
/// may come with this one as well.
fn by_method(sides: &Sides<'_>, contract: &Contract) -> bool {
    let borrowed = |way: &str| {
        let row = way.split_once(' ').and_then(|(_, code)| contract.codes.get(code));
        row.is_some_and(|row| row.status.to_string() != status(way))
    };
    let methods = &sides.majority.methods;
    let apart = !sides.minority.methods.iter().any(|method| methods.contains(method));
    apart && (borrowed(&sides.minority.way) || borrowed(&sides.majority.way))
}
