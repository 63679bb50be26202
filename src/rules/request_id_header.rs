//! A response without the request id's header.

use super::{Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "RID002",
        name: "request-id-header",
        family: "request id",
        severity: Severity::Error,
        source: Source::Contract("every response includes a request id"),
        doc: r#"Every response, successes included, has the header that the contract names for the request id, once.

## Why

A call that succeeded and did the wrong thing is looked for by its id as well.

## Fires

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json

{"success": true, "data": {}}
```

## Silent

```http propertybase-v1
HTTP/1.1 200 OK
content-type: application/json
x-request-id: req_7Hk2

{"success": true, "data": {}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(name) = subject.contract.and_then(|contract| contract.request_id.header.as_deref()) else {
        return;
    };
    let message = match subject.response.header_lines(name).filter(|line| !line.value.is_empty()).count() {
        0 => format!("the response lacks {name}"),
        1 => return,
        lines => format!("the response has {lines} lines of {name}"),
    };
    let help = format!("add one {name} to every response, in the outermost layer of the server");
    found.push(Observation::new(&RULE.info, message).help(help));
}
