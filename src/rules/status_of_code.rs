//! A code under another status than documented.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "COD005",
        name: "status-of-code",
        family: "catalogue",
        severity: Severity::Error,
        source: Source::Contract("the table of codes and their statuses"),
        doc: r#"An error has the status that the document gives its code.

## Why

Clients branch by status first and by code second; retries, caches and monitors know only the status.

## Fires

```http propertybase-v1
HTTP/1.1 400 Bad Request
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(code)) = (&contract.envelope.code, subject.code()) else { return };
    let Some(row) = subject.row else { return };
    let status = subject.response.status;
    if row.status == status || row.also_on.contains(&status) {
        return;
    }
    let message = format!("{code} comes with {status}, documented is {}", row.status);
    let help = format!("answer {code} with {}, or send the code that belongs to {status}", row.status);
    let observation = Observation::new(&RULE.info, message).at(pointer).help(help);
    found.push(observation.values(row.status.to_string(), status.to_string()));
}
