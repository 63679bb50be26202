//! A challenge that asks clients with a token for a password.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP017",
        name: "challenge-scheme",
        family: "HTTP",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 6750, section 3"),
        doc: r#"A 401 to a request with a `Bearer` token has a challenge that is not only for passwords.

## Why

`Basic` and `Digest` make browsers open a dialogue that asks the user for a name and a password which do not exist.

## Fires

```http
GET /leads
authorization: Bearer expired

HTTP/1.1 401 Unauthorized
www-authenticate: Basic realm="leads"


```

## Silent

```http
GET /leads
authorization: Bearer expired

HTTP/1.1 401 Unauthorized
www-authenticate: Basic realm="leads", Bearer error="invalid_token"


```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if subject.response.status != 401 {
        return;
    }
    let sent = subject.request.header("authorization").map(|line| line.trim().to_ascii_lowercase());
    if !sent.is_some_and(|sent| sent.starts_with("bearer ")) {
        return;
    }
    let lines: Vec<_> = subject.response.header_lines("www-authenticate").map(|line| line.text()).collect();
    let challenges = lines.join(", ").to_ascii_lowercase();
    let asks_for_password = challenges.starts_with("basic") || challenges.starts_with("digest");
    // Another scheme somewhere in the list: whoever reads parameters wrong here would blame a good server.
    if asks_for_password && !challenges.contains("bearer") && !challenges.contains("dpop") {
        let observation =
            Observation::new(&RULE.info, "the challenge asks for a password, the request has a token");
        let observation = observation.values("Bearer", show::text(&challenges));
        found
            .push(observation.help("send `WWW-Authenticate: Bearer`, with a realm and an error if you like"));
    }
}
