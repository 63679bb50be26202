//! The class or the words of an exception in an error.

use std::sync::LazyLock;

use regex::Regex;

use super::glance::Glance;
use super::{Rule, Subject, leak};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA003",
        name: "exception-name",
        family: "leaks",
        severity: Severity::Warning,
        source: Source::Rfc("RFC 9457, section 5"),
        doc: r#"An error does not show the exception behind it: neither the full name of its class nor the runtime's words.

## Why

They are written for those who wrote the code, and name the libraries it is made of. Text that the client sent
itself and gets back is no leak. Where a trace or the words of a database stand in the same place, this rule is
silent.

## Fires

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-type: application/json

{"success": false, "error": {"code": "INTERNAL_ERROR", "request_id": "req_7Hk2",
 "message": "java.lang.NullPointerException: lead is null"}}
```

## Silent

```http propertybase-v1
HTTP/1.1 500 Internal Server Error
content-type: application/json

{"success": false, "error": {"code": "INTERNAL_ERROR", "request_id": "req_7Hk2",
 "message": "There is no exception to this rule: leads need an email"}}
```
"#,
    },
    check,
};

/// Names of classes, and sentences that only a runtime writes.
const PATTERNS: &[&str] = &[
    r"\b(?:java|javax|jakarta|org|com|net|io|kotlin|scala|akka|reactor)\.(?:[a-z_]\w*\.)+(?:[A-Z]\w*[.$])*[A-Z]\w*(?:Exception|Error)\b",
    r"\b(?:System|Microsoft|Npgsql|Newtonsoft)\.(?:[A-Z]\w*\.)*[A-Z]\w*Exception\b",
    r"\b(?:Type|Reference|Range|Attribute|Key|Name|Index|Value|Syntax|UnboundLocal|NoMethod|Argument|ZeroDivision|ModuleNotFound|Assertion|JSONDecode)Error: ",
    r"\b(?:NullPointer|IllegalArgument|IllegalState|ClassCast|IndexOutOfBounds|NullReference|InvalidOperation|Runtime|PDO|SQL|Sql|Query)Exception\b",
    r"\b(?:ActiveRecord|ActionController|ActiveModel|Mongoid)::[A-Z]\w+",
    r"\b(?:Illuminate|Symfony|Doctrine|Laminas)\\[\w\\]+Exception\b",
    r"Cannot read propert(?:y|ies) (?:'[^']*' )?of (?:undefined|null)",
    r"\b[\w$]+\.[\w$]+ is not a function\b",
    r"undefined method [`'][^'`\n]+' for",
    r"'NoneType' object ",
    r"\bnil pointer dereference\b",
    r"\binvalid memory address\b",
    r"Object reference not set to an instance of an object",
    r"called `(?:Option|Result)::\w+\(\)` on",
    r"\bindex out of range \[\d",
    r"Undefined (?:array key|index|variable|offset)[: ]",
    r"Call to (?:a member function|undefined (?:method|function)) ",
    r"Attempt to (?:read|assign) property [^\n]* on null",
];

static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| leak::any_of(PATTERNS));

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let help = "map exceptions to documented codes, and log the exception under the request id";
    let search = (&RULE, Glance::EXCEPTION, &REGEX);
    leak::look(subject, found, search, |_, _| true, ("the words of an exception", help));
}
