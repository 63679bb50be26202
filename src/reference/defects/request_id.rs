//! Identifiers of requests that support cannot use.

use serde_json::Value;

use super::edit::{Id, add_header, drop_header, get, header, put, remove, rename, reword, set, set_header};
use super::{Apis, Defect, How, On};
use crate::reference::reply::Reply;

const HEADER: &str = "request id: every response has X-Request-Id";
const MEMBER: &str = "error format: the request id";
const PATTERN: &str = "error format: request ids begin with req_";
const UNIQUE: &str = "error format: the request id is unique";
const NAME: &str = "X-Request-Id";

const ERRORS: Defect = Defect { expected: &["RID001"], breaks: MEMBER, ..Defect::of("request-id") };

/// Changes the id in the header and the body alike.
fn change(reply: &mut Reply, change: impl Fn(&str) -> String) {
    set_header(&mut reply.headers, NAME, &change);
    reword(reply, Id, change);
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "request-id-missing",
        description: "errors have no request id in the body",
        how: How::Reply(|reply, _| drop(remove(reply, Id))),
        ..ERRORS
    },
    Defect {
        id: "request-id-null",
        description: "the request id in the body is null",
        how: How::Reply(|reply, _| put(reply, Id, Value::Null)),
        ..ERRORS
    },
    Defect {
        id: "request-id-empty",
        description: "the request id in the body is empty",
        how: How::Reply(|reply, _| put(reply, Id, "")),
        ..ERRORS
    },
    Defect {
        id: "request-id-number",
        description: "the request id in the body is a number",
        how: How::Reply(|reply, _| put(reply, Id, 1_234_567)),
        ..ERRORS
    },
    Defect {
        id: "request-id-camel-case",
        description: "the request id stands under `requestId`, as in the other API",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            if let Some(error) = super::edit::inner(reply) {
                rename(error, |key| key.replace("request_id", "requestId"));
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "request-id-snake-case",
        description: "the request id stands under `request_id`, as in the other API",
        apis: Apis::Flat,
        how: How::Reply(|reply, _| {
            if let Some(body) = super::edit::object(reply) {
                rename(body, |key| key.replace("requestId", "request_id"));
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "request-id-misplaced",
        description: "the request id stands beside `error` instead of below it",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            if let Some(id) = remove(reply, Id) {
                set(reply, "request_id", id);
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "request-id-header-missing",
        description: "errors have no X-Request-Id",
        breaks: HEADER,
        expected: &["RID002"],
        apis: Apis::Nested,
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, NAME)),
        ..ERRORS
    },
    Defect {
        id: "request-id-header-missing-on-success",
        description: "successes have no X-Request-Id",
        breaks: HEADER,
        expected: &["RID002"],
        apis: Apis::Nested,
        on: On::Successes,
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, NAME)),
        ..ERRORS
    },
    Defect {
        id: "request-id-header-renamed",
        description: "the header is named X-Correlation-Id",
        breaks: HEADER,
        expected: &["RID002"],
        apis: Apis::Nested,
        on: On::All,
        how: How::Reply(|reply, _| {
            let id = header(&reply.headers, NAME).unwrap_or_default().to_owned();
            drop_header(&mut reply.headers, NAME);
            add_header(&mut reply.headers, "X-Correlation-Id", &id);
        }),
        ..ERRORS
    },
    Defect {
        id: "request-id-header-twice",
        description: "X-Request-Id is sent in two lines with two ids",
        breaks: "RFC 9110 section 5.3: a field without a list has one line",
        expected: &["RID004"],
        apis: Apis::Nested,
        how: How::Reply(|reply, _| reply.headers.insert(0, (NAME, "req_0000000000000000".to_owned()))),
        ..ERRORS
    },
    Defect {
        id: "request-ids-differ",
        description: "header and body name different requests",
        breaks: HEADER,
        expected: &["RID004"],
        apis: Apis::Nested,
        how: How::Reply(|reply, _| reword(reply, Id, |id| format!("{id}0"))),
        ..ERRORS
    },
    Defect {
        id: "request-id-constant",
        description: "every error has the same request id",
        breaks: UNIQUE,
        expected: &["RID005"],
        how: How::Reply(|reply, _| change(reply, |_| "req_1234567890abcdef".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "request-id-of-code",
        description: "the request id is made from the status alone",
        breaks: UNIQUE,
        expected: &["RID005"],
        how: How::Reply(|reply, _| {
            let id = format!("req_{:016}", reply.status);
            change(reply, |_| id.clone());
        }),
        ..ERRORS
    },
    Defect {
        id: "request-id-bare",
        description: "request ids lack the `req_`",
        breaks: PATTERN,
        expected: &["RID003"],
        how: How::Reply(|reply, _| change(reply, |id| id.replacen("req_", "", 1))),
        ..ERRORS
    },
    Defect {
        id: "request-id-uuid",
        description: "request ids have dashes, as UUIDs do",
        breaks: PATTERN,
        expected: &["RID003"],
        how: How::Reply(|reply, _| change(reply, |id| format!("{}-{}", &id[..8], &id[8..]))),
        ..ERRORS
    },
    Defect {
        id: "request-id-prefix",
        description: "request ids begin with `request_`",
        breaks: PATTERN,
        expected: &["RID003"],
        how: How::Reply(|reply, _| change(reply, |id| id.replacen("req_", "request_", 1))),
        ..ERRORS
    },
    Defect {
        id: "request-id-only-prefix",
        description: "request ids end behind the `req_`",
        breaks: PATTERN,
        expected: &["RID003"],
        how: How::Reply(|reply, _| change(reply, |_| "req_".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "request-id-object",
        description: "the request id in the body is an object around it",
        how: How::Reply(|reply, _| {
            let id = get(reply, Id).cloned().unwrap_or_default();
            put(reply, Id, serde_json::json!({ "id": id }));
        }),
        ..ERRORS
    },
];
