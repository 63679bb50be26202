//! An error that points somewhere else.

use super::{Kind, Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP020",
        name: "location-on-error",
        family: "HTTP",
        severity: Severity::Note,
        source: Source::Rfc("RFC 9110, section 10.2.2"),
        doc: r#"An error has no `Location`.

## Why

The header has a meaning with 201 and with redirections. In an error some clients follow it, others do not. 409 and 413
are not judged: some APIs name the conflicting resource so.

## Fires

```http
HTTP/1.1 404 Not Found
location: /leads/lead_1


```

## Silent

```http
HTTP/1.1 303 See Other
location: /leads/lead_1


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let status = subject.response.status;
    if subject.kind != Kind::Error || matches!(status, 409 | 413) {
        return;
    }
    if let Some(location) = subject.response.header("location") {
        let observation = Observation::new(&RULE.info, format!("the {status} has a Location"));
        found.push(
            observation.values("none", show::text(&location)).help("name related resources in the body"),
        );
    }
}
