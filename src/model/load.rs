//! What a load run measured, as reports show it. The field names are stable.
//!
//! Times inside a run are milliseconds since its start, latencies are microseconds. An answer is counted once, by the
//! worst that can be said of it; what was sent, late, missed and dropped is counted by intended sends.

mod bounds;
mod live;
mod throttling;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LoadComparison, Verdict};
pub use bounds::{ThresholdResult, ThresholdWindows};
pub use live::{LATENCY_BOUNDS_US, LiveFindings, LiveLatency, LoadLive};
pub use throttling::{LoadLimit, LoadThrottling, LoadWindow, RetryAfterCount};

/// Who decides when a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LoadModel {
    /// A schedule: requests are sent at their times, however slowly the target answers.
    Open,
    /// Users: each sends its next request when the answer to the last one is there. Latencies are service times: while
    /// the target is slow less is asked, and what was not asked is in no figure (coordinated omission).
    Closed,
    /// Connections without pause: each sends its next request at once. Latencies are service times.
    Saturation,
}

/// What users do with a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum On429 {
    /// It is counted, and the schedule goes on.
    #[default]
    Count,
    /// The user waits as long as `Retry-After` says. Closed model only.
    Wait,
    /// The first one ends the run.
    Stop,
}

/// How an exchange ended: the worst that can be said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoadOutcome {
    /// An answer below 400 that keeps the contract.
    Admitted,
    /// A 429, or a code by which the contract throttles, that keeps the contract.
    Throttled,
    /// Any other answer of 400 and above that keeps the contract.
    Error,
    /// An answer about which a rule found an error.
    ContractBroken,
    /// No whole answer: no connection, a connection that broke, a timeout, or what is not HTTP.
    Transport,
}

impl LoadOutcome {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Admitted, Self::Throttled, Self::Error, Self::ContractBroken, Self::Transport];

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Throttled => "throttled",
            Self::Error => "error",
            Self::ContractBroken => "contract broken",
            Self::Transport => "transport",
        }
    }
}

/// A part of the schedule. A rate that differs from begin to end changes linearly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadStage {
    /// Requests per second at its begin.
    pub from_rate: f64,
    /// Requests per second at its end.
    pub to_rate: f64,
    /// Its length in milliseconds.
    pub duration_ms: u64,
}

/// Counts of intended sends and of ended exchanges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadCounts {
    /// Requests sent.
    pub sent: u64,
    /// Exchanges that ended as [`LoadOutcome::Admitted`].
    pub admitted: u64,
    /// Exchanges that ended as [`LoadOutcome::Throttled`].
    pub throttled: u64,
    /// Exchanges that ended as [`LoadOutcome::Error`].
    pub error: u64,
    /// Exchanges that ended as [`LoadOutcome::ContractBroken`].
    pub contract_broken: u64,
    /// Exchanges that ended as [`LoadOutcome::Transport`].
    pub transport: u64,
    /// Requests sent more than a millisecond after their intended time.
    pub late: u64,
    /// Intended sends left out because as many requests as allowed were under way: the target is too slow for the
    /// schedule, or the bound too low.
    pub dropped: u64,
    /// Intended sends left out because the generator came too late for them. They are never caught up.
    pub missed: u64,
    /// Answers that throttled, whether or not they keep the contract.
    pub refused: u64,
}

impl LoadCounts {
    /// Exchanges that ended in this way.
    pub fn of(&self, outcome: LoadOutcome) -> u64 {
        match outcome {
            LoadOutcome::Admitted => self.admitted,
            LoadOutcome::Throttled => self.throttled,
            LoadOutcome::Error => self.error,
            LoadOutcome::ContractBroken => self.contract_broken,
            LoadOutcome::Transport => self.transport,
        }
    }

    /// Exchanges that ended, in whatever way.
    pub fn ended(&self) -> u64 {
        LoadOutcome::ALL.iter().map(|outcome| self.of(*outcome)).fold(0, u64::saturating_add)
    }

