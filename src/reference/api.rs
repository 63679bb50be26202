//! The two APIs on the one port, told apart by the path.

use std::time::SystemTime;

use serde_json::Value;

use super::problem::{Kind, Problem};
use super::{flat, nested};

/// One of the two documented APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Api {
    /// `lead-management-v1` under `/api/v1`.
    Flat,
    /// `propertybase-v1` under `/v1`.
    Nested,
}

impl Api {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Flat, Self::Nested];

    /// The contract's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Flat => "lead-management-v1",
            Self::Nested => "propertybase-v1",
        }
    }

    /// The base path.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Flat => "/api/v1",
            Self::Nested => "/v1",
        }
    }

    /// The API a path belongs to, and what is left of the path below the base.
    pub(super) fn of(path: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|api| {
            let rest = path.strip_prefix(api.prefix())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((api, rest))
        })
    }

    /// Code and status of a problem.
    pub(super) fn code(self, kind: Kind) -> (&'static str, u16) {
        match self {
            Self::Flat => flat::code(kind),
            Self::Nested => nested::code(kind),
        }
    }

    /// The body of a problem.
    pub(super) fn error(self, problem: &Problem, request_id: &str, at: SystemTime) -> Value {
        match self {
            Self::Flat => flat::error(problem, request_id, at),
            Self::Nested => nested::error(problem, request_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_segments_only() {
        assert_eq!(Api::of("/v1/leads"), Some((Api::Nested, "/leads")));
        assert_eq!(Api::of("/api/v1"), Some((Api::Flat, "")));
        for outside in ["/", "/v10/leads", "/api/v11", "/api", "/x/v1/leads"] {
            assert_eq!(Api::of(outside), None, "{outside}");
        }
    }
}
