//! An error message that nobody reads to its end.

use super::{Message, Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV018",
        name: "message-long",
        family: "envelope",
        severity: Severity::Note,
        source: Source::Advice("a message for people fits where messages are shown"),
        doc: r#"A message has at most 500 characters.

## Why

Messages are shown in a line or a box. A longer one is mostly a dump of something, or belongs into the documentation.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "request_id": "req_7Hk2", "message": "There is no such lead, and here is all that we know about it, which is not much, yet more than you asked for. here is all that we know about it, which is not much, yet more than you asked for. here is all that we know about it, which is not much, yet more than you asked for. here is all that we know about it, which is not much, yet more than you asked for. here is all that we know about it, which is not much, yet more than you asked for. here is all that we know about it, which is not much, yet more than you asked for. here is all that we know about it, which is not much, yet more than you asked for."}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "request_id": "req_7Hk2", "message": "no such lead"}}
```
"#,
    },
    check,
};

/// Most characters of a message.
const MOST: usize = 500;

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    // Characters are never more than bytes, so the counting is left to the few long ones.
    let is_long = |text: &str| text.len() > MOST && text.chars().count() > MOST;
    if let Some(Message { place, text }) = subject.messages.iter().find(|message| is_long(message.text)) {
        let observation = Observation::new(&RULE.info, "the message is long").at(place.pointer(contract));
        let expected = format!("at most {MOST} characters");
        found.push(observation.help("say it shorter").values(expected, show::text(text)));
    }
}
