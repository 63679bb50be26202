//! A status in the body that differs from the response's.

use super::{Kind, Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "ENV014",
        name: "status-member",
        family: "envelope",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9457, section 3.1.2"),
        doc: r#"A copy of the status in the body equals the status of the response.

## Why

Clients behind a proxy trust one, the others the other. The member is optional, but whoever sends it must send
the same number.

## Fires

```http problem-details
HTTP/1.1 404 Not Found
content-type: application/problem+json

{"title": "Not found", "status": 400}
```

## Silent

```http problem-details
HTTP/1.1 404 Not Found
content-type: application/problem+json

{"title": "Not found", "status": 404}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.kind != Kind::Error || subject.bodiless() {
        return;
    }
    let promised = subject.contract.and_then(|contract| contract.envelope.status.as_deref());
    let (pointer, member) = match (promised, &subject.body.value) {
        (Some(pointer), _) => (pointer, subject.fields.status),
        (None, Some(body)) if subject.media_type == Some("application/problem+json") => {
            ("/status", body.get("status"))
        }
        _ => return,
    };
    let status = subject.response.status;
    let Some(member) = member.filter(|member| member.is_number() && member.as_u64() != Some(status.into()))
    else {
        return;
    };
    let observation =
        Observation::new(&RULE.info, "the status in the body is not that of the response").at(pointer);
    found.push(
        observation
            .help("send the same number, or leave it out")
            .values(status.to_string(), show::value(member)),
    );
}
