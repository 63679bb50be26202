//! A code that an open catalogue lacks.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity, UndocumentedCodes};
use crate::spelling::nearest;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "COD003",
        name: "code-undocumented",
        family: "catalogue",
        severity: Severity::Note,
        source: Source::Contract("the catalogue of error codes is open"),
        doc: r#"A code that the document does not list is worth knowing, even where other codes are allowed.

## Why

It may be a code that waits to be documented, or a documented one misspelt.

## Fires

```http lead-management-v1
HTTP/1.1 401 Unauthorized
content-type: application/json
www-authenticate: Bearer

{"success": false, "error": "Lead not found", "code": "UNAUTHORIZED",
 "details": {},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(code)) = (&contract.envelope.code, subject.code()) else { return };
    let open = contract.undocumented_codes == UndocumentedCodes::Note && !contract.codes.is_empty();
    if !open || subject.row.is_some() {
        return;
    }
    let help = match nearest(code, contract.codes.keys().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "document the code, so that clients can handle it".to_owned(),
    };
    let observation = Observation::new(&RULE.info, "the code is not documented").at(pointer);
    found.push(observation.help(help).values("a documented code", show::text(code)));
}
