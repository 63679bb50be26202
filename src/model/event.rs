//! What happens during a run, in the order reporters see it: scenario by scenario, as the input lists them.

use serde::Serialize;

use super::{Finding, LimitReport, LoadPoint, ScenarioResult, StepResult, Summary, Tool};

/// One thing that happened. The runner emits, reporters listen; neither knows the other.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The first event.
    RunStarted {
        /// Version of the event stream, the same as the report's.
        version: u32,
        /// Who writes this.
        tool: Tool,
        /// How many scenarios the plan holds (one for each case).
        scenarios: usize,
        /// The target's origin, redacted.
        target: String,
        /// The origin of the target that this one is compared with, redacted.
        #[serde(skip_serializing_if = "Option::is_none")]
        against: Option<String>,
        /// The seed of everything random.
        seed: u64,
        /// How often every scenario is run.
        #[serde(skip_serializing_if = "super::report::is_once")]
        repeat: u32,
    },
    /// A step has its verdict.
    StepFinished {
        /// The scenario's place in the input, from 0.
        scenario: usize,
        /// The step's result.
        step: StepResult,
        /// What was found in it.
        findings: Vec<Finding>,
    },
    /// The rate limit of a scenario was probed; the verdicts came before it as steps.
    LimitJudged {
        /// The scenario's place in the input, from 0.
        scenario: usize,
        /// Verdicts, model, timeline and cost.
        limit: Box<LimitReport>,
    },
    /// A scenario has its verdict; its steps came before it.
    ScenarioFinished {
        /// The scenario's place in the input, from 0.
        index: usize,
        /// The result, steps included.
        scenario: ScenarioResult,
    },
    /// An interval of a load run is over; the last one may be shorter.
    LoadTick {
        /// Length of a whole interval in milliseconds.
        interval_ms: u64,
        /// What happened in it.
        #[serde(flatten)]
        point: LoadPoint,
    },
    /// All answers were looked at together, and they do not fit. Nothing is said if they do.
    RunJudged {
        /// The verdict on the run as a whole.
        verdict: super::Verdict,
        /// What was found, each at the place of a specimen.
        findings: Vec<Finding>,
    },
    /// The last event, also after an interruption.
    RunFinished {
        /// Totals.
        summary: Summary,
        /// True if the run was cut short.
        interrupted: bool,
    },
}
