//! `tollgate judge`.

use std::path::PathBuf;

use clap::Args;

use super::{FailOn, ReportTarget};
use crate::report;

/// The arguments of `tollgate judge`.
#[derive(Debug, Args)]
pub struct JudgeArgs {
    /// The log that a probe recorded
    pub file: PathBuf,
    /// Contract that the answers are judged by, built in or a folder [default: the one that the log names]
    #[arg(long, value_name = "NAME")]
    pub contract: Option<String>,
    /// Lowest severity of a verdict that fails: a broken rule is an error, broken advice a warning
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: FailOn,

    /// Write a report: terminal, json, junit, markdown; `=-` or no path for stdout
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = limit_report, help_heading = "Output")]
    pub report: Vec<ReportTarget>,
    /// Print failures, doubts and the last line only
    #[arg(long, short, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Print what was skipped and why, and what contradicts each limiter
    #[arg(long, short, help_heading = "Output")]
    pub verbose: bool,
}

/// Reads a report of verdicts on rate limits.
pub(super) fn limit_report(text: &str) -> Result<ReportTarget, String> {
    ReportTarget::among(text, report::LIMIT_FORMATS.iter().map(|format| format.name))
}
