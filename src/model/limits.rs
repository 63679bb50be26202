//! Verdicts on rate limits, as reports show them. The field names are stable.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be said about one rule of rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It is broken, and the requests named prove it.
    Fail,
    /// Advice or a SHOULD is broken.
    Warning,
    /// A guard failed, or too little is known: never a pass, and never blamed on the API.
    Inconclusive,
    /// Not probed, or not promised.
    Skipped,
}

impl Outcome {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warning => "warning",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
        }
    }
}

/// What a rule says about the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LimitVerdict {
    /// The rule's code.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// Where the rule comes from: `rfc`, `draft`, `contract` or `advice`.
    pub class: String,
    /// The verdict.
    pub verdict: Outcome,
    /// What was measured, with the numbers.
    pub measured: String,
    /// What proves it, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// The requests that prove it, by their numbers in the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<u64>,
    /// The guard that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// A command that probes it again; empty if there is nothing to repeat.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reproduce: String,
}

/// A model that does not explain the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedModel {
    /// The model with its numbers.
    pub model: String,
    /// The first thing that it does not explain.
    pub contradiction: String,
}

/// Which limiter it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LimitModel {
    /// The models that explain every decision; several if the log does not tell them apart.
    pub consistent: Vec<String>,
    /// The others.
    pub rejected: Vec<RejectedModel>,
    /// Requests in a window, of the models that explain the log; absent if they differ or are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Their window in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_s: Option<f64>,
    /// Decisions that were replayed.
    pub compared: usize,
    /// Why none was, if none was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What the limit is held to. Absent is what nobody said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredLimit {
    /// Requests in a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The window in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_s: Option<f64>,
    /// Requests in a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<u64>,
    /// How the limit is meant.
    pub semantics: String,
    /// What a request counts against.
    pub scope: String,
}

/// What happened in one slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Slice {
    /// Requests served.
    pub admitted: u64,
    /// Requests refused for their rate.
    pub throttled: u64,
    /// Other answers, and none.
    pub other: u64,
}

/// What happened to one key over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyTimeline {
    /// The key's alias.
    pub key: String,
    /// Slices from the start of the probe, by the time requests were sent.
    pub slices: Vec<Slice>,
}

/// What happened over time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Length of a slice in seconds.
    pub slice_s: f64,
    /// The declared limit as requests in a slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Each key that was used.
    pub keys: Vec<KeyTimeline>,
}

/// What a probe cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProbeCost {
    /// The probe.
    pub probe: String,
    /// Requests sent for it.
    pub requests: u64,
    /// Refused ones among them.
    pub throttled: u64,
    /// Those without an answer.
    pub unanswered: u64,
    /// From its first request to its last answer, in milliseconds.
    pub duration_ms: u64,
}

/// A probe that was left out or cut short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UndoneProbe {
    /// The probe.
    pub probe: String,
    /// Why.
    pub reason: String,
}

/// One probed limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LimitReport {
    /// The scenario that asks for it; empty for `tollgate limits` and `tollgate judge`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scenario: String,
    /// Its file; empty likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The request that was sent: method and target.
    pub request: String,
    /// The contract; empty if none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contract: String,
    /// Aliases of the keys.
    pub keys: Vec<String>,
    /// What the limit is held to.
    pub declared: DeclaredLimit,
    /// Which limiter it is.
    pub model: LimitModel,
    /// One verdict a rule, in the catalogue's order.
    pub verdicts: Vec<LimitVerdict>,
    /// What happened over time.
    pub timeline: Timeline,
    /// What each probe cost.
    pub cost: Vec<ProbeCost>,
    /// Probes that were left out or cut short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<UndoneProbe>,
}