    /// Counts one end.
    pub fn add(&mut self, outcome: LoadOutcome) {
        *match outcome {
            LoadOutcome::Admitted => &mut self.admitted,
            LoadOutcome::Throttled => &mut self.throttled,
            LoadOutcome::Error => &mut self.error,
            LoadOutcome::ContractBroken => &mut self.contract_broken,
            LoadOutcome::Transport => &mut self.transport,
        } += 1;
    }

    /// Adds the counts of another part of the run.
    pub fn merge(&mut self, other: &Self) {
        // Counts of a report that was read may be anything.
        self.sent = self.sent.saturating_add(other.sent);
        self.admitted = self.admitted.saturating_add(other.admitted);
        self.throttled = self.throttled.saturating_add(other.throttled);
        self.error = self.error.saturating_add(other.error);
        self.contract_broken = self.contract_broken.saturating_add(other.contract_broken);
        self.transport = self.transport.saturating_add(other.transport);
        self.late = self.late.saturating_add(other.late);
        self.dropped = self.dropped.saturating_add(other.dropped);
        self.missed = self.missed.saturating_add(other.missed);
        self.refused = self.refused.saturating_add(other.refused);
    }
}

/// What a histogram says at a glance; all values in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// Values in it.
    pub count: u64,
    /// The least.
    pub min_us: u64,
    /// The mean.
    pub mean_us: u64,
    /// Half of the values are not above it.
    pub p50_us: u64,
    /// The 75th percentile.
    pub p75_us: u64,
    /// The 90th percentile.
    pub p90_us: u64,
    /// The 95th percentile.
    pub p95_us: u64,
    /// The 99th percentile.
    pub p99_us: u64,
    /// The 99.9th percentile.
    pub p999_us: u64,
    /// The greatest.
    pub max_us: u64,
}

/// The times of those exchanges of a step that ended in one way with one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadHistogram {
    /// The step: a place in the report's `load.steps`, from 0.
    pub step: usize,
    /// How they ended.
    pub outcome: LoadOutcome,
    /// Their status; 0 without an answer.
    pub status: u16,
    /// From the intended send to the last byte: what a user of the service waits.
    pub latency: Percentiles,
    /// From the actual send to the last byte.
    pub service: Percentiles,
    /// The latencies as HdrHistogram V2, compressed, in base64 (`HISTFAAA…`), in microseconds, three digits: tools of
    /// HdrHistogram read it, and two of them can be added.
    pub hdr: String,
}

/// One step of the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadStep {
    /// Its name.
    pub name: String,
    /// Its line in the scenario file, from 1; 0 if it comes from the command line.
    pub line: u32,
    /// Its counts.
    pub counts: LoadCounts,
    /// Answers by status.
    pub statuses: IndexMap<String, u64>,
    /// Answers by error code.
    pub codes: IndexMap<String, u64>,
    /// Failures without an answer by kind: `connect`, `timeout`, `closed`, `tls`, `not-http`, ...
    pub failures: IndexMap<String, u64>,
    /// One of these failures in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// From the intended send to the last byte, over all answers.
    pub latency: Percentiles,
    /// From the actual send to the last byte, over all answers.
    pub service: Percentiles,
}

/// Walks of users through the steps. What was under way when the run ended is in neither number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadWalks {
    /// Those that came to the last step's answer.
    pub whole: u64,
    /// Those that ended before: an answer did not have what a later step needs, there was none, or a request could not
    /// be rendered.
    pub ended: u64,
    /// Why one of the latter ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One interval of the time series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadPoint {
    /// Its begin, in milliseconds since the start.
    pub at_ms: u64,
    /// What was sent and what ended in it.
    #[serde(flatten)]
    pub counts: LoadCounts,
    /// Most requests under way at once.
    pub in_flight_max: u64,
    /// Median latency of the answers that came in it, from the intended send, in microseconds.
    pub p50_us: u64,
    /// Their 95th percentile.
    pub p95_us: u64,
    /// Their 99th percentile.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
}

