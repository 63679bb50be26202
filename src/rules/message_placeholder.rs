//! An error message with a hole in it.

use std::sync::LazyLock;

use regex::Regex;

use super::sent::Sent;
use super::{Message, Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV016",
        name: "message-placeholder",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Contract("a human-readable error message"),
        doc: r#"A message for people has no placeholders left in it, and none of what programs print in place of a missing value.

## Why

`{0}`, `%s` or `[object Object]` say that the sentence was never finished. What the client sent itself and gets back
is not meant, nor are patterns such as `[A-Z]{2}`.

## Fires

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "No lead with the id {0}", "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": {"code": "NOT_FOUND", "message": "No lead fits [A-Z]{2}, 100% sure; got: undefined",
 "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// Placeholders of templates and formats, and what JavaScript makes of an object.
const PATTERNS: &[&str] = &[
    r#"(?:^|[\s'"`(:,=])\{\d?\}(?:[\s'"`).,:;!?]|$)"#,
    r"\$\{[A-Za-z_][\w.]*\}",
    r"\{\{\s*[A-Za-z_][\w.]*\s*\}\}",
    r"%\{[A-Za-z_]\w*\}",
    r#"(?:^|[\s'"`(:,=])%(?:\d+\$)?[sdvif](?:[\s'"`).,:;!?]|$)"#,
    r"%\([A-Za-z_]\w*\)[sd]",
    r"(?:^|\s):(?:attribute|value|min|max|size|values|other|input)\b",
    r"\[object [A-Z]\w+\]",
    r"^\s*(?:undefined|null|None|nil|NaN|nullptr|<nil>)\.?\s*$",
    r"[:=]\s*(?:undefined|NaN|nullptr|<nil>)\.?\s*$",
];

/// Words after which a message may well say that a value was `undefined`.
const TELLING: [&str; 7] = ["actual", "expected", "found", "got", "received", "value", "was"];

/// What may stand around a placeholder and still belong to the match.
const AROUND: [char; 12] = [' ', '\'', '"', '`', '(', ',', '.', ':', ';', '!', '?', '='];

static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&PATTERNS.join("|")).ok());

/// Longest text that is nothing but a word for nothing, `undefined.`, in bytes.
const LONGEST_WORD: usize = 10;

/// Whether a text has one of the marks without which nothing of it matches, or is short enough for a word alone.
fn may_hold(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'{' | b'%' | b':' | b'=' | b'['))
        || text.trim().len() <= LONGEST_WORD
}

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let (Some(contract), Some(regex)) = (subject.error_contract(), REGEX.as_ref()) else { return };
    for Message { place, text } in subject.messages.iter().filter(|message| may_hold(message.text)) {
        let Some(hole) = regex.find(text).filter(|hole| !tells(text, hole.start())) else { continue };
        let hole = hole.as_str().trim_matches(AROUND);
        if !Sent::all(subject).holds(hole) {
            let observation = Observation::new(&RULE.info, "the message has a placeholder in it")
                .at(place.pointer(contract));
            found.push(
                observation
                    .help("fill it in, or say it without")
                    .values("a whole sentence", show::text(hole)),
            );
            return;
        }
    }
}

/// Whether what begins at this place with a colon is what the word before it announces.
fn tells(text: &str, start: usize) -> bool {
    let announced = text[start..].starts_with([':', '=']);
    announced && TELLING.iter().any(|word| text[..start].trim_end().to_ascii_lowercase().ends_with(word))
}
