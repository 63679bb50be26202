//! A code that a closed catalogue lacks.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity, UndocumentedCodes};
use crate::spelling::nearest;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "COD002",
        name: "code-unknown",
        family: "catalogue",
        severity: Severity::Error,
        source: Source::Contract("the catalogue of error codes is closed"),
        doc: r#"The code of an error is in the catalogue, where the catalogue is closed.

## Why

Clients have a branch for every documented code. One that nobody documented ends in the branch for accidents.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "LEAD_NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
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
    let closed = contract.undocumented_codes == UndocumentedCodes::Deny && !contract.codes.is_empty();
    if !closed || subject.row.is_some() {
        return;
    }
    let help = match nearest(code, contract.codes.keys().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`? a new code belongs into the catalogue first"),
        None => "document the code, or send one that is documented".to_owned(),
    };
    let expected = "a code of the catalogue";
    let observation = Observation::new(&RULE.info, "the code is not in the catalogue").at(pointer);
    found.push(observation.help(help).values(expected, show::text(code)));
}
