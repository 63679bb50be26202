//! Details that lack what their code promises.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET002",
        name: "details-content",
        family: "details",
        severity: Severity::Error,
        source: Source::Contract("the details documented for the code"),
        doc: r#"The details of a code carry what the document shows for that code. Further members are welcome.

## Why

They are what a program needs to act on the code: the field to mark, the record that is in the way.

## Fires

```http lead-management-v1
HTTP/1.1 409 Conflict
content-type: application/json

{"success": false, "error": "Email already exists", "code": "DUPLICATE_EMAIL",
 "details": {"email": "ada@example.com", "message": "in use"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
HTTP/1.1 409 Conflict
content-type: application/json

{"success": false, "error": "Email already exists", "code": "DUPLICATE_EMAIL",
 "details": {"email": "ada@example.com", "existingLeadId": "lead_1", "message": "in use"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(code) = subject.error_contract().and(subject.code()) else { return };
    for violation in subject.details_violations {
        let message = format!("the details of {code} are not as documented: {}", violation.message);
        found.push(Observation::new(&RULE.info, message).at(&violation.pointer));
    }
}
