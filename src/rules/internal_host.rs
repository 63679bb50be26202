//! An internal host or address in an error.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::glance::Glance;
use super::{Rule, Subject, leak};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA006",
        name: "internal-host",
        family: "leaks",
        severity: Severity::Note,
        source: Source::Advice("CWE-497, system information stays with those who need it"),
        doc: r#"An error names no host or address of the network behind the API.

## Why

Addresses of private networks (RFC 1918), names of a cluster and the words of a failed connection draw a map of what
the client cannot reach. The host that the request was sent to is no secret, nor is the client's own address, a
network in CIDR notation or a version number.

## Fires

```http propertybase-v1
HTTP/1.1 503 Service Unavailable
content-type: application/json
retry-after: 1

{"success": false, "error": {"code": "SERVICE_UNAVAILABLE", "request_id": "req_7Hk2",
 "message": "connect ECONNREFUSED 10.0.3.17:5432"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 403 Forbidden
content-type: application/json

{"success": false, "error": {"code": "FORBIDDEN", "request_id": "req_7Hk2",
 "message": "Your address 10.0.3.17 is not in 10.8.0.0/16, and version 10.0.1.2 is too old"}}
```
"#,
    },
    check,
};

/// Failed connections, addresses, and names that only a private network has.
const PATTERNS: &[&str] = &[
    r"\b(?:connect|getaddrinfo|read|write) E(?:CONNREFUSED|CONNRESET|NOTFOUND|HOSTUNREACH|TIMEDOUT|AI_AGAIN)\b(?: [\w.:\[\]-]+)?",
    r"\bdial tcp (?:\[[0-9a-fA-F:]+\]|[\w.-]+):\d+",
    r"\b10\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
    r"\b192\.168\.\d{1,3}\.\d{1,3}\b",
    r"\b172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3}\b",
    r"(?i:\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\.svc(?:\.cluster\.local)?(?::\d+|\b))",
    r"(?i:\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:ec2|compute|c\.[a-z0-9-]+|google)\.internal\b)",
    r"(?i:://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:internal|local|localdomain|lan|corp|intranet)\b)",
    r"(?i:\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:internal|local|localdomain|lan|corp|intranet):\d{2,5}\b)",
    r"(?i:\b[a-z]+(?:-[a-z0-9-]*)?\d(?:\.[a-z0-9-]+)*\.(?:internal|local|lan|corp|intranet)\b)",
];

static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| leak::any_of(PATTERNS));

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let help = "say that a service behind the API does not answer, not which";
    let search = (&RULE, Glance::HOST, &REGEX);
    leak::look(subject, found, search, is_internal, ("an internal host or address", help));
}

/// Whether a match is a host or address of the server's side: no version, no network, not the client's own.
fn is_internal(text: &str, range: &Range<usize>) -> bool {
    let (Some(leak), Some(before), Some(after)) =
        (text.get(range.clone()), text.get(..range.start), text.get(range.end..))
    else {
        return false;
    };
    if !leak.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        // An address of mail is no host.
        return !before.ends_with('@');
    }
    let follows = |mark: char, next: fn(char) -> bool| {
        after.strip_prefix(mark).is_some_and(|rest| rest.starts_with(next))
    };
    let network = follows('/', |next| next.is_ascii_digit());
    let longer = before.ends_with(['.', '-'])
        || follows('.', char::is_alphanumeric)
        || follows('-', char::is_alphanumeric);
    let before = before.to_ascii_lowercase();
    let product = before.ends_with('v') || before.ends_with('/') && !before.ends_with("//");
    let last_words: Vec<&str> = before.rsplit([' ', ':', '(']).take(6).collect();
    let excused = ["your", "client", "client's", "caller", "version", "release"];
    let octets = leak.split('.').all(|octet| octet.parse::<u8>().is_ok());
    octets && !network && !longer && !product && !last_words.iter().any(|word| excused.contains(word))
}
