//! The log of a probe: every request as it was sent and answered. All verdicts are functions of it and of nothing else.

use std::time::Duration;

use super::armed::Armed;

/// A time since the probe began, on the generator's monotonic clock.
pub type At = Duration;

/// Everything a verdict may know.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// What was probed, and what it is held to.
    pub head: Head,
    /// The requests in the order of `sent`.
    pub records: Vec<Record>,
    /// Probes that were left out or cut short, each with the reason.
    pub undone: Vec<(Probe, String)>,
    /// Arrivals that were skipped because their time had passed: probe, round, how many.
    pub missed: Vec<(Probe, u32, u64)>,
    /// Why the probing ended before its end, if it did: such a log cannot pass.
    pub cut: Option<String>,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
}

impl Protocol {
    /// As it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Http1 => Self::Http2,
            Self::Http2 => Self::Http1,
        }
    }
}

/// Whether the target also speaks the version of HTTP that it is not probed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Other {
    /// It answered a request over it.
    Spoken,
    /// It did not; the reason in lower case, without a full stop.
    Not(String),
}

/// A frame of HTTP/2 that refused a request in place of an answer (RFC 9113 sections 6.4, 6.8 and 7). Before a limit is
/// met it may as well mean that a server is busy or goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// `RST_STREAM` with `REFUSED_STREAM`.
    StreamRefused,
    /// `RST_STREAM` with `ENHANCE_YOUR_CALM`.
    StreamCalm,
    /// `GOAWAY` with `ENHANCE_YOUR_CALM`.
    ConnectionCalm,
}

impl Rejection {
    /// All of them with their names in files and reports.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::StreamRefused, "RST_STREAM REFUSED_STREAM"),
        (Self::StreamCalm, "RST_STREAM ENHANCE_YOUR_CALM"),
        (Self::ConnectionCalm, "GOAWAY ENHANCE_YOUR_CALM"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(rejection, _)| *rejection)
    }
}

/// What was probed, and what it is held to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Head {
    /// The target's origin, without secrets.
    pub target: String,
    /// The read request: method and target.
    pub request: String,
    /// The contract's name; empty if none.
    pub contract: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Wall time of the start, milliseconds since 1970; only a promise of the day that is verified later is judged by it.
    pub started_unix_ms: u64,
    /// Aliases of the keys, in order of use; never the keys themselves.
    pub keys: Vec<String>,
    /// What the API promises.
    pub declared: Declared,
    /// The limit the prober went by: declared, or found by counting.
    pub found_limit: Option<u64>,
    /// The window the prober went by: declared, or found by waiting.
    pub found_window: Option<Duration>,
    /// The version of HTTP that is probed over.
    pub protocol: Protocol,
    /// Whether the target speaks the other version as well; unknown if it was not tried.
    pub other: Option<Other>,
    /// The promise that is verified, and nothing else; none in all other logs.
    pub armed: Option<Armed>,
}

/// What the API promises about its limit. What is not known is not judged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declared {
    /// Requests in a window.
    pub limit: Option<u64>,
    /// The window.
    pub window: Option<Duration>,
    /// Requests in a day.
    pub daily: Option<u64>,
    /// How `limit` per `window` is to be read.
    pub semantics: Semantics,
    /// Whether a refused request counts; unknown if the document is silent.
    pub counts_rejects: Option<bool>,
    /// By how much several nodes may together exceed the limit, as a factor; 1 if they may not.
    pub nodes: Option<f64>,
    /// Whether `Retry-After` must be delay seconds.
    pub delay_seconds: bool,
    /// Whether the API documents rate limit headers.
    pub headers: bool,
    /// What one request counts against: the key, the endpoint, the address, everything.
    pub scope: Scope,
    /// Codes of a throttled answer, by limit: the window's and the day's. Empty if unknown.
    pub window_code: String,
    /// The day's.
    pub daily_code: String,
    /// Whether the daily counter restarts at this offset from midnight UTC; otherwise it rolls.
    pub daily_reset: Option<Duration>,
    /// Whether the reset of the headers is a time since 1970, or a delay; unknown if the document is silent.
    pub reset_epoch: Option<bool>,
}

/// How "L per W" is meant; documents seldom say, and correct limiters differ by a factor of two.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Semantics {
    /// Not said: at least L from full, and at most 2 L in any W.
    #[default]
    Unspecified,
    /// Windows that follow each other.
    FixedWindow,
    /// Never more than L in any interval of length W.
    AnyWindow,
    /// A bucket of `burst`, refilled at L per W.
    Bucket {
        /// Its size.
        burst: u64,
    },
}

/// What a request counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// The key, whatever the endpoint.
    #[default]
    Key,
    /// Key and endpoint.
    Endpoint,
}

