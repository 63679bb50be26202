//! The first, fast look at the texts of an error: which kinds of leaks are worth a closer one.

use std::sync::LazyLock;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use serde_json::Value;

use super::credential_echoed;
use crate::model::{Body, Request, Response};

/// Largest part of a body that is looked at, in bytes. A page of a debugger can be long, but says what it is soon.
const LARGEST: usize = 256 * 1024;

/// Header fields that hold addresses, tokens or dates because that is what they are for.
const INNOCENT: &[&str] = &[
    "access-control-allow-origin",
    "alt-svc",
    "content-disposition",
    "content-length",
    "content-location",
    "content-security-policy",
    "content-security-policy-report-only",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "link",
    "location",
    "nel",
    "report-to",
    "reporting-endpoints",
    "set-cookie",
    "www-authenticate",
    "x-forwarded-for",
    "x-real-ip",
];

/// Kinds of leaks that a text may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Glance(u8);

impl Glance {
    pub(super) const TRACE: Self = Self(1);
    pub(super) const EXCEPTION: Self = Self(2);
    pub(super) const SQL: Self = Self(4);
    pub(super) const PATH: Self = Self(8);
    pub(super) const HOST: Self = Self(16);
    pub(super) const SECRET: Self = Self(32);
    pub(super) const CREDENTIAL: Self = Self(64);

    /// Looks at a response once. What it finds is a suspicion; what it does not find is not there.
    pub fn at(request: &Request, response: &Response, body: &Body) -> Self {
        let credentials: Vec<_> = credential_echoed::credentials(request).collect();
        let (mut seen, mut read) = (Self::default(), 0);
        each_text(response, body, &mut |text| {
            seen.0 |= Self::of(text).0;
            if credentials.iter().any(|credential| text.contains(&**credential)) {
                seen.0 |= Self::CREDENTIAL.0;
            }
            read += text.len() + 1;
            read < LARGEST
        });
        seen
    }

    /// Whether a text has words of any kind.
    pub fn suspects_text(text: &str) -> bool {
        Self::of(text) != Self::default()
    }

    /// The kinds whose words a text has.
    fn of(text: &str) -> Self {
        let mut seen = Self::default();
        let Some((words, start)) = WORDS.as_ref() else { return seen };
        let mut state = *start;
        for byte in text.bytes() {
            state = words.next_state(Anchored::No, state, byte);
            if words.is_match(state) {
                for word in (0..words.match_len(state)).map(|index| words.match_pattern(state, index)) {
                    seen.0 |= KINDS.get(word.as_usize()).map_or(0, |kind| kind.0);
                }
            }
        }
        seen
    }

    /// Whether this kind is suspected.
    pub(super) fn suspects(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }
}

/// Whether a header field, named in lower case, is read as a text of the server's.
pub(super) fn is_read(name: &str) -> bool {
    !INNOCENT.contains(&name)
}

/// Hands every text of a response to `look`, until it returns false.
fn each_text(response: &Response, body: &Body, look: &mut dyn FnMut(&str) -> bool) {
    for header in response.headers.iter().filter(|header| is_read(&header.name)) {
        if !look(&header.text()) {
            return;
        }
    }
    match &body.value {
        Some(value) => {
            each_string(value, look);
        }
        None => {
            look(&raw(response));
        }
    }
}

/// A body that is not JSON, as text.
pub(super) fn raw(response: &Response) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(&response.body[..response.body.len().min(LARGEST)])
}

fn each_string(value: &Value, look: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().all(|item| each_string(item, look)),
        Value::Object(members) => members.values().all(|member| each_string(member, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Words without which the rules' own expressions cannot match, by kind.
const TABLE: &[(Glance, &[&str])] = &[
    (
        Glance::TRACE,
        &[
            "traceback (most",
            "file \"",
            ".java:",
            ".kt:",
            ".scala:",
            ".groovy:",
            ".clj:",
            "native method)",
            "unknown source)",
            "caused by:",
            "exception in thread",
            "js:",
            "ts:",
            "jsx:",
            "tsx:",
            "node:",
            "internal/",
            "goroutine ",
            "panic: ",
            ".go:",
            "panicked at",
            "rust_backtrace",
            ":line ",
            "stack trace",
            ".php",
            ".rb:",
            ".ex:",
        ],
    ),
    (
        Glance::EXCEPTION,
        &[
            "exception",
            "error: ",
            "java.lang.",
            "activerecord::",
            "actioncontroller::",
            "activemodel::",
            "mongoid::",
            "cannot read propert",
            "is not a function",
            "undefined method",
            "nonetype",
            "nil pointer",
            "invalid memory address",
            "object reference not set",
            "::unwrap",
            "::expect",
            "index out of range [",
            "undefined array key",
            "undefined index",
            "undefined variable",
            "undefined offset",
            "call to a member",
            "call to undefined",
            "on null",
        ],
    ),
    (
        Glance::SQL,
        &[
            "select",
            "insert",
            "update",
            "delete",
            "sqlstate",
            "ora-",
            "sql syntax",
            "syntax error at",
            "constraint",
            "does not exist",
            "duplicate entry",
            "unknown column",
            "doesn't exist",
            "no such table",
            "no such column",
            "unrecognized token",
            "e11000",
            "er_",
            "psycopg",
            "pg::",
            "unclosed quotation",
            "duplicate key",
            "sqlite",
            "pq: ",
            "prisma",
            "could not execute",
            "drop table",
            "alter table",
            "create table",
        ],
    ),
    (
        Glance::PATH,
        &[
            "/var/",
            "/usr/",
            "/etc/",
            "/home/",
            "/opt/",
            "/srv/",
            "/root/",
            "/users/",
            "/tmp/",
            "/app/",
            "/data/",
            "/code/",
            "/workspace/",
            "/build/",
            "/private/",
            "/go/",
            "/mnt/",
            "/proc/",
            "node_modules/",
            "site-packages/",
            "dist-packages/",
            ":\\",
        ],
    ),
    (
        Glance::HOST,
        &[
            "10.",
            "192.168.",
            "172.",
            ".internal",
            ".local",
            ".lan",
            ".corp",
            ".intranet",
            ".svc",
            "econn",
            "enotfound",
            "ehost",
            "eai_again",
            "etimedout",
            "dial tcp",
        ],
    ),
    (
        Glance::SECRET,
        &[
            "eyj",
            "akia",
            "asia",
            "private key-----",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "xox",
            "sk_live_",
            "aiza",
            "://",
            "password=",
            "pwd=",
            "password =",
        ],
    ),
];

/// The kind of each word of the table.
static KINDS: LazyLock<Vec<Glance>> =
    LazyLock::new(|| TABLE.iter().flat_map(|(kind, words)| words.iter().map(|_| *kind)).collect());

/// The machine that finds the words, and the state in which it starts. It is run by hand, because every word at a place
/// counts and nothing else is wanted of it.
static WORDS: LazyLock<Option<(DFA, StateID)>> = LazyLock::new(|| {
    let words = TABLE.iter().flat_map(|(_, words)| words.iter());
    let words = DFA::builder().ascii_case_insensitive(true).build(words).ok()?;
    let start = words.start_state(Anchored::No).ok()?;
    Some((words, start))
});
