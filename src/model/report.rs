//! The fold of all events: the versioned report that every output format is made from.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BaselineReport, Finding, LimitReport, LoadReport, Matrix, Severity};

/// What can be said about a step, a scenario or a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Judged, and nothing failed.
    Pass,
    /// Left out on purpose; the reason is given.
    Skipped,
    /// Could not be judged: never a pass, and never blamed on the API.
    Inconclusive,
    /// Judged, and something failed.
    Fail,
}

impl Verdict {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skipped => "skipped",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }

    /// The verdict on a whole whose parts have these verdicts: a failure outweighs all, then doubt,
    /// then a pass; a whole is skipped only if every part is.
    pub fn of_parts(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
        let rank = |verdict| match verdict {
            Self::Skipped => 0,
            Self::Pass => 1,
            Self::Inconclusive => 2,
            Self::Fail => 3,
        };
        parts.into_iter().max_by_key(|verdict| rank(*verdict)).unwrap_or(Self::Pass)
    }
}

/// Who wrote the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `tollgate`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Which command wrote the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `tollgate run`.
    Run,
    /// `tollgate mutants`: a run on the clean server, and the kill matrix beside it.
    Mutants,
    /// `tollgate limits` and `tollgate judge`: verdicts on a rate limit, each a step of one scenario.
    Limits,
    /// `tollgate load`: one scenario whose steps were sent again and again, and `load` with what was measured.
    Load,
}

/// Findings by severity, repetitions counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct FindingCounts {
    /// Broken contracts, RFC MUSTs and expectations.
    pub error: u64,
    /// Broken SHOULDs.
    pub warning: u64,
    /// Advice.
    pub note: u64,
}

impl FindingCounts {
    /// Whether nothing was counted.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Counts `times` findings of a severity.
    pub fn add(&mut self, severity: Severity, times: u64) {
        match severity {
            Severity::Error => self.error += times,
            Severity::Warning => self.warning += times,
            Severity::Note => self.note += times,
        }
    }
}

/// Totals of a run. `passed`, `failed`, `inconclusive` and `skipped` count steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The verdict on the run.
    pub verdict: Verdict,
    /// Scenarios, one for each case.
    pub scenarios: u64,
    /// Steps that have a verdict.
    pub steps: u64,
    /// Requests sent, repetitions included.
    pub requests: u64,
    /// Steps that passed.
    pub passed: u64,
    /// Steps that failed.
    pub failed: u64,
    /// Steps that could not be judged.
    pub inconclusive: u64,
    /// Steps left out.
    pub skipped: u64,
    /// Findings by severity, without those that the baseline accepts.
    pub findings: FindingCounts,
    /// Findings that the baseline accepts, by severity; left out if there are none.
    #[serde(default, skip_serializing_if = "FindingCounts::is_nothing")]
    pub accepted: FindingCounts,
    /// Wall time of the run in milliseconds.
    pub duration_ms: u64,
}

/// How often each code of a contract's catalogue was provoked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Responses by code, in the document's order; 0 means never.
    pub codes: IndexMap<String, u64>,
}

/// The outcome of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepResult {
    /// Its name.
    pub name: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// Requests sent for it.
    pub attempts: u32,
    /// Time spent on it, waits included, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// Why it was skipped or could not be judged, or passed though its expectation did not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The contract that its codes belong to, where it is not the scenario's: that of an included file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// The error codes of its answers in the order received, repetitions included; an answer without a code
    /// adds nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// How often each code came, where the step was repeated; `codes` then has each code once.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub code_counts: IndexMap<String, u64>,
    /// Whether it failed in some repetitions and passed in others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// What was found in it: places in the report's `findings`, from 0. Empty in events, which carry the
    /// findings themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

/// The outcome of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResult {
    /// Its name; a case's own values stand in brackets behind it.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The contract it was judged by; empty if none.
    pub contract: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Why it was skipped or could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its steps: setup, steps, teardown, as far as it came.
    pub steps: Vec<StepResult>,
}

/// What is said about the run as a whole, and about no single answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Across {
    /// The verdict; a run whose answers fit together passes.
    pub verdict: Verdict,
    /// What was found: places in the report's `findings`, from 0.
    pub findings: Vec<usize>,
}

/// A whole run. Scripts build on these names: more may be added, a change bumps `version`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this format.
    pub version: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// Which command wrote it.
    pub kind: Kind,
    /// The target's origin, secrets left out.
    #[serde(default)]
    pub target: String,
    /// The origin of the target that this one was compared with, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// The seed of everything random: `--seed` with it brings the same values again.
    #[serde(default)]
    pub seed: u64,
    /// True if the run was cut short; what was seen until then is here.
    #[serde(default)]
    pub interrupted: bool,
    /// How often every scenario was run, at most: `--repeat`.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeat: u32,
    /// Totals.
    pub summary: Summary,
    /// Coverage of each contract's catalogue, by contract.
    pub coverage: IndexMap<String, Coverage>,
    /// The scenarios in input order.
    pub scenarios: Vec<ScenarioResult>,
    /// What was found by looking at all answers together; absent if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub across: Option<Across>,
    /// The findings in input order, repetitions at one place grouped; with `repeat` above 1 grouped by cause.
    pub findings: Vec<Finding>,
    /// The kill matrix, in reports of `tollgate mutants`.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Matrix>,
    /// Verdicts on rate limits, in reports of `tollgate limits` and `tollgate judge`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitReport>,
    /// What was measured, in reports of `tollgate load`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Box<LoadReport>>,
    /// How the run and its baseline agree, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineReport>,
}

fn once() -> u32 {
    1
}

/// Whether scenarios are run once, which goes without saying.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
pub(super) fn is_once(repeat: &u32) -> bool {
    *repeat == 1
}

impl Report {
    /// The version this program writes.
    pub const VERSION: u32 = 1;
}
