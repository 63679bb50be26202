//! A body under another media type than documented.

use super::{Rule, Subject, show, subject::is_json};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV008",
        name: "media-type",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("the media type of the response format"),
        doc: r#"The media type of a body is the documented one.

## Why

Clients and proxies choose by `Content-Type` how to read a body. Parameters and upper or lower case do not
matter; a success may have any media type that is JSON.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: text/plain

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: Application/JSON; charset=utf-8

{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.response.body.is_empty() {
        return;
    }
    // A text that is sent as a text is one fault, and the missing JSON is it.
    if subject.media_type.is_some_and(|is| !is_json(is)) && is_text(subject) {
        return;
    }
    let is = subject.media_type.unwrap_or_default();
    let expected = if let Some(contract) = subject.error_contract() {
        let wanted = contract.envelope.media_type.split(';').next().unwrap_or_default().trim();
        if is.eq_ignore_ascii_case(wanted) {
            return;
        }
        contract.envelope.media_type.as_str()
    } else if subject.success_contract().is_some() && !is_json(is) {
        "application/json"
    } else {
        return;
    };
    let message = match subject.media_type {
        Some(_) => "the body is sent under another media type than documented",
        None => "the body is sent without a media type",
    };
    let help = format!("send `Content-Type: {expected}`");
    // As it was sent: in other letters nobody would know a secret in it again.
    let line = subject.response.header("content-type").unwrap_or_default();
    let actual = show::text(line.split(';').next().unwrap_or_default().trim());
    found.push(Observation::new(&RULE.info, message).help(help).values(expected, actual));
}

/// Whether the body is nothing that could be JSON.
fn is_text(subject: &Subject<'_>) -> bool {
    subject.body.flaws.iter().any(|flaw| matches!(flaw, BodyFlaw::Syntax { offset: 0, .. }))
}
