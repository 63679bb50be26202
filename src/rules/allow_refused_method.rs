//! A 405 that allows what it refuses.

use super::{Rule, Subject, show};
use crate::model::{Header, Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP012",
        name: "allow-refused-method",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 15.5.6"),
        doc: r#"The `Allow` of a 405 does not list the method that was just refused.

## Why

It lists what the resource supports; a client that believes it sends the same request again, for ever.

## Fires

```http
PUT /leads

HTTP/1.1 405 Method Not Allowed
allow: GET, PUT


```

## Silent

```http
PUT /leads

HTTP/1.1 405 Method Not Allowed
allow: GET, POST


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let refused = subject.request.method.as_str();
    let lists = |line: &Header| line.text().split(',').any(|method| method.trim() == refused);
    if subject.response.status == 405 && subject.response.header_lines("allow").any(lists) {
        let message = "Allow lists the method that the 405 refuses";
        let observation = Observation::new(&RULE.info, message).values("other methods", show::text(refused));
        found.push(observation.help("list the methods that the resource has, or let this one in"));
    }
}
