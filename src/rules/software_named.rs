//! Header lines that tell which software answers.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA009",
        name: "software-named",
        family: "leaks",
        severity: Severity::Note,
        source: Source::Rfc("RFC 9110, section 10.2.4"),
        doc: r#"No header line tells more about the server's software than its name.

## Why

A version or an operating system in `Server`, and any `X-Powered-By`, tells attackers which holes to try. RFC 9110 only
asks servers not to be needlessly precise, so this is a note.

## Fires

```http
HTTP/1.1 404 Not Found
server: Apache/2.4.41 (Ubuntu)
x-powered-by: PHP/7.4.3


```

## Silent

```http
HTTP/1.1 404 Not Found
server: nginx


```
"#,
    },
    check,
};

/// Headers that exist only to name software.
const NAMING: [&str; 4] = ["x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator"];

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    for line in &subject.response.headers {
        let naming = line.name.starts_with("x-") && NAMING.contains(&line.name.as_str());
        if naming || line.name == "server" && is_precise(&line.value) {
            let message = format!("the header {} tells which software answers", line.name);
            let observation = Observation::new(&RULE.info, message).values("", show::text(&line.text()));
            found.push(observation.help("leave it out, or keep only the product's name"));
            return;
        }
    }
}

/// Whether a `Server` line has a version or a comment (RFC 9110, section 5.6.5).
fn is_precise(line: &[u8]) -> bool {
    line.contains(&b'(') || line.windows(2).any(|pair| pair[0] == b'/' && pair[1].is_ascii_digit())
}
