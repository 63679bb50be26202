//! `tollgate load`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::run::time;
use super::serve::limit;
use super::{FailOn, ReportTarget, SuiteArgs};
use crate::model::{Kind, On429};
use crate::threshold::{Rate, TestPlan, Think};

/// The arguments of `tollgate load`.
#[derive(Debug, Args)]
#[command(
    after_help = "Requests are sent at their times, however slowly the target answers (open model): latencies count from \
                  the intended time, and sends that come too late are left out, counted, and never caught up. With \
                  --users each user waits for its answers (closed model): latencies are service times, and a slow \
                  target is asked less. Every answer is judged by every rule. The key may also be given in TOLLGATE_SECRET_KEY, where other users \
                  of the machine cannot see it."
)]
pub struct LoadArgs {
    /// Which scenario, and its variables.
    #[command(flatten)]
    pub suite: SuiteArgs,

    /// Origin of the API: scheme, host, port, perhaps a prefix [default: a reference server inside]
    #[arg(long, value_name = "URL", help_heading = "Target")]
    pub target: Option<String>,
    /// Load this host though it is not this machine
    #[arg(long, value_name = "HOST", help_heading = "Target")]
    pub allow_load: Vec<String>,
    /// API key, sent as `Authorization: Bearer KEY`; never shown
    #[arg(long, value_name = "KEY", help_heading = "Target")]
    pub key: Option<String>,

    /// Request to send, below the contract's base path; several take turns
    #[arg(long, value_name = "METHOD PATH", value_parser = request, conflicts_with = "paths", help_heading = "Requests")]
    pub request: Vec<(String, String)>,
    /// Header line of every request
    #[arg(long, value_name = "NAME: VALUE", value_parser = header, requires = "request", help_heading = "Requests")]
    pub header: Vec<(String, String)>,
    /// Body of the requests; JSON unless a header says otherwise
    #[arg(long, value_name = "TEXT", requires = "request", help_heading = "Requests")]
    pub body: Option<String>,

    /// Requests per time: 2000/s, 60/60s; or `max`: every connection sends without pause
    #[arg(long, value_name = "RATE", conflicts_with = "stage", help_heading = "Load")]
    pub rate: Option<RateChoice>,
    /// How long to send [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "stage", help_heading = "Load")]
    pub duration: Option<Duration>,
    /// Part of a schedule: 30s:2000/s, or with a ramp 30s:100/s..2000/s; parts follow one another
    #[arg(long, value_name = "TIME:RATE[..RATE]", help_heading = "Load")]
    pub stage: Vec<StageArg>,
    /// Users, instead of a schedule: each walks through the steps again and again, and waits for its answers
    #[arg(long, value_name = "N", help_heading = "Users",
        conflicts_with_all = ["rate", "stage", "connections", "max_in_flight"],
        value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub users: Option<u32>,
    /// Users that begin in a time: 10/s [default: all at once]
    #[arg(long, value_name = "RATE", conflicts_with_all = ["rate", "stage"], value_parser = start_rate, help_heading = "Users")]
    pub start_rate: Option<Rate>,
    /// How many users there are when: parts with the users that each ends with, and its time
    #[arg(long, value_name = "N,TIME;...", help_heading = "Users",
        conflicts_with_all = ["users", "start_rate", "duration", "rate", "stage", "connections", "max_in_flight"])]
    pub test_plan: Option<TestPlan>,
    /// How long a user thinks after an answer: 200ms, or drawn from a range, 100ms..500ms [default: not at all]
    #[arg(long, value_name = "TIME[..TIME]", conflicts_with_all = ["rate", "stage"], help_heading = "Users")]
    pub think: Option<Think>,
    /// Longest wait of a user for a 429 to pass
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "60s", help_heading = "Users")]
    pub max_wait: Duration,
    /// Connections to open before the first request [default: 10, or what the rate needs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=20_000), help_heading = "Load")]
    pub connections: Option<u16>,
    /// Most requests under way at once, each on its own connection; sends beyond are dropped and counted [default: 256]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=20_000), help_heading = "Load")]
    pub max_in_flight: Option<u16>,
    /// Threads that send [default: by the rate]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), help_heading = "Load")]
    pub threads: Option<u16>,
    /// Longest time for one request
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s", help_heading = "Load")]
    pub timeout: Duration,
    /// What is done with a 429 [default: count]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Load")]
    pub on_429: Option<On429Choice>,

    /// Requests and window that the target promises: goodput and windows are measured against it
    #[arg(long, value_name = "N/TIME", value_parser = limit, help_heading = "Verdict")]
    pub limit: Option<(u32, Duration)>,
    /// Bound that must hold: `p99 < 200ms`, `throttled <= 10%`, `admitted per 1s between 15 and 20`
    #[arg(long, value_name = "BOUND", help_heading = "Verdict")]
    pub threshold: Vec<String>,
    /// Bound that ends the run as soon as it is broken
    #[arg(long, value_name = "BOUND", help_heading = "Verdict")]
    pub abort_on: Vec<String>,
    /// Lowest severity that fails the run [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Verdict")]
    pub fail_on: Option<FailOn>,
    /// Do not judge answers; they are counted by their status
    #[arg(long, help_heading = "Verdict")]
    pub no_judge: bool,

    /// PEM file with certificates to trust beside the system's
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub cacert: Option<PathBuf>,
    /// Do not check certificates
    #[arg(long, help_heading = "Connection")]
    pub insecure: bool,
    /// Most bytes of a response body that are read
    #[arg(
        long, value_name = "BYTES", default_value_t = 1 << 20, help_heading = "Connection",
        value_parser = clap::value_parser!(u64).range(1..=1 << 28)
    )]
    pub max_body: u64,

    /// Write a report: terminal, json, ndjson, junit, html; `=-` or no path for stdout
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = report, help_heading = "Output")]
    pub report: Vec<ReportTarget>,
    /// Compare with the JSON report of an earlier load; what changed is told, and fails nothing
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub compare: Option<PathBuf>,
    /// Show the figures so far to Prometheus while the load runs: 127.0.0.1:9464, port 0 takes a free one
    #[arg(long, value_name = "IP:PORT", value_parser = address, help_heading = "Output")]
    pub metrics: Option<SocketAddr>,
    /// No progress, and the last lines only
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
}

