//! A challenge without a scheme.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP013",
        name: "challenge-grammar",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9110, section 11.6.1"),
        doc: r#"Every `WWW-Authenticate` line begins with the name of a scheme.

## Why

A challenge is a scheme and its parameters: `Bearer realm="leads"`. HTTP libraries that find none give up or throw.

## Fires

```http
HTTP/1.1 401 Unauthorized
www-authenticate: realm="leads"


```

## Silent

```http
HTTP/1.1 401 Unauthorized
www-authenticate: Bearer realm="leads", error="invalid_token"


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    for line in subject.response.header_lines("www-authenticate") {
        let text = line.text();
        if !begins_with_scheme(&text) {
            let observation = Observation::new(&RULE.info, "the challenge does not begin with a scheme");
            let help = "write the scheme first: `WWW-Authenticate: Bearer`";
            found.push(observation.help(help).values("Bearer", show::text(&text)));
        }
    }
}

/// Whether a line begins with a token that is no parameter (RFC 9110, sections 5.6.2 and 11.3). Empty members of the
/// list may stand before it.
fn begins_with_scheme(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', ',']);
    let is_part = |next: char| next.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(next);
    let rest = line.trim_start_matches(is_part);
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', ',']);
    rest.len() < line.len() && ends && !rest.trim_start().starts_with('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_from_parameters() {
        for good in [
            "Bearer",
            "Basic realm=\"a\"",
            "Negotiate abc==",
            ", Bearer",
            "bearer,Basic realm=a",
            "X-Key a=b",
        ] {
            assert!(begins_with_scheme(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "realm=\"a\"",
            "realm = \"a\"",
            "\"Bearer\"",
            "<Bearer>",
            "Bearer; realm=a",
            "Bearer: x",
        ] {
            assert!(!begins_with_scheme(bad), "{bad}");
        }
    }
}
