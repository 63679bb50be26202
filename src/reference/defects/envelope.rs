//! The shape that all errors of an API share, and that of a success.

use serde_json::{Value, json};

use super::edit::{Code, Message, get, inner, object, put, remove, rename, reword, set};
use super::{Apis, Defect, How, On};

const FORMAT: &str = "error format: all errors have one structure";
const FLAG: &str = "error format: success is always false";
const MESSAGE: &str = "error format: a description for people";
const DATA: &str = "example clients: a success carries data";

const ERRORS: Defect = Defect::of("envelope");
const SUCCESSES: Defect = Defect { on: On::Successes, breaks: DATA, ..ERRORS };

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "success-missing",
        description: "errors have no `success`",
        breaks: FLAG,
        expected: &["ENV009"],
        how: How::Reply(|reply, _| drop(object(reply).and_then(|body| body.shift_remove("success")))),
        ..ERRORS
    },
    Defect {
        id: "success-true",
        description: "errors say `success: true`",
        breaks: FLAG,
        expected: &["ENV009"],
        how: How::Reply(|reply, _| set(reply, "success", true)),
        ..ERRORS
    },
    Defect {
        id: "success-text",
        description: "errors say `success: \"false\"`, which is true for many a client",
        breaks: FLAG,
        expected: &["ENV009"],
        how: How::Reply(|reply, _| set(reply, "success", "false")),
        ..ERRORS
    },
    Defect {
        id: "success-null",
        description: "errors say `success: null`",
        breaks: FLAG,
        expected: &["ENV009"],
        how: How::Reply(|reply, _| set(reply, "success", Value::Null)),
        ..ERRORS
    },
    Defect {
        id: "success-number",
        description: "errors say `success: 0`",
        breaks: FLAG,
        expected: &["ENV009"],
        how: How::Reply(|reply, _| set(reply, "success", 0)),
        ..ERRORS
    },
    Defect {
        id: "message-missing",
        description: "errors have no text for people",
        breaks: MESSAGE,
        expected: &["ENV001"],
        how: How::Reply(|reply, _| drop(remove(reply, Message))),
        ..ERRORS
    },
    Defect {
        id: "message-empty",
        description: "the text for people is empty",
        breaks: MESSAGE,
        expected: &["ENV011"],
        how: How::Reply(|reply, _| put(reply, Message, "")),
        ..ERRORS
    },
    Defect {
        id: "message-blank",
        description: "the text for people is a space",
        breaks: MESSAGE,
        expected: &["ENV011"],
        how: How::Reply(|reply, _| put(reply, Message, " ")),
        ..ERRORS
    },
    Defect {
        id: "message-is-code",
        description: "the text for people repeats the code",
        breaks: MESSAGE,
        expected: &["ENV012"],
        how: How::Reply(|reply, _| {
            let code = get(reply, Code).cloned().unwrap_or_default();
            put(reply, Message, code);
        }),
        ..ERRORS
    },
    Defect {
        id: "message-list",
        description: "the text for people is a list of texts",
        breaks: MESSAGE,
        expected: &["ENV011"],
        how: How::Reply(|reply, _| {
            let message = get(reply, Message).cloned().unwrap_or_default();
            put(reply, Message, vec![message]);
        }),
        ..ERRORS
    },
    Defect {
        id: "message-null",
        description: "the text for people is null",
        breaks: MESSAGE,
        expected: &["ENV011"],
        how: How::Reply(|reply, _| put(reply, Message, Value::Null)),
        ..ERRORS
    },
    Defect {
        id: "message-placeholder",
        description: "the text for people is a template that nobody filled in",
        breaks: MESSAGE,
        expected: &["ENV016"],
        how: How::Reply(|reply, _| put(reply, Message, "Error: {{message}}")),
        ..ERRORS
    },
    Defect {
        id: "message-object-object",
        description: "the text for people is `[object Object]`",
        breaks: MESSAGE,
        expected: &["ENV016"],
        how: How::Reply(|reply, _| put(reply, Message, "[object Object]")),
        ..ERRORS
    },
    Defect {
        id: "message-undefined",
        description: "the text for people ends in `undefined`",
        breaks: MESSAGE,
        expected: &["ENV016"],
        how: How::Reply(|reply, _| reword(reply, Message, |text| format!("{text}: undefined"))),
        ..ERRORS
    },
    Defect {
        id: "error-is-text",
        description: "`error` is the message instead of an object",
        breaks: FORMAT,
        expected: &["ENV001"],
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            let message = get(reply, Message).cloned().unwrap_or_default();
            set(reply, "error", message);
        }),
        ..ERRORS
    },
    Defect {
        id: "error-is-object",
        description: "`error` is an object with the message instead of the message",
        breaks: FORMAT,
        expected: &["ENV011"],
        apis: Apis::Flat,
        how: How::Reply(|reply, _| {
            let message = get(reply, Message).cloned().unwrap_or_default();
            set(reply, "error", json!({ "message": message }));
        }),
        ..ERRORS
    },
    Defect {
        id: "error-not-nested",
        description: "what belongs below `error` stands beside it",
        breaks: FORMAT,
        expected: &["ENV001"],
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            let inside = inner(reply).cloned().unwrap_or_default();
            if let Some(body) = object(reply) {
                body.shift_remove("error");
                body.extend(inside);
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "error-in-list",
        description: "a list `errors` stands in for `error`",
        breaks: FORMAT,
        expected: &["ENV001"],
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            if let Some(error) = object(reply).and_then(|body| body.shift_remove("error")) {
                set(reply, "errors", vec![error]);
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "envelope-wrapped",
        description: "the whole error stands below `response`",
        breaks: FORMAT,
        expected: &["ENV001"],
        how: How::Reply(|reply, _| reply.body = reply.body.take().map(|body| json!({ "response": body }))),
        ..ERRORS
    },
    Defect {
        id: "envelope-in-list",
        description: "the whole error stands in a list",
        breaks: FORMAT,
        expected: &["ENV001"],
        how: How::Reply(|reply, _| reply.body = reply.body.take().map(|body| json!([body]))),
        ..ERRORS
    },
    Defect {
        id: "envelope-is-message",
        description: "the whole error is its message, as a JSON string",
        breaks: FORMAT,
        expected: &["ENV001"],
        how: How::Reply(|reply, _| reply.body = get(reply, Message).cloned()),
        ..ERRORS
    },
    Defect {
        id: "envelope-empty",
        description: "the whole error is an empty object",
        breaks: FORMAT,
        expected: &["ENV001"],
        how: How::Reply(|reply, _| reply.body = Some(json!({}))),
        ..ERRORS
    },
    Defect {
        id: "members-capitalised",
        description: "the members are `Success`, `Error`, ... in Pascal's case",
        breaks: FORMAT,
        expected: &["ENV001"],
        how: How::Reply(|reply, _| {
            if let Some(body) = object(reply) {
                rename(body, |key| format!("{}{}", key[..1].to_uppercase(), &key[1..]));
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "status-member-stale",
        description: "a member `status` says 200 in every error",
        breaks: FORMAT,
        expected: &["ENV020"],
        how: How::Reply(|reply, _| set(reply, "status", 200)),
        ..ERRORS
    },
    Defect {
        id: "success-bare",
        description: "a success is the bare resource, without `success` and `data`",
        expected: &["ENV013"],
        how: How::Reply(|reply, _| {
            reply.body = reply.body.take().map(|mut body| body["data"].take());
        }),
        ..SUCCESSES
    },
    Defect {
        id: "success-says-false",
        description: "a success says `success: false`",
        expected: &["ENV009"],
        how: How::Reply(|reply, _| set(reply, "success", false)),
        ..SUCCESSES
    },
    Defect {
        id: "success-data-renamed",
        description: "a success carries `result` instead of `data`",
        expected: &["ENV013"],
        how: How::Reply(|reply, _| {
            if let Some(data) = object(reply).and_then(|body| body.shift_remove("data")) {
                set(reply, "result", data);
            }
        }),
        ..SUCCESSES
    },
];
