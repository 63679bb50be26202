//! SQL or a database's own words in an error.

use std::sync::LazyLock;

use regex::Regex;

use super::glance::Glance;
use super::{Rule, Subject, leak};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "LEA002",
        name: "sql-text",
        family: "leaks",
        severity: Severity::Error,
        source: Source::Rfc("OWASP ASVS 5.0.0, requirement 16.5.1"),
        doc: r#"An error holds no SQL, and nothing that the database or its driver said.

## Why

Names of tables and columns, and the proof that input reaches a query, are what an attacker looks for. Text that the
client sent itself and gets back is no leak.

## Fires

```http propertybase-v1
HTTP/1.1 409 Conflict
content-type: application/json

{"success": false, "error": {"code": "CONFLICT", "request_id": "req_7Hk2",
 "message": "duplicate key value violates unique constraint \"leads_email_key\""}}
```

## Silent

```http propertybase-v1
HTTP/1.1 409 Conflict
content-type: application/json

{"success": false, "error": {"code": "CONFLICT", "request_id": "req_7Hk2",
 "message": "Select a lead from the list, then update it or delete it from the workspace"}}
```
"#,
    },
    check,
};

/// Statements, and what databases and their drivers say.
const PATTERNS: &[&str] = &[
    r#"\bSELECT\s[^\n]*?\sFROM\s+[\w."`\[]+"#,
    r#"(?i:\bselect\s+["`\[\w.,*\s\]]+\s+from\s+["`\[\w.\]]+\s+(?:where\s+["`\[\w.\]]+\s*(?:=|<|>|in\s*\(|like\s+')|limit\s+[\d$?:]|order\s+by\s|(?:inner|left|right)\s+join\s))"#,
    r#"(?i:\bselect\s+["`][^\n]*?\sfrom\s+["`])"#,
    r#"(?i:\binsert\s+into\s+["`\[\w.\]]+\s*(?:\([^\n)]*\)\s*values\b|values\s*\())"#,
    r#"(?i:\bupdate\s+["`\[\w.\]]+\s+set\s+["`\[\w.\]]+\s*=)"#,
    r#"(?i:\bdelete\s+from\s+["`\[\w.\]]+\s+where\s+["`\[\w.\]]+\s*(?:=|<|>|in\s*\(|like\s+'))"#,
    r#"\b(?:DROP|ALTER|CREATE|TRUNCATE) TABLE\s+["`\[\w.]+"#,
    r"\bSQLSTATE\b",
    r"\bORA-\d{5}\b",
    r"(?i:error in your SQL syntax)",
    r#"syntax error at or near ""#,
    r"(?i:violates (?:unique|foreign key|not-null|check|exclusion) constraint)",
    r"(?i:duplicate key value violates)",
    r#"(?:relation|column|table|schema) "[^"\n]+"(?: of relation "[^"\n]+")? does not exist"#,
    r"Duplicate entry '[^\n]*' for key",
    r"Unknown column '",
    r"Table '[\w.]+' doesn't exist",
    r"\b(?:UNIQUE|FOREIGN KEY|NOT NULL|CHECK|PRIMARY KEY) constraint failed",
    r"\bno such (?:table|column): \w",
    r#"unrecognized token: ""#,
    r"\bE11000 duplicate key",
    r"\bER_(?:DUP_|NO_|BAD_|PARSE_|LOCK_|ACCESS_|ROW_|DATA_)[A-Z_]+",
    r"\bpsycopg\d?\.",
    r"\bPG::[A-Z]\w+",
    r"\bSQLITE_[A-Z]+",
    r"\bpq: [a-z]",
    r"Unclosed quotation mark after the character string",
    r"Violation of (?:UNIQUE|PRIMARY) KEY constraint",
    r"Cannot insert duplicate key",
    r"Invalid `prisma\.",
    r"\bPrismaClient\w+Error\b",
    r"\bcould not execute (?:statement|query)\b",
];

static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| leak::any_of(PATTERNS));

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let help = "catch what the database says, log it, and answer with the documented code";
    let search = (&RULE, Glance::SQL, &REGEX);
    leak::look(subject, found, search, |_, _| true, ("SQL or the words of a database", help));
}
