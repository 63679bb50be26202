//! Codes that are not those of the documents.

use serde_json::Value;

use super::edit::{Code, get, put, remove, reword};
use super::{Apis, Defect, How};
use crate::reference::problem::Kind;
use crate::reference::reply::Reply;

const CODE: &str = "error format: a code for machines";
const LIST: &str = "error codes: the list";

const ERRORS: Defect = Defect { expected: &["COD002"], breaks: LIST, ..Defect::of("catalogue") };

/// Gives one situation another code.
fn recode(reply: &mut Reply, kinds: &[Kind], code: &str) {
    if reply.kind.is_some_and(|kind| kinds.contains(&kind)) {
        put(reply, Code, code);
    }
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "code-missing",
        description: "errors have no code",
        breaks: CODE,
        expected: &["COD001"],
        how: How::Reply(|reply, _| drop(remove(reply, Code))),
        ..ERRORS
    },
    Defect {
        id: "code-null",
        description: "the code is null",
        breaks: CODE,
        expected: &["COD001"],
        how: How::Reply(|reply, _| put(reply, Code, Value::Null)),
        ..ERRORS
    },
    Defect {
        id: "code-empty",
        description: "the code is empty",
        breaks: CODE,
        expected: &["COD001"],
        how: How::Reply(|reply, _| put(reply, Code, "")),
        ..ERRORS
    },
    Defect {
        id: "code-number",
        description: "the code is the status, as a number",
        breaks: CODE,
        expected: &["COD001"],
        how: How::Reply(|reply, _| put(reply, Code, reply.status)),
        ..ERRORS
    },
    Defect {
        id: "code-is-status",
        description: "the code is the status, as a text",
        how: How::Reply(|reply, _| put(reply, Code, reply.status.to_string())),
        ..ERRORS
    },
    Defect {
        id: "code-lower-case",
        description: "codes are in lower case",
        how: How::Reply(|reply, _| reword(reply, Code, str::to_lowercase)),
        ..ERRORS
    },
    Defect {
        id: "code-kebab-case",
        description: "codes are in kebab-case",
        how: How::Reply(|reply, _| reword(reply, Code, |code| code.to_lowercase().replace('_', "-"))),
        ..ERRORS
    },
    Defect {
        id: "code-camel-case",
        description: "codes are in camel case",
        how: How::Reply(|reply, _| {
            reword(reply, Code, |code| {
                let words = code.split('_').map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()));
                words.collect()
            });
        }),
        ..ERRORS
    },
    Defect {
        id: "code-with-spaces",
        description: "the words of a code are set apart by spaces",
        how: How::Reply(|reply, _| reword(reply, Code, |code| format!("{} ", code.replace('_', " ")))),
        ..ERRORS
    },
    Defect {
        id: "code-prefixed",
        description: "codes begin with `ERR_`",
        how: How::Reply(|reply, _| reword(reply, Code, |code| format!("ERR_{code}"))),
        ..ERRORS
    },
    Defect {
        id: "code-generic",
        description: "every code is `ERROR`",
        how: How::Reply(|reply, _| put(reply, Code, "ERROR")),
        ..ERRORS
    },
    Defect {
        id: "code-is-reason",
        description: "every code is `BAD_REQUEST`",
        how: How::Reply(|reply, _| put(reply, Code, "BAD_REQUEST")),
        ..ERRORS
    },
    Defect {
        id: "code-renamed-validation",
        description: "`VALIDATION_ERROR` is misspelt",
        how: How::Reply(|reply, _| reword(reply, Code, |code| code.replace("VALIDATION_E", "VALIDATON_E"))),
        ..ERRORS
    },
    Defect {
        id: "code-renamed-missing-lead",
        description: "a lead that is not there has the code `RESOURCE_NOT_FOUND`",
        how: How::Reply(|reply, _| recode(reply, &[Kind::LeadNotFound], "RESOURCE_NOT_FOUND")),
        ..ERRORS
    },
    Defect {
        id: "code-renamed-limit",
        description: "a limit that is used up has the code `TOO_MANY_REQUESTS`",
        limits: &["EN002"],
        how: How::Reply(|reply, _| recode(reply, &[Kind::RateLimited], "TOO_MANY_REQUESTS")),
        ..ERRORS
    },
    Defect {
        id: "code-renamed-key",
        description: "a key that nobody knows has the code `INVALID_TOKEN`",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| recode(reply, &[Kind::InvalidKey], "INVALID_TOKEN")),
        ..ERRORS
    },
    Defect {
        id: "code-of-nested-duplicate",
        description: "an email that exists has the other API's code `ALREADY_EXISTS`",
        expected: &["EXP002"],
        apis: Apis::Flat,
        how: How::Reply(|reply, _| recode(reply, &[Kind::DuplicateEmail], "ALREADY_EXISTS")),
        ..ERRORS
    },
    Defect {
        id: "code-of-flat-duplicate",
        description: "an email that exists has the other API's code `DUPLICATE_EMAIL`",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| recode(reply, &[Kind::DuplicateEmail], "DUPLICATE_EMAIL")),
        ..ERRORS
    },
    Defect {
        id: "code-list",
        description: "the code is a list of one code",
        breaks: CODE,
        expected: &["COD001"],
        how: How::Reply(|reply, _| {
            let code = get(reply, Code).cloned().unwrap_or_default();
            put(reply, Code, vec![code]);
        }),
        ..ERRORS
    },
];