/// Why a request was sent. `phase` of a record means what its probe says here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Probe {
    /// Opens connections and measures the round trip; sent without a key that is judged, or to an exempt path.
    #[default]
    Warmup,
    /// Finds an edge before another probe: drains, waits, polls.
    Arming,
    /// One by one from a whole limit. Phases: 0 until 3 refusals in a row; 1 ten samples of refusals 100 ms apart;
    /// 2 one request a second before the earliest promise; 3 one at that promise, never before; 4 polls after it failed.
    Sequential,
    /// Released together on one key. Phases: 0 on many connections; 1 on one connection; 2 on a new one for each;
    /// 3 as streams of one HTTP/2 connection.
    Concurrent,
    /// One refusal, silence until its promise, one request. Phases: 0 drain with its single refusal; 1 the request at
    /// the promise; 2 polls after it was refused. `round` is the trial.
    CleanTrial,
    /// Phases: 0 a quarter of the limit; 1 drain at W/2; 2 drain at W + d; 3 drain at 1.5 W + d.
    Fingerprint,
    /// Whether refusals lengthen the wait. Round 0 is a quiet key, round 1 one that hammers. Phases: 0 drain; 1 hammering;
    /// 2 polls for the first admission.
    Rejects,
    /// Phases: 0 drain; 1 drain again after W + 1 s of silence.
    Recovery,
    /// Phases: 0 drains key A; 1 key B; 2 key A again.
    Isolation,
    /// Another documented request of the same key. Phases: 0 drain; 1 the other request; 2 control.
    EndpointScope,
    /// Ways around an exhausted key; `note` names the way. Phases: 0 control before; 1 the attempt; 2 control after.
    Bypass,
    /// Requests without or with a wrong key must not drain a key. Phases: 0 the key before; 1 the strangers; 2 the key after.
    Strangers,
    /// Preflight and exempt paths; `note` is `preflight` or the path. Phases: 0 the key before; 1 exempt; 2 the key after;
    /// 3 exempt while the key is exhausted.
    Exempt,
    /// Writes, each with a marker in `note`. Phases: 0 the writes; 1 a look for all markers; 2 and 3 later looks.
    /// A look has the markers found in `found`.
    Writes,
    /// The daily quota. Phases: 0 paced until its code; 1 samples; 2 after one window's wait;
    /// 3 at the end of the day; 4 once an armed promise has come due, perhaps by another process.
    Daily,
    /// Constant arrivals from an exhausted key on; `round` is the percentage of the limit. Phases: 0 the first two
    /// windows, in which the key recovers; 1 the others.
    Steady,
    /// Clients that honour `Retry-After`; `round` is the client.
    Fleet,
    /// The target is started anew between the phases: 0 drain; 1 requests afterwards, until one is served or refused. What
    /// it remembers is no part of any model, so the second phase counts for nothing but its own rule.
    Restart,
}

impl Probe {
    /// All of them with their names in files and reports, in the order of their definition.
    pub const ALL: [(Self, &'static str); 18] = [
        (Self::Warmup, "warmup"),
        (Self::Arming, "arming"),
        (Self::Sequential, "sequential"),
        (Self::Concurrent, "concurrent"),
        (Self::CleanTrial, "clean-trial"),
        (Self::Fingerprint, "fingerprint"),
        (Self::Rejects, "rejects"),
        (Self::Recovery, "recovery"),
        (Self::Isolation, "isolation"),
        (Self::EndpointScope, "endpoint-scope"),
        (Self::Bypass, "bypass"),
        (Self::Strangers, "strangers"),
        (Self::Exempt, "exempt"),
        (Self::Writes, "writes"),
        (Self::Daily, "daily"),
        (Self::Steady, "steady"),
        (Self::Fleet, "fleet"),
        (Self::Restart, "restart"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(probe, _)| *probe == self).map_or("", |(_, name)| name)
    }

    /// The probe of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(probe, _)| *probe)
    }
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// Its number, from 1, in order of `due`; reports name requests by it.
    pub seq: u64,
    /// Why it was sent.
    pub probe: Probe,
    /// The repetition of the probe.
    pub round: u32,
    /// The part of the probe.
    pub phase: u8,
    /// The key's place in `Head::keys`; none for a request without a known key.
    pub key: Option<u16>,
    /// The connection; a new number for each that was opened.
    pub connection: u32,
    /// The version of HTTP that it speaks.
    pub protocol: Protocol,
    /// The request method.
    pub method: String,
    /// The request target as it stood on the wire.
    pub target: String,
    /// A marker, a way around, a path; see [`Probe`].
    pub note: String,
    /// When it was to be sent.
    pub due: At,
    /// When its last byte was released.
    pub sent: At,
    /// When the head of the answer had been received.
    pub head: At,
    /// When the body had ended.
    pub end: At,
    /// The status; 0 without an answer.
    pub status: u16,
    /// Header lines as received, in order, names as sent by the server.
    pub headers: Vec<(String, String)>,
    /// The body's first bytes.
    pub body: Vec<u8>,
    /// Length of the whole body.
    pub body_length: u64,
    /// Markers found in it, for looks of [`Probe::Writes`].
    pub found: Vec<String>,
    /// Why there is no answer; then nothing is known about whether it counted.
    pub error: Option<String>,
    /// The frame that refused it, if that is why.
    pub rejection: Option<Rejection>,
}
