//! How far a load is while it goes on: counts over the run so far.

use super::{LoadCounts, LoadOutcome};
use crate::model::Severity;

/// Bounds of latencies while a load goes on, in microseconds: from half a millisecond to the usual timeout.
pub const LATENCY_BOUNDS_US: [u64; 15] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 30_000_000,
];

/// A load so far. Nothing in it ever gets less, but what is under way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadLive {
    /// Until when everything is counted, in milliseconds since the start.
    pub known_ms: u64,
    /// What was sent and what became of it.
    pub totals: LoadCounts,
    /// Requests under way.
    pub in_flight: u64,
    /// Latencies of answers from the intended send (open model) or from the send, by how they ended.
    pub latency: Vec<LiveLatency>,
    /// Findings, by rule.
    pub findings: Vec<LiveFindings>,
}

/// Latencies of answers that ended alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveLatency {
    /// How they ended.
    pub outcome: LoadOutcome,
    /// Answers within each of [`LATENCY_BOUNDS_US`].
    pub within: [u64; LATENCY_BOUNDS_US.len()],
    /// All of them.
    pub count: u64,
    /// Their sum in microseconds.
    pub sum_us: u64,
}

impl LiveLatency {
    /// None yet.
    pub fn none(outcome: LoadOutcome) -> Self {
        Self { outcome, within: [0; LATENCY_BOUNDS_US.len()], count: 0, sum_us: 0 }
    }
}

/// Answers that a rule objected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFindings {
    /// The rule's code.
    pub rule: &'static str,
    /// How bad they are.
    pub severity: Severity,
    /// How many.
    pub count: u64,
}
