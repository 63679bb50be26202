//! A code in another style than the documented ones.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity, UndocumentedCodes};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "COD004",
        name: "code-pattern",
        family: "catalogue",
        severity: Severity::Error,
        source: Source::Contract("the style of the documented codes"),
        doc: r#"A code that is not in an open catalogue is at least written like the documented ones.

## Why

A code in another style is mostly not a code: an exception's name, a number, a message.

## Fires

```http lead-management-v1
HTTP/1.1 401 Unauthorized
content-type: application/json

{"success": false, "error": "Log in", "code": "unauthorized"}
```

## Silent

```http lead-management-v1
HTTP/1.1 401 Unauthorized
content-type: application/json

{"success": false, "error": "Log in", "code": "UNAUTHORIZED"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(code)) = (&contract.envelope.code, subject.code()) else { return };
    let Some(pattern) = subject.patterns.code else { return };
    let closed = contract.undocumented_codes == UndocumentedCodes::Deny && !contract.codes.is_empty();
    if closed || subject.row.is_some() || pattern.is_match(code) {
        return;
    }
    let expected = contract.code_pattern.as_deref().unwrap_or_default();
    let observation =
        Observation::new(&RULE.info, "the code is not written like a code of this API").at(pointer);
    found.push(
        observation.help("follow the style of the documented codes").values(expected, show::text(code)),
    );
}
