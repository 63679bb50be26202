//! `tollgate mutants`.

use std::time::Duration;

use clap::Args;

use super::run::time;
use super::{FailOn, ReportTarget, SuiteArgs};
use crate::report;

/// The arguments of `tollgate mutants`.
#[derive(Debug, Args)]
pub struct MutantsArgs {
    /// The suite.
    #[command(flatten)]
    pub suite: SuiteArgs,
    /// Only defects of this family; `tollgate serve --defects` lists them
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub family: Vec<String>,
    /// Only this defect
    #[arg(long, value_name = "ID", help_heading = "Selection")]
    pub defect: Vec<String>,

    /// Fail if less than this share of the defects is caught, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Run")]
    pub min_score: Option<f64>,
    /// Lowest severity of a finding that catches a defect
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "note", help_heading = "Run")]
    pub fail_on: FailOn,
    /// Runs on the clean server, which must have no findings, each with other random values
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Run")]
    pub clean_runs: u32,
    /// Servers tested side by side
    #[arg(long, short, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Run")]
    pub jobs: u16,
    /// Seed of everything random; the same seed gives the same matrix
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Run")]
    pub seed: u64,
    /// Longest time for one request
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "5s", help_heading = "Run")]
    pub timeout: Duration,
    /// Longest wait for an unexpected 429 to pass
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "5s", help_heading = "Run")]
    pub max_wait: Duration,

    /// Write a report: terminal, json, markdown; `=-` or no path for stdout
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = matrix_report, help_heading = "Output")]
    pub report: Vec<ReportTarget>,
    /// Print what was missed and the last line only
    #[arg(long, short, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Print every defect with what caught it
    #[arg(long, short, help_heading = "Output")]
    pub verbose: bool,
}

fn matrix_report(text: &str) -> Result<ReportTarget, String> {
    ReportTarget::among(text, report::MATRIX_FORMATS.iter().map(|format| format.name))
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "write a share from 0 to 100, such as 95".to_owned())
}
