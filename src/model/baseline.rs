//! What a report says about the baseline: known findings that were accepted, those that are gone, those that expired.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One entry of a baseline file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineEntry {
    /// The rule's code.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// Its line in the baseline file, from 1; 0 if it was added by this run.
    pub line: u32,
    /// The scenario file; this and the parts below are left out where the entry fits any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The scenario's name with its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The step's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// JSON pointer into the response body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The message, what changes from run to run masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The last day on which it accepts: `2026-12-31`.
    pub expires: String,
    /// Why it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a run and its baseline agree.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct BaselineReport {
    /// The baseline file.
    pub file: String,
    /// Entries in it when the run began.
    pub entries: u64,
    /// Entries whose finding did not come though everything they are about was judged: they can be removed.
    pub fixed: Vec<BaselineEntry>,
    /// Entries whose file, scenario or step is no more: they can be removed, too.
    pub gone: Vec<BaselineEntry>,
    /// Entries whose finding came again after their last day: it was not accepted.
    pub expired: Vec<BaselineEntry>,
    /// Entries in use that expire within 14 days.
    pub expiring: Vec<BaselineEntry>,
    /// Entries of which nothing can be said: what they are about was not run or not judged.
    pub unjudged: u64,
    /// What `--update-baseline` did to the file, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<BaselineUpdate>,
}

/// What became of a baseline file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct BaselineUpdate {
    /// New entries.
    pub added: u64,
    /// Entries dropped since their findings are gone.
    pub dropped: u64,
    /// Expired entries with a new date.
    pub renewed: u64,
    /// Entries in the file now.
    pub entries: u64,
}
