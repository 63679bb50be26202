//! Bounds on what a load measured and whether they held, as reports show them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::Verdict;

/// A bound on what was measured, and whether it held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdResult {
    /// The bound as it was written.
    pub text: String,
    /// The verdict; inconclusive if the generator was the limit, or nothing was measured.
    pub verdict: Verdict,
    /// What was measured, with its unit. Of bounds on windows: the worst window.
    pub actual: String,
    /// Windows looked at, and those that broke it; absent for bounds on the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<ThresholdWindows>,
    /// Whether it ended the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aborted: bool,
    /// The file it stands in; empty if it comes from the command line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Its line, from 1; 0 if it comes from the command line.
    #[serde(default)]
    pub line: u32,
    /// Its column, from 1; 0 if it comes from the command line.
    #[serde(default)]
    pub column: u32,
}

/// How a bound on windows held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdWindows {
    /// Length of a window in milliseconds.
    pub window_ms: u64,
    /// Whole windows looked at.
    pub judged: u64,
    /// Those that broke the bound.
    pub broken: u64,
    /// Begin of the first broken one in milliseconds since the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_broken_ms: Option<u64>,
}
