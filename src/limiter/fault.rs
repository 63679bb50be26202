//! What limiters do wrong: each fault changes what is decided, counted, kept or told, and nothing else.
//!
//! The reference server has them one at a time, and a simulated server can have the same ones. They are told relative
//! to the limit and its window, so that they show at any size.

use std::time::Duration;

use super::policy::{Algorithm, Policy};

/// A fault of a [`Limiter`](super::Limiter).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Retry-After says something else.
    RetryAfter(RetryAfter),
    /// Retry-After of a day that is used up is that of a window that has just begun.
    DayToldAsWindow,
    /// The day is never over, though its end is told.
    DayNeverEnds,
    /// Refusals have this status.
    Status(u16),
    /// One in so many refusals has a body that is cut.
    Malformed {
        /// At least 1.
        one_in: u64,
    },
    /// The rate limit headers say something else.
    Headers(Headers),
    /// Another policy is enforced than the one that is told.
    Enforces(Enforced),
    /// Requests of a class that is exempt are counted and refused; one without a key counts for every key.
    Counts(Class),
    /// Who uses up the same limit.
    Identity(Identity),
    /// A decision is read at once and written back later: what comes between is lost.
    Races {
        /// From reading to writing.
        gap: Duration,
    },
    /// The store is away: everything is admitted, with -1 remaining.
    FailsOpen,
    /// What is over the limit waits in a queue instead of being refused.
    Delays,
    /// Requests for this route are answered before the limiter is asked.
    NeverLimits {
        /// As in [`Arrival::route`](super::Arrival::route).
        route: &'static str,
    },
    /// Requests over HTTP/2 are answered before the limiter is asked.
    NeverLimitsHttp2,
    /// A request has its effect before it is refused.
    EffectFirst,
}

/// What Retry-After says instead of the wait in whole seconds, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Nothing: there is no such line.
    Missing,
    /// Nothing, when a day is used up.
    MissingForDay,
    /// The wait rounded down, 0 in its last second.
    Floor,
    /// The wait rounded to the nearest second.
    Round,
    /// The whole window, or day.
    Window,
    /// Up to two seconds less, now more and now less, but never 0.
    JitterBelow,
    /// 0.
    Zero,
    /// -1.
    Negative,
    /// The wait with a fraction.
    Fraction,
    /// The wait in milliseconds.
    Milliseconds,
    /// The second since 1970 at which the wait is over.
    Epoch,
    /// An HTTP-date in the preferred form.
    Date {
        /// By how many seconds it is off.
        skew: i64,
    },
    /// A date in the obsolete form of RFC 850.
    Rfc850,
    /// Two lines that differ.
    Twice,
}

/// What is wrong with the rate limit headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headers {
    /// There are none.
    Missing,
    /// Refusals have none.
    MissingOnRefusals,
    /// What remained before a request is told, not after it.
    RemainingBefore,
    /// Refusals go on counting below zero.
    RemainingBelowZero,
    /// What remains is read apart from the decision and does not know the requests of the last moment.
    RemainingLags {
        /// How long that is.
        gap: Duration,
    },
    /// The limit that is told goes up and down by one.
    LimitVaries,
    /// Twice the limit is told.
    LimitDoubled,
    /// The reset is the second since 1970, where seconds from now are meant.
    ResetEpoch,
    /// The reset is the whole window, always.
    ResetConstant,
}

/// What is enforced in place of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforced {
    /// A limit that is higher, or lower, by so many.
    Off(i64),
    /// So many times the limit.
    Times(u64),
    /// A part of the limit in the same part of the window.
    Finer {
        /// At least 1.
        parts: u32,
    },
    /// A window that is longer, or shorter, than told.
    Window {
        /// 100 is the window.
        percent: u32,
    },
    /// A sliding log in which refused requests count.
    CountsRejects,
    /// A ban for so many windows after the first refusal.
    Bans {
        /// At least 1.
        windows: u32,
        /// Whether requests that come meanwhile start it anew.
        extends: bool,
    },
}

impl Enforced {
    /// The policy that is enforced.
    pub fn policy(self, told: Policy) -> Policy {
        let Policy { algorithm, limit, window } = told;
        match self {
            Self::Off(by) => resize(told, |size| size.saturating_add_signed(by)),
            Self::Times(factor) => resize(told, |size| size.saturating_mul(factor)),
            Self::Finer { parts } => {
                let parts = parts.max(1);
                Policy { algorithm, limit: limit / u64::from(parts), window: window / parts }
            }
            Self::Window { percent } => Policy { window: window.saturating_mul(percent) / 100, ..told },
            Self::CountsRejects => {
                Policy { algorithm: Algorithm::SlidingLog { count_rejects: true }, ..told }
            }
            Self::Bans { windows, extends } => Policy {
                algorithm: Algorithm::Ban { block: window.saturating_mul(windows), extends },
                ..told
            },
        }
    }
}

/// Changes the limit, and what a bucket holds.
fn resize(policy: Policy, size: impl Fn(u64) -> u64) -> Policy {
    let algorithm = match policy.algorithm {
        Algorithm::TokenBucket { burst } => Algorithm::TokenBucket { burst: size(burst) },
        Algorithm::Gcra { burst } => Algorithm::Gcra { burst: size(burst) },
        Algorithm::IntervalRefill { burst, step } => Algorithm::IntervalRefill { burst: size(burst), step },
        other => other,
    };
    Policy { algorithm, limit: size(policy.limit), ..policy }
}

/// What kind of request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// One that the limit is for.
    Ordinary,
    /// A preflight of a browser; exempt.
    Preflight,
    /// A question for the server's health; exempt.
    Health,
    /// One without a key that may be used; exempt, and refused by others.
    Unauthorized,
}

/// Who uses up the same limit, other than the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Everyone: all keys come from one address.
    Shared,
    /// The same key on the same connection.
    PerConnection,
    /// The same key at the same one of several nodes, which take connections in turn.
    Nodes {
        /// At least 1.
        count: u32,
    },
    /// The same key at the same one of several nodes, which take requests in turn.
    NodesByRequest {
        /// At least 1.
        count: u32,
    },
    /// The same key with the same X-Forwarded-For.
    ForwardedFor,
    /// The same key with the same target, to the letter.
    RawTarget,
    /// The same key at the same route.
    PerRoute,
}
