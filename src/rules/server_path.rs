//! A path of the server's file system in an error.

use std::sync::LazyLock;

use regex::Regex;

use super::glance::Glance;
use super::{Rule, Subject, leak};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA004",
        name: "server-path",
        family: "leaks",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 9457, section 5"),
        doc: r#"An error holds no path of the server's file system.

## Why

Paths name users, products and versions, and help whoever tries to read other files. Paths of addresses are not
meant: `/v1/leads`, links, `/home/17`. Text that the client sent itself and gets back is no leak.

## Fires

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-type: application/json

{"success": false, "error": {"code": "INTERNAL_ERROR", "request_id": "req_7Hk2",
 "message": "cannot open /var/www/api/config/database.yml"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-type: application/json

{"success": false, "error": {"code": "INTERNAL_ERROR", "request_id": "req_7Hk2",
 "message": "No route matches GET /home/17, see https://example.com/usr/local/errors"}}
```
"#,
    },
    check,
};

/// Roots and endings that only file systems have, each after something that is no part of an address.
const PATTERNS: &[&str] = &[
    r#"(?:^|[\s"'`(=\[<>,;])/(?:private/)?var/(?:www|lib|log|task|run|folders|opt|cache|spool|tmp)/[\w./@+-]+"#,
    r#"(?:^|[\s"'`(=\[<>,;])/usr/(?:local|lib|lib64|src|share|bin|sbin|app)/[\w./@+-]+"#,
    r#"(?:^|[\s"'`(=\[<>,;])/etc/(?:passwd|shadow|group|hosts|nginx|apache2|httpd|ssl|ssh|mysql|postgresql|redis|php|kubernetes|secrets)\b[\w./@+-]*"#,
    r#"(?:^|[\s"'`(=\[<>,;])/(?:home|opt|srv|root|Users|tmp|app|data|code|workspace|build|go|mnt|etc|var|usr|proc)/[\w./@+-]*\.(?:[cm]?js|jsx|tsx?|py|pyc|rb|go|rs|java|class|jar|war|kt|scala|php|cs|dll|so|exs?|conf|cfg|ini|env|toml|pem|key|crt|log|sock|sql|sqlite3?|db|sh)\b"#,
    r#"(?:^|[\s"'`(=\[<>,;/])(?:[\w.@+-]+/)*(?:node_modules|site-packages|dist-packages)/[\w./@+-]+"#,
    r#"(?:^|[\s"'`(=\[<>,;])file:///[\w./@+-]+"#,
    r#"(?:^|[\s"'`(=\[<>,;])[A-Za-z]:\\(?:[\w .()$+-]{2,}\\)+[\w .()$+-]*"#,
];

static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| leak::any_of(PATTERNS));

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let help = "log the path, and say what the client can do about it";
    let search = (&RULE, Glance::PATH, &REGEX);
    leak::look(subject, found, search, |_, _| true, ("a path of the server's file system", help));
}
