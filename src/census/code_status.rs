//! A code that no catalogue fixes, with another status on some route.

use super::answer::Question;
use super::{Facts, Rule, Told, told};
use crate::model::{Contract, RuleInfo, RuleSource as Source, Severity, UndocumentedCodes};

/// RFC 9457 section 4.2.1: a problem of this type is nothing but its status.
const NO_CODE: &str = "about:blank";

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "CON003",
        name: "code-other-status",
        family: "consistency",
        severity: Severity::Note,
        source: Source::Advice("one code, one status"),
        doc: r#"A code that the catalogue leaves open comes with the same status on all routes.

A documented code has its status in the contract, and another one is told with the answer itself (`status-of-code`).
The type `about:blank` of problem details is no code.

## Why

Clients, proxies and dashboards go by the status, programs by the code. Where the two do not go together, they
disagree about what happened.

## Fires

```http lead-management-v1
GET /leads/lead_1
HTTP/1.1 403 Forbidden
content-type: application/json

{"success": false, "error": "not yours", "code": "ACCESS_DENIED", "details": {}, "timestamp": "1970-01-01T00:00:00.000Z", "requestId": "req_1"}
---
DELETE /leads/lead_1
HTTP/1.1 403 Forbidden
content-type: application/json

{"success": false, "error": "not yours", "code": "ACCESS_DENIED", "details": {}, "timestamp": "1970-01-01T00:00:00.000Z", "requestId": "req_2"}
---
PATCH /leads/lead_1
HTTP/1.1 400 Bad Request
content-type: application/json

{"success": false, "error": "not yours", "code": "ACCESS_DENIED", "details": {}, "timestamp": "1970-01-01T00:00:00.000Z", "requestId": "req_3"}
```

## Silent

```http lead-management-v1
GET /leads/lead_1
HTTP/1.1 403 Forbidden
content-type: application/json

{"success": false, "error": "not yours", "code": "ACCESS_DENIED", "details": {}, "timestamp": "1970-01-01T00:00:00.000Z", "requestId": "req_1"}
---
PATCH /leads/lead_1
HTTP/1.1 409 Conflict
content-type: application/json

{"success": false, "error": "changed", "code": "VERSION_CONFLICT", "details": {}, "timestamp": "1970-01-01T00:00:00.000Z", "requestId": "req_2"}
```
"#,
    },
    check,
};

fn check(facts: &Facts, contract: &Contract, found: &mut Vec<Told>) {
    if contract.undocumented_codes == UndocumentedCodes::Deny {
        return;
    }
    let sides = facts.tally.sides(|question, _, _, _| {
        matches!(question, Question::Status(code) if !contract.codes.contains_key(code) && code != NO_CODE)
    });
    for sides in &sides {
        let Question::Status(code) = sides.question else { continue };
        let message = format!("the code {code} has another status here than on most routes");
        found.extend(told(&RULE.info, sides, message));
    }
}
