//! A stack trace in an error.

use std::sync::LazyLock;

use regex::Regex;

use super::glance::Glance;
use super::{Rule, Subject, leak};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA001",
        name: "stack-trace",
        family: "leaks",
        severity: Severity::Error,
        source: Source::Rfc("OWASP ASVS 5.0.0, requirement 16.5.1"),
        doc: r#"An error holds no stack trace.

## Why

A trace tells an attacker which code runs in which version, and tells everybody else nothing. Text that the client
sent itself and gets back is no leak. Successes are not looked at.

## Fires

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-type: application/json

{"success": false, "error": {"code": "INTERNAL_ERROR", "request_id": "req_7Hk2",
 "message": "email is undefined\n    at createLead (/srv/api/src/leads.js:42:17)"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-type: application/json

{"success": false, "error": {"code": "INTERNAL_ERROR", "request_id": "req_7Hk2",
 "message": "Something went wrong at 10:30, see https://example.com/app.js"}}
```
"#,
    },
    check,
};

/// Lines of traces: Python, the JVM, JavaScript, Go, Rust, .NET, PHP, Ruby, Elixir.
const PATTERNS: &[&str] = &[
    r"Traceback \(most recent call last\)",
    r#"File "[^"\n]+", line \d+"#,
    r"\bat (?:[\w.$@]+/)*[\w$]+(?:\.[\w$<>]+)+\((?:[\w$]+\.(?:java|kt|scala|groovy|clj):\d+|Native Method|Unknown Source)\)",
    r"\bCaused by: (?:[a-z]\w*\.)+[A-Z]\w+",
    r#"Exception in thread ""#,
    r"\bat (?:async |new )?(?:[\w$.<>\[\]]+ (?:\[as [\w$]+\] )?)?\(?(?:[^\s()]*\.[cm]?[jt]sx?|node:[\w/]+):\d+:\d+",
    r"\bgoroutine \d+ \[[a-z ,]+\]:",
    r"\bpanic: runtime error",
    r"\.go:\d+ \+0x[0-9a-f]+",
    r"thread '[^'\n]*' (?:\(\d+\) )?panicked at",
    r"RUST_BACKTRACE=",
    r"\bat [\w.`<>+,\[\] ]+\([^()\n]*\) in [^\n]+:line \d+",
    r"--- End of (?:inner exception )?stack trace",
    r"(?i:stack trace):\s*#0 ",
    r"#\d+ \S+\.php\(\d+\): ",
    r"\bin \S+\.php(?:</b>)? on line (?:<b>)?\d+",
    r"\.rb:\d+:in [`'][^'`\n]+'",
    r"\(\w+ \d+\.\d+\.\d+\) lib/[\w/]+\.ex:\d+: ",
];

static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| leak::any_of(PATTERNS));

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let help = "write the trace to the log under the request id, and send a message for people";
    let search = (&RULE, Glance::TRACE, &REGEX);
    leak::look(subject, found, search, |_, _| true, ("a stack trace", help));
}
