//! An error message that only repeats the code.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV012",
        name: "message-is-code",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("a human-readable error message"),
        doc: r#"The message of an error is not its code.

## Why

A code is for programs. People who read it in place of a message learn nothing that they can act on.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "NOT_FOUND", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "Not found", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let (Some(pointer), Some(code)) = (&contract.envelope.message, subject.code()) else { return };
    let message = subject.fields.message.and_then(|message| message.as_str());
    if message.is_some_and(|message| message.trim() == code) {
        let observation = Observation::new(&RULE.info, "the message is the code").at(pointer);
        found.push(observation.help("say it in words").values("text for people", show::text(code)));
    }
}
