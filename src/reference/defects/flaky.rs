//! Faults of one in so many answers, counted, so that a run can be repeated.

use super::edit::{Code, Id, Message, drop_header, page, put, remove, reword, set, set_header};
use super::{Apis, Defect, How, On};

const ERRORS: Defect =
    Defect { breaks: "error format: all errors have one structure", ..Defect::of("flaky") };

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "flaky-success-true",
        description: "one in 3 errors says `success: true`",
        expected: &["ENV009"],
        every: 3,
        how: How::Reply(|reply, _| set(reply, "success", true)),
        ..ERRORS
    },
    Defect {
        id: "flaky-message-empty",
        description: "one in 5 errors has no text for people",
        expected: &["ENV011"],
        every: 5,
        how: How::Reply(|reply, _| put(reply, Message, "")),
        ..ERRORS
    },
    Defect {
        id: "flaky-code-lower-case",
        description: "one in 5 errors has its code in lower case",
        expected: &["COD002"],
        every: 5,
        how: How::Reply(|reply, _| reword(reply, Code, str::to_lowercase)),
        ..ERRORS
    },
    Defect {
        id: "flaky-request-id-missing",
        description: "one in 4 errors has no request id in the body",
        expected: &["RID001"],
        every: 4,
        how: How::Reply(|reply, _| drop(remove(reply, Id))),
        ..ERRORS
    },
    Defect {
        id: "flaky-request-id-header-missing",
        description: "one in 4 successes has no X-Request-Id",
        breaks: "request id: every response has X-Request-Id",
        expected: &["RID002"],
        apis: Apis::Nested,
        on: On::Successes,
        every: 4,
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, "X-Request-Id")),
        ..ERRORS
    },
    Defect {
        id: "flaky-request-ids-differ",
        description: "one in 4 errors has another request id in its body than in its header",
        breaks: "request id: every response has X-Request-Id",
        expected: &["RID004"],
        apis: Apis::Nested,
        every: 4,
        how: How::Reply(|reply, _| reword(reply, Id, |id| format!("{id}0"))),
        ..ERRORS
    },
    Defect {
        id: "flaky-request-id-constant",
        description: "one in 4 errors has the same request id",
        breaks: "error format: the request id is unique",
        expected: &["RID005"],
        every: 4,
        how: How::Reply(|reply, _| {
            put(reply, Id, "req_1234567890abcdef");
            set_header(&mut reply.headers, "X-Request-Id", |_| "req_1234567890abcdef".to_owned());
        }),
        ..ERRORS
    },
    Defect {
        id: "flaky-timestamp-short",
        description: "one in 5 timestamps ends at the second",
        breaks: "error format: the timestamp, as 2024-01-16T10:30:00.000Z",
        expected: &["TIM003"],
        apis: Apis::Flat,
        every: 5,
        how: How::Reply(|reply, _| {
            let text = reply.body.as_ref().and_then(|body| body["timestamp"].as_str());
            let short = text.map(|text| format!("{}Z", &text[..19]));
            set(reply, "timestamp", short);
        }),
        ..ERRORS
    },
    Defect {
        id: "flaky-media-type",
        description: "one in 3 errors is declared as plain text",
        breaks: "RFC 9110 section 8.3: the media type of the body",
        expected: &["ENV008"],
        every: 3,
        how: How::Wire(|wire, _| set_header(&mut wire.headers, "Content-Type", |_| "text/plain".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "flaky-body-empty",
        description: "one in 6 errors has no body",
        expected: &["ENV002"],
        every: 6,
        how: How::Wire(|wire, _| wire.body.clear()),
        ..ERRORS
    },
    Defect {
        id: "flaky-bad-gateway",
        description: "one in 8 errors is the HTML page of a proxy with 502",
        expected: &["LEA005"],
        every: 8,
        how: How::Wire(|wire, _| {
            wire.status = 502;
            page(wire, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");
        }),
        ..ERRORS
    },
    Defect {
        id: "flaky-gateway-page",
        description: "one in 50 errors is the HTML page of a gateway with 502",
        expected: &["LEA005"],
        every: 50,
        how: How::Wire(|wire, _| {
            wire.status = 502;
            page(wire, "text/html", "<html><head><title>502 Bad Gateway</title></head></html>");
        }),
        ..ERRORS
    },
    Defect {
        id: "flaky-server-error",
        description: "one in 8 errors has the status 500",
        breaks: "error codes: each has its status",
        expected: &["COD005"],
        every: 8,
        how: How::Reply(|reply, _| reply.status = 500),
        ..ERRORS
    },
];
