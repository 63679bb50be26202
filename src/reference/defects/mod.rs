//! Faults that the reference server can be started with, one at a time, to measure what a harness finds.
//!
//! Each file is a family and a table of it; each defect changes one thing and leaves everything else as the clean
//! server has it. `flaw` is the service's side of it: a place to hold the chosen defect, or none.

mod behaviour;
mod catalogue;
mod consistency;
mod details;
mod dialect;
mod edit;
mod envelope;
mod flaky;
mod flaw;
mod http;
mod json;
mod leaks;
mod limits;
mod request_id;
mod retry_after;
mod situation;
mod status;
mod timestamp;
mod transport;
mod validation;

use std::sync::LazyLock;
use std::time::Duration;

use wiremock::Request;

use super::api::Api;
use super::auth::Keyring;
use super::handlers::{Call, Success};
use super::problem::Problem;
use super::proxy::Bytes;
use super::reply::{Reply, Wire};
use super::router::Operation;
use crate::limiter::{Fault, Identity};
pub(super) use flaw::Flaw;

/// A known fault.
#[derive(Debug)]
pub struct Defect {
    /// Its name, in kebab-case.
    pub id: &'static str,
    /// What it has to do with: `envelope`, `status`, ...
    pub family: &'static str,
    /// What is different.
    pub description: &'static str,
    /// What that breaks: a part of the documents, or a section of an RFC.
    pub breaks: &'static str,
    /// The codes of the rules and expectations that should name it; none if there is no such rule.
    pub expected: &'static [&'static str],
    /// The codes of the rules of `tollgate limits` that should name it.
    pub limits: &'static [&'static str],
    /// The codes of further rules of `tollgate limits` that it breaks as well, at some limits and moments.
    pub also: &'static [&'static str],
    /// The shortest window at which `tollgate limits` can see it: in a shorter one the same is told without it.
    pub from_window: Duration,
    /// Where it is.
    pub apis: Apis,
    /// Which answers it concerns, where it is a matter of answers.
    on: On,
    /// One in so many of them has it.
    every: u64,
    how: How,
}

/// The APIs that have a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apis {
    /// `lead-management-v1` and `propertybase-v1`.
    Both,
    /// `lead-management-v1` only.
    Flat,
    /// `propertybase-v1` only.
    Nested,
}

impl Apis {
    /// `both`, `flat` or `nested`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Flat => "flat",
            Self::Nested => "nested",
        }
    }

    /// Whether the API with this base path has it.
    pub fn include_base(self, base_path: &str) -> bool {
        Api::ALL.into_iter().any(|api| api.prefix() == base_path && self.include(api))
    }

    fn include(self, api: Api) -> bool {
        match self {
            Self::Both => true,
            Self::Flat => api == Api::Flat,
            Self::Nested => api == Api::Nested,
        }
    }
}

/// Which answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    All,
    Errors,
    Successes,
}

impl On {
    fn includes(self, error: bool) -> bool {
        match self {
            Self::All => true,
            Self::Errors => error,
            Self::Successes => !error,
        }
    }
}

/// The depth at which a defect sits.
#[derive(Debug, Clone, Copy)]
enum How {
    /// The request is understood as another.
    Request(fn(&mut Request, &Keyring)),
    /// The leads are treated differently.
    Call(fn(Call<'_>, Operation<'_>) -> Result<Success, Problem>),
    /// The situation is told differently, before a dialect gives it words.
    Problem(fn(&mut Problem)),
    /// The answer differs in its status, its header lines or its JSON.
    Reply(fn(&mut Reply, &Request)),
    /// The answer differs in its bytes or media type.
    Wire(fn(&mut Wire, &Request)),
    /// The limits are decided or told differently.
    Limit(&'static [Fault]),
    /// The answer is no longer good HTTP, or no longer an answer.
    Transport(fn(&mut Bytes)),
}

/// What a listener in front of the server has to do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Front {
    /// Spoil the bytes of answers.
    Spoil(Spoil),
    /// Tell which connection a request comes on.
    Number,
}

/// How answers are spoilt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoil {
    apis: Apis,
    on: On,
    /// Spoils an answer.
    pub(super) how: fn(&mut Bytes),
}

impl Spoil {
    /// Whether an answer with this status is to be spoilt.
    pub(super) fn concerns(self, api: Api, status: u16) -> bool {
        self.apis.include(api) && self.on.includes(status >= 400)
    }
}

impl Defect {
    /// What the limiter does wrong, if the defect is the limiter's alone.
    pub fn limiter_faults(&self) -> Option<&'static [Fault]> {
        match self.how {
            How::Limit(faults) => Some(faults),
            _ => None,
        }
    }

    /// The start of a family's row: it changes nothing, in the errors of both APIs.
    const fn of(family: &'static str) -> Self {
        Self {
            id: "",
            family,
            description: "",
            breaks: "",
            expected: &[],
            limits: &[],
            also: &[],
            from_window: Duration::ZERO,
            apis: Apis::Both,
            on: On::Errors,
            every: 1,
            how: How::Problem(|_| ()),
        }
    }

    /// What a listener in front of the server has to do, if the defect is one of connections.
    pub(super) fn front(&self) -> Option<Front> {
        let by_connection = |fault: &Fault| {
            matches!(
                fault,
                Fault::Identity(Identity::PerConnection | Identity::Nodes { .. }) | Fault::NeverLimitsHttp2
            )
        };
        match self.how {
            How::Transport(how) => Some(Front::Spoil(Spoil { apis: self.apis, on: self.on, how })),
            How::Limit(faults) if faults.iter().any(by_connection) => Some(Front::Number),
            _ => None,
        }
    }

    /// What the limiter does wrong, for a simulation of the server; empty if the defect is none of the limiter.
    pub fn faults(&self) -> &'static [Fault] {
        match self.how {
            How::Limit(faults) => faults,
            _ => &[],
        }
    }

    /// Whether only a prober of limits can see it, since no single answer is wrong.
    pub fn is_for_limits_only(&self) -> bool {
        self.expected.is_empty() && !self.limits.is_empty()
    }
}

/// Every defect, family by family.
pub fn defects() -> &'static [&'static Defect] {
    static ALL: LazyLock<Vec<&Defect>> = LazyLock::new(|| {
        let families: [&'static [Defect]; 18] = [
            envelope::DEFECTS,
            json::DEFECTS,
            catalogue::DEFECTS,
            status::DEFECTS,
            request_id::DEFECTS,
            timestamp::DEFECTS,
            details::DEFECTS,
            leaks::DEFECTS,
            http::DEFECTS,
            retry_after::DEFECTS,
            dialect::DEFECTS,
            situation::DEFECTS,
            behaviour::DEFECTS,
            validation::DEFECTS,
            consistency::DEFECTS,
            flaky::DEFECTS,
            transport::DEFECTS,
            limits::DEFECTS,
        ];
        families.into_iter().flatten().collect()
    });
    &ALL
}

/// The defect with this id.
pub fn find(id: &str) -> Option<&'static Defect> {
    defects().iter().find(|defect| defect.id == id).copied()
}
