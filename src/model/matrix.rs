//! The kill matrix: what a suite made of each seeded defect of the reference server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, Severity, Verdict};

/// One defect, and what the suite made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mutant {
    /// The defect's id.
    pub defect: String,
    /// Its family.
    pub family: String,
    /// What is different.
    pub description: String,
    /// What that breaks: a part of the documents, or a section of an RFC.
    pub breaks: String,
    /// Whether the suite found something that it does not find on the clean server.
    pub caught: bool,
    /// The rules and expectations that found it, by code.
    pub by: Vec<String>,
    /// The highest severity of what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Those that should, by code; one of them is enough.
    pub expected: Vec<String>,
    /// The contracts of the suite whose API has the defect.
    pub concerns: Vec<String>,
    /// Those of them under which it was found.
    pub caught_in: Vec<String>,
    /// The verdict on the suite's run against the server with the defect.
    pub verdict: Verdict,
    /// Why the run could not be judged, if nothing was found and something was in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Mutant {
    /// Whether one of the rules found it that should.
    pub fn named(&self) -> bool {
        self.by.iter().any(|code| self.expected.contains(code))
    }

    /// Whether it was neither found nor surely missed.
    pub fn in_doubt(&self) -> bool {
        !self.caught && self.verdict == Verdict::Inconclusive
    }
}

/// What a suite made of all defects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Matrix {
    /// The share of defects that were caught, in percent.
    pub score: f64,
    /// The defects, family by family.
    pub mutants: Vec<Mutant>,
    /// What was found on the clean server from warnings upwards: it should be nothing.
    pub false_alarms: Vec<Finding>,
    /// How often the suite was run on the clean server, each time with other random values.
    pub clean_runs: u32,
}

impl Matrix {
    /// The matrix of these mutants.
    pub fn new(mutants: Vec<Mutant>, false_alarms: Vec<Finding>, clean_runs: u32) -> Self {
        let caught = mutants.iter().filter(|mutant| mutant.caught).count();
        #[expect(clippy::cast_precision_loss, reason = "there are some hundreds")]
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        let score = if mutants.is_empty() { 0.0 } else { 100.0 * share(caught, mutants.len()) };
        Self { score, mutants, false_alarms, clean_runs }
    }
}