/// What is done with a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum On429Choice {
    /// It is counted, and the load goes on
    Count,
    /// The user waits as `Retry-After` tells, and repeats the step
    Wait,
    /// The first one ends the run
    Stop,
}

impl From<On429Choice> for On429 {
    fn from(choice: On429Choice) -> Self {
        match choice {
            On429Choice::Count => Self::Count,
            On429Choice::Wait => Self::Wait,
            On429Choice::Stop => Self::Stop,
        }
    }
}

/// `--rate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateChoice {
    /// This one.
    Rate(Rate),
    /// As many as the connections carry.
    Max,
}

impl FromStr for RateChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "max" => Ok(Self::Max),
            _ => match text.parse::<Rate>()? {
                Rate::ZERO => Err("a rate of nothing loads nothing".to_owned()),
                rate => Ok(Self::Rate(rate)),
            },
        }
    }
}

/// `--stage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageArg {
    /// Its length.
    pub length: Duration,
    /// The rate at its begin.
    pub from: Rate,
    /// The rate at its end.
    pub to: Rate,
}

impl FromStr for StageArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let how = || "write a time and a rate, 30s:2000/s, or a ramp, 30s:100/s..2000/s".to_owned();
        let (length, rates) = text.split_once(':').ok_or_else(how)?;
        let length =
            crate::yaml::duration_from_text(length).filter(|length| !length.is_zero()).ok_or_else(how)?;
        let (from, to) = rates.split_once("..").unwrap_or((rates, rates));
        Ok(Self { length, from: from.parse()?, to: to.parse()? })
    }
}

fn start_rate(text: &str) -> Result<Rate, String> {
    match text.parse::<Rate>()? {
        Rate::ZERO => Err("nobody ever begins at this rate".to_owned()),
        rate => Ok(rate),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "write an IP address and a port, such as 127.0.0.1:9464 or [::1]:9464".to_owned())
}

fn report(text: &str) -> Result<ReportTarget, String> {
    ReportTarget::of(Kind::Load, "tollgate load", text)
}

fn request(text: &str) -> Result<(String, String), String> {
    match text.split_once(' ') {
        Some((method, path)) if !method.is_empty() && path.trim_start().starts_with('/') => {
            Ok((method.to_owned(), path.trim().to_owned()))
        }
        _ => Err("write a method and a path, such as `GET /leads`".to_owned()),
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write a name and a value, such as `Accept: application/json`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_stages_are_read() {
        assert_eq!("max".parse(), Ok(RateChoice::Max));
        assert!("0/s".parse::<RateChoice>().is_err());
        let ramp: StageArg = "30s:100/s..2000/s".parse().unwrap();
        assert_eq!(
            (ramp.length.as_secs(), ramp.from.per_second(), ramp.to.per_second()),
            (30, 100.0, 2_000.0)
        );
        let flat: StageArg = "1m:5/s".parse().unwrap();
        assert_eq!(flat.from, flat.to);
        for wrong in ["30s", "30s:", "0s:5/s", "x:5/s", "30s:5/s.."] {
            assert!(wrong.parse::<StageArg>().is_err(), "{wrong}");
        }
        assert!(request("GET leads").is_err() && header("x").is_err());
    }
}
