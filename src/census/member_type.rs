//! A member of errors with one code that has another type on some route.

use super::answer::Question;
use super::{Facts, Rule, Told, told};
use crate::model::{Contract, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "CON004",
        name: "member-other-type",
        family: "consistency",
        severity: Severity::Warning,
        source: Source::Contract("all API errors follow a consistent response structure"),
        doc: r#"In errors with the same code each member has the same type on all routes.

Looked at are the members beside those that the contract names, and those of the details. A `null` has no type, and
members that show what was sent or what would be good (`value`, `expected`, ...) have that of the thing.

## Why

Where the schema is silent, clients learn a member's type from the first route they meet. A number in place of a text
breaks every client whose language minds.

## Fires

```http propertybase-v1
GET /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_1

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_1", "trace": "17"}}
---
DELETE /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_2", "trace": "18"}}
---
GET /notes/note_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_3

{"success": false, "error": {"code": "NOT_FOUND", "message": "no note", "request_id": "req_3", "trace": 19}}
```

## Silent

```http propertybase-v1
GET /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_1

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_1", "trace": "17"}}
---
DELETE /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_2", "trace": "18"}}
---
GET /notes/note_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_3

{"success": false, "error": {"code": "NOT_FOUND", "message": "no note", "request_id": "req_3", "trace": null}}
```
"#,
    },
    check,
};

fn check(facts: &Facts, _: &Contract, found: &mut Vec<Told>) {
    let sides = facts.tally.sides(|question, _, _, _| matches!(question, Question::Member(..)));
    for sides in &sides {
        let Question::Member(code, pointer) = sides.question else { continue };
        let message = format!("in errors with the code {code} this member has another type on most routes");
        found.extend(told(&RULE.info, sides, message).map(|mut one| {
            one.observation.pointer = pointer.clone();
            one
        }));
    }
}
