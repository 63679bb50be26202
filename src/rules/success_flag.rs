//! A success flag that contradicts the status.

use serde_json::Value;

use super::{Kind, Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV009",
        name: "success-flag",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("always check success: false on errors, true on successes"),
        doc: r#"The success flag is `false` on errors and `true` on successes.

## Why

The documented clients look at the flag first. A flag and a status that contradict each other send them the
wrong way: an error that is taken for data, or data that is thrown away.

## Fires

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_7Hk2

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
    let Some(contract) = subject.contract.filter(|_| !subject.bodiless()) else { return };
    let Some(pointer) = contract.envelope.success.as_deref() else { return };
    let expected = match subject.kind {
        Kind::Error => false,
        Kind::Success => true,
        Kind::Other => return,
    };
    let status = subject.response.status;
    let (message, actual) = match subject.fields.success {
        Some(Value::Bool(flag)) if *flag == expected => return,
        Some(flag) => (format!("the success flag of a {status} is not `{expected}`"), show::value(flag)),
        None if !expected && subject.lacks(Some(pointer)).is_some() => {
            (format!("a {status} lacks the success flag"), String::new())
        }
        None => return,
    };
    let help = format!("send `{expected}` with every {status}");
    found.push(
        Observation::new(&RULE.info, message).at(pointer).help(help).values(expected.to_string(), actual),
    );
}
