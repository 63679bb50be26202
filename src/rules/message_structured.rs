//! An error message that is data or markup.

use serde_json::Value;

use super::{Message, Rule, Subject};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV017",
        name: "message-structured",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("a human-readable error message"),
        doc: r#"A message for people is text: neither JSON written into a string nor HTML.

## Why

A form shows the message as it is, brackets and tags included. Data belongs into the details.

## Fires

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "{\"email\": [\"invalid\"]}",
 "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "[email] must look like <name@example.com>",
 "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// Beginnings of markup in lower case.
const TAGS: &[&str] = &["<!doctype", "<html", "<head", "<body", "<h1", "<p>", "<div", "<pre", "<?xml"];

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    for Message { place, text } in subject.messages {
        let text = text.trim();
        let what = if text.starts_with(['{', '[']) && holds_data(text) {
            "JSON"
        } else if text.starts_with('<') && starts_with_tag(text) {
            "markup"
        } else {
            continue;
        };
        let observation =
            Observation::new(&RULE.info, format!("the message is {what}")).at(place.pointer(contract));
        found.push(observation.help("say it in a sentence; data belongs into the details"));
        return;
    }
}

/// Whether a text is a JSON object or a list with something in it.
fn holds_data(text: &str) -> bool {
    match serde_json::from_str(text) {
        Ok(Value::Object(_)) => true,
        Ok(Value::Array(items)) => items.iter().any(|item| !item.is_number()),
        _ => false,
    }
}

fn starts_with_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    TAGS.iter()
        .any(|tag| bytes.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes())))
}
