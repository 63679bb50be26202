//! The right words for the wrong situation.

use super::{Apis, Defect, How};
use crate::reference::problem::{Kind, Problem};

/// A situation that is told as another.
const TOLD: Defect =
    Defect { breaks: "error codes: what each means", expected: &["EXP001"], ..Defect::of("situation") };
/// A situation that is told as another with the same status.
const CODED: Defect = Defect { expected: &["EXP002"], apis: Apis::Nested, ..TOLD };

fn turn(problem: &mut Problem, from: Kind, to: Kind) {
    if problem.kind == from {
        problem.kind = to;
    }
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "gone-as-never-been",
        description: "a deleted lead is told as one that never was",
        expected: &["EXP001"],
        how: How::Problem(|problem| turn(problem, Kind::Gone, Kind::LeadNotFound)),
        ..CODED
    },
    Defect {
        id: "missing-lead-as-gone",
        description: "a lead that never was is told as deleted",
        expected: &["EXP001"],
        how: How::Problem(|problem| turn(problem, Kind::LeadNotFound, Kind::Gone)),
        ..CODED
    },
    Defect {
        id: "missing-lead-as-forbidden",
        description: "a lead that is not there is told as forbidden",
        how: How::Problem(|problem| turn(problem, Kind::LeadNotFound, Kind::Forbidden)),
        ..TOLD
    },
    Defect {
        id: "missing-lead-as-internal",
        description: "a lead that is not there is told as a fault inside",
        how: How::Problem(|problem| turn(problem, Kind::LeadNotFound, Kind::Internal)),
        ..TOLD
    },
    Defect {
        id: "expired-as-unknown",
        description: "an expired key is told as one that nobody knows",
        how: How::Problem(|problem| turn(problem, Kind::TokenExpired, Kind::InvalidKey)),
        ..CODED
    },
    Defect {
        id: "revoked-as-unknown",
        description: "a revoked key is told as one that nobody knows",
        how: How::Problem(|problem| turn(problem, Kind::KeyRevoked, Kind::InvalidKey)),
        ..CODED
    },
    Defect {
        id: "unknown-key-as-missing",
        description: "a key that nobody knows is told as missing",
        expected: &["EXP002"],
        how: How::Problem(|problem| turn(problem, Kind::InvalidKey, Kind::Unauthorized)),
        ..CODED
    },
    Defect {
        id: "unknown-key-as-forbidden",
        description: "a key that nobody knows is told as forbidden",
        how: How::Problem(|problem| turn(problem, Kind::InvalidKey, Kind::Forbidden)),
        ..TOLD
    },
    Defect {
        id: "scope-as-forbidden",
        description: "a key that may read only is told as suspended",
        expected: &["EXP002"],
        how: How::Problem(|problem| turn(problem, Kind::InsufficientScope, Kind::Forbidden)),
        ..CODED
    },
    Defect {
        id: "workspace-as-forbidden",
        description: "a workspace of someone else is told as a suspended key",
        expected: &["EXP002"],
        how: How::Problem(|problem| turn(problem, Kind::WorkspaceDenied, Kind::Forbidden)),
        ..CODED
    },
    Defect {
        id: "missing-field-as-invalid",
        description: "a missing field is told as an invalid one",
        expected: &["EXP002"],
        how: How::Problem(|problem| turn(problem, Kind::MissingField, Kind::Invalid)),
        ..CODED
    },
    Defect {
        id: "field-value-as-invalid",
        description: "a value that is not in its list is told as any other",
        expected: &["EXP002"],
        how: How::Problem(|problem| turn(problem, Kind::InvalidValue, Kind::Invalid)),
        ..CODED
    },
    Defect {
        id: "malformed-as-invalid",
        description: "a body that cannot be read is told as one with wrong fields",
        apis: Apis::Nested,
        how: How::Problem(|problem| turn(problem, Kind::Malformed, Kind::Invalid)),
        ..TOLD
    },
    Defect {
        id: "malformed-as-internal",
        description: "a body that cannot be read is told as a fault inside",
        how: How::Problem(|problem| turn(problem, Kind::Malformed, Kind::Internal)),
        ..TOLD
    },
    Defect {
        id: "duplicate-as-invalid",
        description: "an email that exists is told as a wrong field",
        how: How::Problem(|problem| turn(problem, Kind::DuplicateEmail, Kind::Invalid)),
        ..TOLD
    },
    Defect {
        id: "duplicate-as-conflict",
        description: "an email that exists is told as a conflict of versions",
        expected: &["EXP002"],
        how: How::Problem(|problem| turn(problem, Kind::DuplicateEmail, Kind::VersionConflict)),
        ..TOLD
    },
    Defect {
        id: "duplicate-as-internal",
        description: "an email that exists is told as a fault inside",
        how: How::Problem(|problem| turn(problem, Kind::DuplicateEmail, Kind::Internal)),
        ..TOLD
    },
    Defect {
        id: "daily-limit-as-window",
        description: "a daily quota that is used up is told as the short limit",
        limits: &["DQ001"],
        how: How::Problem(|problem| turn(problem, Kind::DailyLimited, Kind::RateLimited)),
        ..CODED
    },
    Defect {
        id: "limit-as-internal",
        description: "a limit that is used up is told as a fault inside",
        limits: &["ST001"],
        how: How::Problem(|problem| turn(problem, Kind::RateLimited, Kind::Internal)),
        ..TOLD
    },
    Defect {
        id: "method-as-missing",
        description: "a method that a route does not know is told as an unknown route",
        breaks: "RFC 9110 section 15.5.6: 405",
        expected: &["EXP001"],
        how: How::Problem(|problem| turn(problem, Kind::MethodNotAllowed, Kind::RouteNotFound)),
        ..TOLD
    },
];
