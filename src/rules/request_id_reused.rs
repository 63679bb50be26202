//! A request id that was seen before.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RID005",
        name: "request-id-reused",
        family: "request id",
        severity: Severity::Error,
        source: Source::Contract("a unique identifier for support"),
        doc: r#"No two responses have the same request id.

An id that the client chose and sent does not count, nor does one in an answer to a request with an `Idempotency-Key`,
which may be the stored answer to an earlier one.

## Why

An id that comes twice was hard-coded, drawn from too few, or cached together with its response.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
---
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
---
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk3

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk3"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let (Some(contract), Some(first)) = (subject.contract, subject.first_use) else { return };
    let pointer = match (subject.body_id(), &contract.envelope.request_id) {
        (Some(_), Some(pointer)) => pointer.as_str(),
        _ => "",
    };
    // The place stays out of the message: which answer was the first differs from run to run.
    let observation = Observation::new(&RULE.info, "the request id was used before").at(pointer);
    let id = subject.body_id().map(show::text).or_else(|| subject.header_id().map(|id| show::text(&id)));
    let help = format!(
        "first in {first}; make a new id for every request, and look for a cache that replays responses"
    );
    found.push(observation.help(help).values("an id of its own", id.unwrap_or_default()));
}
