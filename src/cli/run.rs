//! `tollgate run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{EdgesArgs, ReportTarget, SuiteArgs};
use crate::baseline::Expires;
use crate::model::Severity;
use crate::yaml::duration_from_text;

/// The arguments of `tollgate run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Origin of the API: scheme, host, port, perhaps a prefix [default: a reference server inside]
    #[arg(long, value_name = "URL", help_heading = "Target")]
    pub target: Option<String>,
    /// Probe the rate limits of this host though it is not this machine, where scenarios have `limits`
    #[arg(long, value_name = "HOST", help_heading = "Target")]
    pub allow_load: Vec<String>,
    /// The suite.
    #[command(flatten)]
    pub suite: SuiteArgs,
    /// Print what would run, and send nothing
    #[arg(long, help_heading = "Selection")]
    pub dry_run: bool,

    /// Scenarios side by side [default: the processors]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Run")]
    pub jobs: Option<u16>,
    /// Run every scenario so often, to see rare faults; findings are then grouped by cause
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000), default_value_t = 1, help_heading = "Run")]
    pub repeat: u16,
    /// Start nothing new after the first scenario that fails
    #[arg(long, help_heading = "Run")]
    pub fail_fast: bool,
    /// Lowest severity that fails the run [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Run")]
    pub fail_on: Option<FailOn>,
    /// Seed of everything random, to repeat a run
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub seed: Option<u64>,
    /// Longest time for one request
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s", help_heading = "Run")]
    pub timeout: Duration,
    /// Longest wait for an unexpected 429 to pass
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "60s", help_heading = "Run")]
    pub max_wait: Duration,

    /// Write snapshots that are new or changed: `pending` for review, `accept` at once; refused where CI is set
    #[arg(
        long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true,
        default_missing_value = "pending", help_heading = "Snapshots"
    )]
    pub update: Option<Update>,
    /// Run the suite on this target first, and report every difference of its answers; snapshots are left aside
    #[arg(long, value_name = "URL", conflicts_with = "update", help_heading = "Snapshots")]
    pub against: Option<String>,

    /// Accept the findings that this file lists, until each one's last day
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub baseline: Option<PathBuf>,
    /// Write the file anew: new findings are added, fixed ones dropped; refused where CI is set
    #[arg(long, requires = "baseline", help_heading = "Baseline")]
    pub update_baseline: bool,
    /// Last day of new entries, and a new last day for expired ones: 2026-12-31 or 30d [default: 90d, none renewed]
    #[arg(long, value_name = "WHEN", requires = "update_baseline", help_heading = "Baseline")]
    pub expires: Option<Expires>,
    /// The error pack.
    #[command(flatten)]
    pub pack: EdgesArgs,

    /// Version of HTTP to speak
    #[arg(long, value_enum, default_value = "auto", help_heading = "Connection")]
    pub http: HttpChoice,
    /// Proxy for every request [default: HTTP_PROXY, HTTPS_PROXY, NO_PROXY]
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    pub proxy: Option<String>,
    /// PEM file with certificates to trust beside the system's
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub cacert: Option<PathBuf>,
    /// Do not check certificates
    #[arg(long, help_heading = "Connection")]
    pub insecure: bool,
    /// Longest time for a connection to open
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s", help_heading = "Connection")]
    pub connect_timeout: Duration,
    /// Most bytes of a response body that are read
    #[arg(
        long, value_name = "BYTES", default_value_t = 4 << 20, help_heading = "Connection",
        value_parser = clap::value_parser!(u64).range(1..=1 << 30)
    )]
    pub max_body: u64,

    /// Keep the log of each rate limit that is probed in this folder, to be judged again with `tollgate judge`
    #[arg(long, value_name = "DIR", conflicts_with = "against", help_heading = "Output")]
    pub record_limits: Option<PathBuf>,
    /// Write a report: terminal, json, ndjson, junit; `=-` or no path for stdout
    #[arg(long, value_name = "FORMAT[=PATH]", help_heading = "Output")]
    pub report: Vec<ReportTarget>,
    /// Print failures and the last line only
    #[arg(long, short, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Print notes and steps, too
    #[arg(long, short, help_heading = "Output")]
    pub verbose: bool,
}

/// What becomes of snapshots that are new or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Update {
    /// They wait beside the accepted ones for `tollgate snapshots review`
    Pending,
    /// They are accepted unseen
    Accept,
}

/// Severities that can fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Broken contracts, RFC MUSTs and expectations
    Error,
    /// Broken SHOULDs as well
    Warning,
    /// Advice as well
    Note,
}

impl From<FailOn> for Severity {
    fn from(word: FailOn) -> Self {
        match word {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Note => Self::Note,
        }
    }
}

/// Versions of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HttpChoice {
    /// HTTP/1.1, or what the server chooses over TLS
    Auto,
    /// HTTP/1.1 everywhere
    #[value(name = "1.1")]
    Http1,
    /// HTTP/2 everywhere
    #[value(name = "2")]
    Http2,
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    duration_from_text(text).ok_or_else(|| "write a time with its unit, such as 500ms, 2s or 1m".to_owned())
}
