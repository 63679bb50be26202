//! What a scenario says about a rate limit that is to be probed.

use std::time::Duration;

use super::{HeaderLine, RequestSpec, Span, Spanned};

/// The `limits` of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitProbe {
    /// Where `limits` stands.
    pub span: Span,
    /// The request that is limited and changes nothing.
    pub request: RequestSpec,
    /// The keys, at least one, each with templates.
    pub keys: Vec<Spanned<String>>,
    /// The header that carries a key as it is; without it `Authorization: Bearer KEY`.
    pub key_header: Option<String>,
    /// Header lines of every request.
    pub headers: Vec<HeaderLine>,
    /// A write that leaves a marker, and the request that lists what was written.
    pub writes: Option<Box<(RequestSpec, RequestSpec)>>,
    /// Another documented request of the same keys.
    pub endpoint: Option<Box<RequestSpec>>,
    /// Paths that no limit concerns; empty for those of the contract.
    pub exempt: Vec<String>,
    /// What is promised.
    pub promise: LimitPromise,
    /// How much is asked.
    pub effort: ProbeEffort,
    /// Whether it is probed over HTTP/2, and not over HTTP/1.1; as the other requests of the run if nobody says.
    pub http2: Option<bool>,
    /// Whether constant arrivals are wanted.
    pub steady: bool,
    /// How many obedient clients at once; 0 for none.
    pub fleet: u16,
    /// Most requests in all.
    pub max_requests: u64,
    /// Longest time in all.
    pub max_time: Duration,
}

/// What is promised about a limit, in a file or on the command line. Absent is what nobody says there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LimitPromise {
    /// Requests and window.
    pub limit: Option<(u32, Duration)>,
    /// Requests in a day; the day of a key is then used up.
    pub daily: Option<u32>,
    /// How the limit is meant.
    pub meaning: LimitMeaning,
    /// The size of the bucket.
    pub burst: Option<u32>,
    /// Whether refused requests count.
    pub counts_rejects: Option<bool>,
    /// Whether the reset of the headers is seconds since 1970, and not from the answer on.
    pub reset_epoch: Option<bool>,
    /// By which factor several nodes together may exceed the limit.
    pub nodes: Option<f64>,
    /// Whether each endpoint is counted apart.
    pub by_endpoint: bool,
}

/// Readings of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LimitMeaning {
    /// Not said.
    #[default]
    Unspecified,
    /// Windows that follow each other.
    FixedWindow,
    /// Never more than the limit in any interval as long as the window.
    AnyWindow,
    /// A bucket that refills evenly.
    Bucket,
}

/// How much is asked of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProbeEffort {
    /// Every rule once, as briefly as it can be done.
    Quick,
    /// Repetitions that find most races.
    #[default]
    Default,
    /// Repetitions that find rare ones.
    Thorough,
}
