//! A body that cannot be read as JSON.

use super::{Rule, Subject};
use crate::model::{BodyFlaw, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV003",
        name: "body-not-json",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Rfc("RFC 8259, section 2"),
        doc: r#"A body that must be JSON can be read as JSON.

## Why

Usually a proxy or the web framework answers with a page of its own, or text is pasted together by hand. A body
must be JSON if the contract says so or if its own media type does.

## Fires

```http propertybase-v1
HTTP/1.1 502 Bad Gateway
content-type: text/html

<html><body>502 Bad Gateway</body></html>
```

## Silent

```http
HTTP/1.1 200 OK
content-type: text/html

<html><body>Welcome</body></html>
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if !subject.json_expected() {
        return;
    }
    for flaw in &subject.body.flaws {
        let BodyFlaw::Syntax { offset, message } = flaw else { continue };
        let help = if subject.response.body.trim_ascii_start().starts_with(b"<") {
            "it looks like markup: a proxy or the framework answered in the API's place"
        } else {
            "let a JSON library write the body"
        };
        let observation =
            Observation::new(&RULE.info, format!("the body is not JSON: byte {offset}: {message}"));
        found.push(observation.help(help));
    }
}
