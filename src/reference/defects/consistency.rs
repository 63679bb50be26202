//! Routes that do not agree with each other, each of them as documented by itself.

use wiremock::Request;

use super::edit::{Code, add_header, drop_header, header, inner, put};
use super::{Apis, Defect, How, On};
use crate::reference::problem::Kind;
use crate::reference::reply::Reply;

const ROUTES: Defect =
    Defect { breaks: "one cause, one answer on all routes", apis: Apis::Nested, ..Defect::of("consistency") };

/// Whether a request is for the list of leads.
fn lists(request: &Request) -> bool {
    request.method == http::Method::GET && request.url.path().ends_with("/leads")
}

/// Tells a situation with another documented code and status.
fn retell(reply: &mut Reply, kind: Kind, code: &str, status: u16) {
    if reply.kind == Some(kind) {
        put(reply, Code, code);
        reply.status = status;
    }
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "no-key-code-of-one-route",
        description: "a list without a key is refused with the code of a key that nobody knows",
        expected: &["CON002"],
        how: How::Reply(|reply, request| {
            if lists(request) {
                retell(reply, Kind::Unauthorized, "INVALID_API_KEY", 401);
            }
        }),
        ..ROUTES
    },
    Defect {
        id: "cut-body-status-of-one-route",
        description: "a change whose body cannot be read is refused with 422 and the code of wrong fields",
        expected: &["CON001"],
        how: How::Reply(|reply, request| {
            if request.method == http::Method::PATCH {
                retell(reply, Kind::Malformed, "VALIDATION_ERROR", 422);
            }
        }),
        ..ROUTES
    },
    Defect {
        id: "member-type-of-one-route",
        description: "beside the message is a member `retryable`, a boolean; for a list it is a number",
        breaks: "one code, one shape of its error",
        expected: &["CON004"],
        apis: Apis::Both,
        how: How::Reply(|reply, request| {
            if let Some(object) = inner(reply) {
                let value = if lists(request) { 0.into() } else { false.into() };
                object.insert("retryable".to_owned(), value);
            }
        }),
        ..ROUTES
    },
    Defect {
        id: "limit-headers-of-one-route",
        description: "a list tells the standing of its limit in RateLimit-*, everything else in X-RateLimit-*",
        breaks: "one family of header fields for the rate limit",
        expected: &["CON006"],
        apis: Apis::Both,
        on: On::Successes,
        how: How::Reply(|reply, request| {
            let names = [
                ("X-RateLimit-Limit", "RateLimit-Limit"),
                ("X-RateLimit-Remaining", "RateLimit-Remaining"),
                ("X-RateLimit-Reset", "RateLimit-Reset"),
            ];
            for (old, new) in names.into_iter().filter(|_| lists(request)) {
                if let Some(value) = header(&reply.headers, old).map(str::to_owned) {
                    drop_header(&mut reply.headers, old);
                    add_header(&mut reply.headers, new, &value);
                }
            }
        }),
        ..ROUTES
    },
];
