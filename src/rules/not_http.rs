//! An answer that cannot be read as HTTP at all.

use super::{Rule, Subject};
use crate::model::{
    Observation, RuleInfo, RuleSource as Source, Severity, TransportError, TransportErrorKind as Kind,
};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP005",
        name: "not-http",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 9112, section 2"),
        doc: r#"What a server answers is HTTP: a status line, header lines, an empty line.

## Why

A client gets nothing out of such an answer but an error of its own, whatever the server meant. Common causes are a
port that speaks another protocol, a proxy that writes its own words, and a head beyond what clients accept: more
than 256 header lines, or hundreds of kilobytes. A connection that is closed or times out without an answer is
something else: it is inconclusive, see `no-answer`.

## Fires

```text
SSH-2.0-OpenSSH_9.6
```

## Silent

```http
HTTP/1.1 404 Not Found
content-length: 2

{}
```
"#,
    },
    check,
};

/// A response is HTTP, or it would be none.
fn check(_: &Subject<'_>, _: &mut Vec<Observation>) {}

/// What there is to say about an exchange that failed.
pub(super) fn failed(error: &TransportError) -> Option<Observation> {
    let (message, help) = error.message.split_once("; ").unwrap_or((&error.message, ""));
    (error.kind == Kind::NotHttp).then(|| Observation::new(&RULE.info, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_http_is_the_servers_fault() {
        let failed = |kind| failed(&TransportError { kind, message: "what came; do this".to_owned() });
        let observation = failed(Kind::NotHttp).expect("a fault");
        assert_eq!((&*observation.message, &*observation.help), ("what came", "do this"));
        for kind in [Kind::Dns, Kind::Connect, Kind::Tls, Kind::Timeout, Kind::Closed, Kind::Redirects] {
            assert!(failed(kind).is_none(), "{kind:?}");
        }
    }
}
