//! A response without the body it is documented to have.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV002",
        name: "body-empty",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("the response format that all errors follow"),
        doc: r#"An error, or a success whose body is documented, has a body.

## Why

A client that parses the answer as JSON fails on nothing at all, and the caller never learns what went wrong.
Answers to `HEAD` and the statuses 204, 205 and 304 have no body and are not looked at.

## Fires

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-length: 0


```

## Silent

```http propertybase-v1
DELETE /leads/lead_1

HTTP/1.1 204 No Content
x-request-id: req_7Hk2


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let promised = subject.error_contract().or(subject.success_contract()).is_some();
    if promised && subject.body.empty && subject.response.cut.is_none() {
        let message = format!("the {} has no body", subject.response.status);
        found.push(Observation::new(&RULE.info, message).help("send the documented envelope"));
    }
}
