//! An error without a code.

use serde_json::Value;

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "COD001",
        name: "code-missing",
        family: "catalogue",
        severity: Severity::Error,
        source: Source::Contract("every error has a machine-readable code"),
        doc: r#"An error carries a code, and the code is text.

## Why

The code is what programs decide by. Without it they compare messages, which change.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"message": "no such lead", "request_id": "req_7Hk2"}}
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
    let Some(contract) = subject.error_contract().filter(|contract| !contract.codes.is_empty()) else {
        return;
    };
    let Some(pointer) = contract.envelope.code.as_deref() else { return };
    let (message, actual) = match subject.fields.code {
        None if subject.lacks(Some(pointer)).is_some() => {
            ("the error lacks its code".to_owned(), String::new())
        }
        Some(Value::String(code)) if code.is_empty() => ("the code is empty".to_owned(), String::new()),
        Some(code) if !code.is_string() => (format!("the code is {}", show::kind(code)), show::value(code)),
        _ => return,
    };
    let observation =
        Observation::new(&RULE.info, message).at(pointer).values("a code of the catalogue", actual);
    found.push(observation.help("send the documented code as text"));
}
