//! A header and a body that name two request ids.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RID004",
        name: "request-id-differs",
        family: "request id",
        severity: Severity::Error,
        source: Source::Contract("one request id for each response"),
        doc: r#"The request id in the header equals the one in the body.

## Why

Two ids for one response mean that two layers make them up, and that one of them is in no log.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_other

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_7Hk2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(body), Some(header)) = (subject.body_id(), subject.header_id()) else { return };
    if header != body {
        let pointer = contract.envelope.request_id.as_deref().unwrap_or_default();
        let observation =
            Observation::new(&RULE.info, "header and body have different request ids").at(pointer);
        let help = "make the id in one place, and hand it to both";
        found.push(observation.help(help).values(show::text(&header), show::text(body)));
    }
}
