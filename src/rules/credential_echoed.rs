//! The client's own credential in an error.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::glance::Glance;
use super::sent::Sent;
use super::{Rule, Subject, leak};
use crate::model::{Header, Observation, Request, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA007",
        name: "credential-echoed",
        family: "leaks",
        severity: Severity::Error,
        source: Source::Rfc("OWASP ASVS 5.0.0, requirement 16.5.1"),
        doc: r#"An error does not repeat the credential that came with the request.

## Why

Errors are logged, shown and mailed to support; credentials must not travel with them. A shortened or masked form is
no leak. A credential that was sent in the address or the body as well is not judged: it may be an echo of that.

## Fires

```http propertybase-v1
GET /leads/lead_1
authorization: Bearer tg_test_4f2a9c

HTTP/1.1 401 Unauthorized
content-type: application/json
www-authenticate: Bearer

{"success": false, "error": {"code": "INVALID_API_KEY", "message": "unknown key tg_test_4f2a9c",
 "request_id": "req_7Hk2"}}
```

## Silent

```http propertybase-v1
GET /leads/lead_1
authorization: Bearer tg_test_4f2a9c

HTTP/1.1 401 Unauthorized
content-type: application/json
www-authenticate: Bearer

{"success": false, "error": {"code": "INVALID_API_KEY", "message": "unknown key tg_***9c",
 "request_id": "req_7Hk2"}}
```
"#,
    },
    check,
};

/// Header fields that carry credentials.
const CARRIERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
];

/// Shortest text that is taken for a credential, in bytes; a shorter one may stand anywhere by chance.
const SHORTEST: usize = 8;

/// The credentials of a request without their scheme, and the password in those of `Basic`.
pub fn credentials(request: &Request) -> impl Iterator<Item = Cow<'_, str>> {
    let carries = |header: &&Header| CARRIERS.iter().any(|name| header.name.eq_ignore_ascii_case(name));
    let credentials = request.headers.iter().filter(carries).flat_map(|header| {
        let line = std::str::from_utf8(&header.value).unwrap_or_default().trim();
        let (scheme, credential) = line.split_once(' ').unwrap_or(("", line));
        let password = scheme.eq_ignore_ascii_case("basic").then(|| password(credential)).flatten();
        [Some(Cow::Borrowed(credential.trim())), password.map(Cow::Owned)]
    });
    credentials.flatten().filter(|credential| looks_random(credential))
}

/// The password of `Basic` (RFC 7617).
fn password(credential: &str) -> Option<String> {
    let pair = String::from_utf8(STANDARD.decode(credential.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// Whether a text is a credential and not a word such as `undefined` or `password`.
fn looks_random(text: &str) -> bool {
    text.len() >= SHORTEST && text.bytes().any(|byte| byte.is_ascii_digit())
}

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if !subject.glance.suspects(Glance::CREDENTIAL) {
        return;
    }
    let sent = Sent::without_headers(subject);
    let echoed = |text: &str| {
        credentials(subject.request).any(|credential| text.contains(&*credential) && !sent.holds(&credential))
    };
    if let Some(place) = leak::places(subject).into_iter().find(|place| echoed(&place.text)) {
        let message = format!("{} repeats the credential of the request", place.name());
        let observation = Observation::new(&RULE.info, message).at(place.pointer);
        found.push(observation.help("leave it out, or show a few characters of it"));
    }
}