impl LoadPoint {
    /// Adds the point that follows. Percentiles of a whole are not above the greatest of its parts.
    pub fn merge(&mut self, next: &Self) {
        self.counts.merge(&next.counts);
        self.in_flight_max = self.in_flight_max.max(next.in_flight_max);
        self.p50_us = self.p50_us.max(next.p50_us);
        self.p95_us = self.p95_us.max(next.p95_us);
        self.p99_us = self.p99_us.max(next.p99_us);
        self.max_us = self.max_us.max(next.max_us);
    }
}

/// The time series. It has a bounded number of points: when it is full, two neighbours become one of twice the length.
/// Counts are added then; of percentiles the greater one is kept, so that they are upper bounds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadSeries {
    /// Length of an interval in milliseconds: 1000, or a multiple after a long run.
    pub interval_ms: u64,
    /// The intervals, without gaps.
    pub points: Vec<LoadPoint>,
}

/// When a fault was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadCause {
    /// The fault with one specimen: a place in the report's `findings`, from 0.
    pub finding: usize,
    /// Answers that have it.
    pub count: u64,
    /// The first of them, in milliseconds since the start.
    pub first_ms: u64,
    /// The last of them, in milliseconds since the start.
    pub last_ms: u64,
}

/// How answers were judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadJudging {
    /// Answers judged by every rule from scratch.
    pub full: u64,
    /// Answers equal to one judged before, byte for byte, save ids, times and counters that were looked at anew.
    pub known: u64,
    /// Answers not judged: judging was off.
    pub unjudged: u64,
    /// The contract.
    pub contract: String,
    /// Request ids that were compared with earlier ones.
    pub ids: u64,
    /// Ids that are remembered at the same time; an id is compared with about so many before it.
    pub ids_remembered: u64,
    /// Ids that came twice. Only those are counted that surely did; older ones are forgotten, so there may be more.
    pub ids_reused: u64,
}

/// Whether the generator kept up with its own schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadGenerator {
    /// Pass, or inconclusive: then less was sent than the schedule asked for, and the generator was to blame.
    pub verdict: Verdict,
    /// What is doubtful about it; empty if nothing is. Bounds that are broken then prove nothing about the target.
    pub reason: String,
    /// Threads that sent.
    pub threads: u32,
    /// Connections opened, over the run.
    pub connections: u64,
    /// Most requests under way at once that were allowed.
    pub max_in_flight: u32,
    /// Processor time of the threads that sent, in milliseconds; 0 where it cannot be told.
    pub cpu_ms: u64,
    /// The same as a share of one processor, over the run: 1.0 is one that never rested.
    pub cpu_share: f64,
    /// Peak memory of the process in kibibytes; 0 where it cannot be told.
    pub rss_kib: u64,
    /// From intended to actual send, over all requests sent.
    pub lateness: Percentiles,
}

/// What a load run measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadReport {
    /// Who decided when to send.
    pub model: LoadModel,
    /// What was done with a 429.
    pub on_429: On429,
    /// The start, RFC 3339 in UTC.
    pub started_at: String,
    /// Length of the schedule in milliseconds.
    pub planned_ms: u64,
    /// From the start to the last answer in milliseconds.
    pub duration_ms: u64,
    /// The schedule; empty in the closed model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<LoadStage>,
    /// Users of the closed model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// Their walks through the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walks: Option<LoadWalks>,
    /// Sends that the schedule intended until it ended or was cut short.
    pub intended: u64,
    /// Counts over the run.
    pub totals: LoadCounts,
    /// Requests sent per second of the schedule that was run.
    pub rate_per_s: f64,
    /// Bytes received.
    pub bytes_received: u64,
    /// The steps.
    pub steps: Vec<LoadStep>,
    /// Times by step, outcome and status.
    pub histograms: Vec<LoadHistogram>,
    /// The run, second by second.
    pub series: LoadSeries,
    /// When the report's findings were seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<LoadCause>,
    /// How answers were judged.
    pub judging: LoadJudging,
    /// How the target throttled.
    pub throttling: LoadThrottling,
    /// The thresholds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<ThresholdResult>,
    /// Whether the generator kept up.
    pub generator: LoadGenerator,
    /// This run beside an earlier one, with `--compare`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Box<LoadComparison>>,
}
