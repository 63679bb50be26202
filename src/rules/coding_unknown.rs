//! A body in a coding that nobody knows.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP019",
        name: "coding-unknown",
        family: "HTTP",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 9110, section 8.4.1"),
        doc: r#"`Content-Encoding` names content codings of the IANA registry.

## Why

A client that does not know the coding cannot read the body, and must not guess. The usual cause is a charset in the
wrong header.

## Fires

```http
HTTP/1.1 404 Not Found
content-encoding: utf-8

{}
```

## Silent

```http
HTTP/1.1 404 Not Found
content-encoding: identity

{}
```
"#,
    },
    check,
};

/// The registry's names, those for compatibility included.
const KNOWN: [&str; 14] = [
    "aes128gcm",
    "br",
    "compress",
    "dcb",
    "dcz",
    "deflate",
    "exi",
    "gzip",
    "identity",
    "pack200-gzip",
    "x-compress",
    "x-gzip",
    "zstd",
    "",
];

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    for line in subject.response.header_lines("content-encoding") {
        let text = line.text();
        let unknown = text.split(',').map(|coding| coding.trim().to_ascii_lowercase());
        if let Some(unknown) = unknown.into_iter().find(|coding| !KNOWN.contains(&coding.as_str())) {
            let message = format!("the body is said to be in the coding {}", show::text(&unknown));
            let observation = Observation::new(&RULE.info, message)
                .values("gzip, br, zstd, ... or none", show::text(&text));
            found.push(observation.help("a charset belongs into Content-Type; leave Content-Encoding out"));
        }
    }
}
