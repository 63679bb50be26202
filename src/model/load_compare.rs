//! How a load run differs from an earlier one, as reports show it. The field names are stable.
//!
//! A comparison says what the counts can carry and no more, and it never turns a verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LoadModel, LoadOutcome, LoadSeries, Percentiles, Severity, ThresholdResult, Verdict};

/// What can be said about a figure in two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is smaller now, by more than the counts let it vary.
    Lower,
    /// It is greater now, by more than the counts let it vary.
    Higher,
    /// It differs by no more than the counts let it vary.
    Same,
    /// Too few were counted in one of the runs, or one of them has no such figure.
    Unclear,
}

impl Change {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Same => "same",
            Self::Unclear => "unclear",
        }
    }
}

/// One figure in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedFigure {
    /// What it is: `rate`, `goodput`, `waste`, an outcome, or a percentile such as `p99`.
    pub name: String,
    /// Its unit: `/s`, `share`, `us`, or `each` (throttled requests for each admitted one).
    pub unit: String,
    /// In the earlier run; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<f64>,
    /// In this run; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<f64>,
    /// This run's through the earlier one's; absent if one is missing or the earlier one is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Whether it changed.
    pub change: Change,
    /// Why that is not to be said; empty if it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doubt: String,
}

/// A step that both runs have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedStep {
    /// Its name.
    pub name: String,
    /// Answers in the earlier run.
    pub earlier_count: u64,
    /// Answers in this run.
    pub count: u64,
    /// Latencies: p50, p90 and p99.
    pub latency: Vec<ComparedFigure>,
}

/// A threshold of one run or of both, by its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedThreshold {
    /// The bound as it was written.
    pub text: String,
    /// The earlier run's verdict and measurement; absent if it did not have this bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<ThresholdResult>,
    /// This run's; absent if it does not have this bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<ThresholdResult>,
}

/// Whether a finding is in both runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// In this run only.
    New,
    /// In the earlier run only.
    Gone,
    /// In both.
    Both,
}

impl Presence {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Both => "both",
        }
    }
}

/// A finding of one run or of both: same rule, severity, step and place, and the same words but for ids and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedFinding {
    /// Which run has it.
    pub presence: Presence,
    /// The rule's code.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// How much it weighs.
    pub severity: Severity,
    /// The step.
    pub step: String,
    /// What is wrong, in the words of this run, or of the earlier one if it is gone.
    pub message: String,
    /// Answers of the earlier run that have it.
    pub earlier_count: u64,
    /// Answers of this run that have it.
    pub count: u64,
}

/// A part of the plan in which the runs differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanDifference {
    /// The part: `target`, `model`, `rate`, `duration`, `steps`, `limit`, `on 429`, `contract`, ...
    pub part: String,
    /// The earlier run's.
    pub earlier: String,
    /// This run's.
    pub now: String,
}

/// The latencies of all exchanges that ended in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeTimes {
    /// How they ended.
    pub outcome: LoadOutcome,
    /// At a glance.
    pub latency: Percentiles,
    /// As HdrHistogram V2, compressed, in base64, in microseconds.
    pub hdr: String,
}

/// What is kept of the earlier run, to be drawn beside this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EarlierLoad {
    /// The report's file.
    pub file: String,
    /// The program's version that wrote it.
    pub tool_version: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The scenario's name.
    pub scenario: String,
    /// The target's origin.
    pub target: String,
    /// Who decided when to send.
    pub model: LoadModel,
    /// The start, RFC 3339 in UTC.
    pub started_at: String,
    /// From the start to the last answer in milliseconds.
    pub duration_ms: u64,
    /// Requests sent.
    pub sent: u64,
    /// The run, second by second.
    pub series: LoadSeries,
    /// Times by outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<OutcomeTimes>,
}

/// A load run beside an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadComparison {
    /// The earlier run.
    pub earlier: EarlierLoad,
    /// Where the plans differ: then the figures may differ for that reason alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<PlanDifference>,
    /// What else makes the comparison doubtful, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// Rate, goodput, waste, and the share of each outcome that occurred.
    pub figures: Vec<ComparedFigure>,
    /// The steps that both runs have, by name.
    pub steps: Vec<ComparedStep>,
    /// The thresholds of both runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<ComparedThreshold>,
    /// The findings of both runs: new ones, gone ones, then those in both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ComparedFinding>,
}
