//! A success body that differs from the contract's schema.

use super::{Rule, Subject, double_encoded};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV013",
        name: "success-schema",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("the response format of successes"),
        doc: r#"A success body is what the contract's JSON Schema says.

## Why

Clients unwrap a success by its documented members. A contract without a schema for successes leaves them
alone.

## Fires

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_7Hk2

{"success": true, "lead": {"id": "lead_1"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_7Hk2

{"success": true, "data": {"id": "lead_1"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.success_contract().is_none() || double_encoded::holds(subject) {
        return;
    }
    for violation in subject.violations {
        let help = format!("the contract's success schema says so at {}", violation.schema_path);
        found.push(Observation::new(&RULE.info, &violation.message).at(&violation.pointer).help(help));
    }
}
