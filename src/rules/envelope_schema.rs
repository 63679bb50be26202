//! An error body that differs from the contract's schema.

use super::{Rule, Subject, double_encoded};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV001",
        name: "envelope-schema",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("the response format that all errors follow"),
        doc: r#"An error body is what the contract's JSON Schema says.

## Why

Clients read the documented members. One that is missing or of another type breaks them at the moment they
need the error most. Where another rule speaks about the same member, this one is silent.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "no such lead"}
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
    if subject.error_contract().is_none() || double_encoded::holds(subject) {
        return;
    }
    for violation in subject.violations {
        let help = format!("the contract's envelope schema says so at {}", violation.schema_path);
        found.push(Observation::new(&RULE.info, &violation.message).at(&violation.pointer).help(help));
    }
}
