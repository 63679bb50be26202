//! An undocumented copy of the status in an error that is not the status.

use serde_json::Value;

use super::pointer::{parent, resolve};
use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV020",
        name: "status-copy",
        family: "envelope",
        severity: Severity::Note,
        source: Source::Advice("one answer has one status"),
        doc: r#"A member `status`, `statusCode`, `status_code` or `httpStatus` beside the code or at the top of an error equals the
status of the response, even where no document names it.

## Why

Frameworks and gateways add such a copy, and clients and logs believe it. A copy that was made before the status was
chosen says 200 in an error. Where the contract names the member, `status-member` judges it.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "status": 200, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "status": 404, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// What such copies are called.
const NAMES: [&str; 4] = ["status", "statusCode", "status_code", "httpStatus"];

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract().filter(|contract| contract.envelope.status.is_none())
    else {
        return;
    };
    let Some(body) = &subject.body.value else { return };
    let below = contract.envelope.code.as_deref().and_then(parent).filter(|parent| !parent.is_empty());
    let status = u64::from(subject.response.status);
    for place in std::iter::once("").chain(below) {
        let Some(Value::Object(members)) = resolve(body, place) else { continue };
        for (name, value) in members {
            // A number that is no status of HTTP is something else under the same name.
            let copy = value.as_u64().filter(|copy| *copy != status && (100..600).contains(copy));
            if let Some(copy) = copy.filter(|_| NAMES.contains(&name.as_str())) {
                let message = format!("`{name}` in the body is not the status of the response");
                let observation = Observation::new(&RULE.info, message).at(format!("{place}/{name}"));
                let observation = observation.values(status.to_string(), copy.to_string());
                found.push(observation.help("send the same number, or leave it out"));
            }
        }
    }
}
