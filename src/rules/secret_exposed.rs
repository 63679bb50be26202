//! A secret of the server's in an error.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::glance::Glance;
use super::sent::Sent;
use super::{Rule, Subject, leak};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA008",
        name: "secret-exposed",
        family: "leaks",
        severity: Severity::Error,
        source: Source::Rfc("OWASP ASVS 5.0.0, requirement 16.5.1"),
        doc: r#"An error holds no token, key or password.

## Why

Whoever sees the error, a log of it or a screenshot can use the secret. What is found is named but never shown. Text
that the client sent itself and gets back is no leak, and neither is a placeholder.

## Fires

```http propertybase-v1
HTTP/1.1 503 Service Unavailable
content-type: application/json
retry-after: 1

{"success": false, "error": {"code": "SERVICE_UNAVAILABLE", "request_id": "req_7Hk2",
 "message": "cannot reach postgres://leads:Tr0ub4dor@db/leads"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 401 Unauthorized
content-type: application/json
www-authenticate: Bearer

{"success": false, "error": {"code": "UNAUTHORIZED", "request_id": "req_7Hk2",
 "message": "Write https://user:password@example.com, or send `Authorization: Bearer eyJ...`"}}
```
"#,
    },
    check,
};

/// Secrets that are known by their form, with their names.
const FORMS: &[(&str, &str)] = &[
    ("a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}"),
    ("an access key of AWS", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    ("a token of GitHub", r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("a token of Slack", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("a key of Stripe", r"\bsk_live_[A-Za-z0-9]{16,}"),
    ("a key of Google", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a password in an address", r#"\b[a-z][a-z0-9+.-]*://[^\s:/@"']*:([^\s@/"']+)@[\w\[]"#),
    (
        "a password in a connection string",
        r#"(?i)\b(?:server|host|data source|user id|uid|username|user)\s*=[^\n]*\b(?:password|pwd)\s*=\s*([^;\s"']+)"#,
    ),
];

/// What documents write where a password would stand.
const PLACEHOLDERS: &[&str] =
    &["password", "passwd", "pass", "pwd", "secret", "token", "redacted", "hidden", "masked"];

static REGEXES: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| FORMS.iter().filter_map(|(name, form)| Some((*name, Regex::new(form).ok()?))).collect());

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if !subject.glance.suspects(Glance::SECRET) {
        return;
    }
    let sent = Sent::all(subject);
    for place in leak::places(subject) {
        let text = sent.blank_out(&place.text);
        let mut forms = REGEXES.iter();
        if let Some((name, _)) =
            forms.find(|(_, regex)| regex.captures_iter(&text).any(|captures| is_secret(&captures, &sent)))
        {
            let message = format!("{} holds {name}", place.name());
            let observation = Observation::new(&RULE.info, message).at(place.pointer);
            found.push(observation.help("take it out of the error, and replace it: it has been seen"));
            return;
        }
    }
}

/// Whether what was found is neither the client's own nor a placeholder.
fn is_secret(captures: &Captures<'_>, sent: &Sent) -> bool {
    let whole = captures.get_match().as_str();
    let is_placeholder = |password: &str| {
        PLACEHOLDERS.contains(&password)
            || password.contains(['*', '<', '>', '{', '}', '$', '%', '[', '…', '\u{1}'])
            || password.contains("...")
            || password.bytes().all(|byte| byte == b'x')
    };
    let password = captures.get(1).map(|password| password.as_str().to_ascii_lowercase());
    !password.is_some_and(|password| is_placeholder(&password))
        && !whole.ends_with("EXAMPLE")
        && !sent.holds(whole)
}
