//! Statuses that do not belong to the code or the situation.

use super::{Apis, Defect, How, On};
use crate::limiter::Fault;
use crate::reference::problem::Kind;
use crate::reference::reply::Reply;

const TABLE: &str = "error codes: each has its status";

const ERRORS: Defect = Defect { expected: &["COD005"], breaks: TABLE, ..Defect::of("status") };
/// Codes of the framework's own answers are not documented for the flat API, so only a scenario can tell.
const UNDOCUMENTED: Defect = Defect { expected: &["EXP001"], ..ERRORS };

fn restatus(reply: &mut Reply, kinds: &[Kind], status: u16) {
    if reply.kind.is_some_and(|kind| kinds.contains(&kind)) {
        reply.status = status;
    }
}

const VALIDATION: &[Kind] = &[Kind::Invalid, Kind::MissingField, Kind::InvalidValue];
const KEYS: &[Kind] = &[Kind::Unauthorized, Kind::InvalidKey, Kind::TokenExpired, Kind::KeyRevoked];
const ACCESS: &[Kind] = &[Kind::Forbidden, Kind::InsufficientScope, Kind::WorkspaceDenied];

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "errors-are-200",
        description: "every error has the status 200",
        breaks: "RFC 9110 section 15: 200 is a success",
        expected: &["EXP001"],
        how: How::Reply(|reply, _| reply.status = 200),
        ..ERRORS
    },
    Defect {
        id: "errors-are-400",
        description: "every error has the status 400",
        how: How::Reply(|reply, _| reply.status = 400),
        ..ERRORS
    },
    Defect {
        id: "errors-are-500",
        description: "every error has the status 500",
        how: How::Reply(|reply, _| reply.status = 500),
        ..ERRORS
    },
    Defect {
        id: "errors-are-599",
        description: "every error has a status that is not registered",
        breaks: "RFC 9110 section 16.2: the status code registry",
        how: How::Reply(|reply, _| reply.status = 599),
        ..ERRORS
    },
    Defect {
        id: "validation-is-422",
        description: "wrong fields are answered with 422 instead of 400",
        apis: Apis::Flat,
        how: How::Reply(|reply, _| restatus(reply, VALIDATION, 422)),
        ..ERRORS
    },
    Defect {
        id: "validation-is-400",
        description: "wrong fields are answered with 400 instead of 422",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, VALIDATION, 400)),
        ..ERRORS
    },
    Defect {
        id: "validation-is-500",
        description: "wrong fields are answered with 500",
        how: How::Reply(|reply, _| restatus(reply, VALIDATION, 500)),
        ..ERRORS
    },
    Defect {
        id: "validation-is-200",
        description: "wrong fields are answered with 200",
        expected: &["EXP001"],
        how: How::Reply(|reply, _| restatus(reply, VALIDATION, 200)),
        ..ERRORS
    },
    Defect {
        id: "missing-field-is-400",
        description: "only a missing field is answered with 400",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, &[Kind::MissingField], 400)),
        ..ERRORS
    },
    Defect {
        id: "malformed-is-500",
        description: "a body that cannot be read is answered with 500",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::Malformed], 500)),
        ..ERRORS
    },
    Defect {
        id: "missing-lead-is-200",
        description: "a lead that is not there is answered with 200",
        expected: &["EXP001"],
        how: How::Reply(|reply, _| restatus(reply, &[Kind::LeadNotFound], 200)),
        ..ERRORS
    },
    Defect {
        id: "missing-lead-is-400",
        description: "a lead that is not there is answered with 400",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::LeadNotFound], 400)),
        ..ERRORS
    },
    Defect {
        id: "gone-is-404",
        description: "a deleted lead has the code `GONE` with 404",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, &[Kind::Gone], 404)),
        ..ERRORS
    },
    Defect {
        id: "duplicate-is-400",
        description: "an email that exists is answered with 400",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::DuplicateEmail], 400)),
        ..ERRORS
    },
    Defect {
        id: "duplicate-is-422",
        description: "an email that exists is answered with 422",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::DuplicateEmail], 422)),
        ..ERRORS
    },
    Defect {
        id: "duplicate-is-500",
        description: "an email that exists is answered with 500",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::DuplicateEmail], 500)),
        ..ERRORS
    },
    Defect {
        id: "conflict-is-412",
        description: "a version that is not the lead's is answered with 412 under the documented code",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, &[Kind::VersionConflict], 412)),
        ..ERRORS
    },
    Defect {
        id: "unauthorized-is-403",
        description: "a key that is missing or no good is answered with 403",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, KEYS, 403)),
        ..ERRORS
    },
    Defect {
        id: "unauthorized-is-400",
        description: "a key that is missing or no good is answered with 400",
        breaks: "RFC 9110 section 15.5.2: 401 for missing credentials",
        apis: Apis::Flat,
        how: How::Reply(|reply, _| restatus(reply, KEYS, 400)),
        ..UNDOCUMENTED
    },
    Defect {
        id: "forbidden-is-401",
        description: "a key that may not is answered with 401",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, ACCESS, 401)),
        ..ERRORS
    },
    Defect {
        id: "forbidden-is-404",
        description: "a key that may not is answered with 404 under the documented code",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, ACCESS, 404)),
        ..ERRORS
    },
    Defect {
        id: "limit-is-503",
        description: "a limit that is used up is answered with 503",
        limits: &["ST001"],
        also: &["ST002"],
        how: How::Limit(&[Fault::Status(503)]),
        ..ERRORS
    },
    Defect {
        id: "limit-is-403",
        description: "a limit that is used up is answered with 403",
        limits: &["ST001"],
        how: How::Limit(&[Fault::Status(403)]),
        ..ERRORS
    },
    Defect {
        id: "daily-limit-is-403",
        description: "only a daily quota that is used up is answered with 403",
        apis: Apis::Nested,
        limits: &["DQ001"],
        how: How::Reply(|reply, _| restatus(reply, &[Kind::DailyLimited], 403)),
        ..ERRORS
    },
    Defect {
        id: "unavailable-is-500",
        description: "a service that is away for a while is answered with 500",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, &[Kind::Unavailable], 500)),
        ..ERRORS
    },
    Defect {
        id: "timeout-is-408",
        description: "a request that took the server too long is answered with 408",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| restatus(reply, &[Kind::Timeout], 408)),
        ..ERRORS
    },
    Defect {
        id: "internal-is-200",
        description: "a fault inside is answered with 200",
        breaks: "RFC 9110 section 15.6.1: 500 for what the server did not expect",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::Internal], 200)),
        ..UNDOCUMENTED
    },
    Defect {
        id: "method-is-404",
        description: "a method that a route does not know is answered with 404",
        breaks: "RFC 9110 section 15.5.6: 405",
        expected: &["COD005"],
        how: How::Reply(|reply, _| restatus(reply, &[Kind::MethodNotAllowed], 404)),
        ..UNDOCUMENTED
    },
    Defect {
        id: "unknown-route-is-400",
        description: "an address where nothing is is answered with 400",
        breaks: "RFC 9110 section 15.5.5: 404",
        how: How::Reply(|reply, _| restatus(reply, &[Kind::RouteNotFound], 400)),
        ..UNDOCUMENTED
    },
    Defect {
        id: "created-is-200",
        description: "a new lead is answered with 200",
        breaks: "RFC 9110 section 15.3.2: 201 for what was created",
        expected: &["EXP001"],
        on: On::Successes,
        how: How::Reply(|reply, _| {
            if reply.status == 201 {
                reply.status = 200;
            }
        }),
        ..ERRORS
    },
];
