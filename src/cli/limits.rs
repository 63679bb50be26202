//! `tollgate limits`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::judge::limit_report;
use super::run::time;
use super::serve::limit;
use super::{FailOn, ReportTarget};
use crate::limits::log::Probe;

/// The arguments of `tollgate limits`.
#[derive(Debug, Args)]
#[command(
    after_help = "Keys may also be given in TOLLGATE_KEYS, separated by spaces, where other users of the machine \
                        cannot see them. Probing uses up the limits of its keys: give test keys of one plan, four if \
                        there are as many, since fresh keys make rounds independent and spare waits."
)]
pub struct LimitsArgs {
    /// Origin of the API: scheme, host, port, perhaps a prefix [default: a reference server inside]
    #[arg(long, value_name = "URL", help_heading = "Target")]
    pub target: Option<String>,
    /// Probe this host though it is not this machine
    #[arg(long, value_name = "HOST", help_heading = "Target")]
    pub allow_load: Vec<String>,
    /// Contract that says what is promised: a built-in name or a folder
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub contract: Option<String>,
    /// API key, sent as `Authorization: Bearer KEY`; never shown
    #[arg(long, value_name = "KEY", help_heading = "Target")]
    pub key: Vec<String>,
    /// Header that carries the key as it is, instead of Authorization
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub key_header: Option<String>,
    /// Header line of every request
    #[arg(long, value_name = "NAME: VALUE", value_parser = header, help_heading = "Target")]
    pub header: Vec<(String, String)>,

    /// Request that is limited and changes nothing, below the contract's base path
    #[arg(long, value_name = "METHOD PATH", value_parser = request, help_heading = "Requests")]
    pub request: Option<(String, String)>,
    /// Write that may be sent, `{{marker}}` in its body or path
    #[arg(long, value_name = "METHOD PATH", value_parser = request, requires = "list", help_heading = "Requests")]
    pub write: Option<(String, String)>,
    /// Body of the write, JSON
    #[arg(long, value_name = "TEXT", requires = "write", help_heading = "Requests")]
    pub body: Option<String>,
    /// Request that lists what was written; with `{{marker}}` in its path it is sent for each write
    #[arg(long, value_name = "METHOD PATH", value_parser = request, requires = "write", help_heading = "Requests")]
    pub list: Option<(String, String)>,
    /// Another documented request of the same keys
    #[arg(long, value_name = "METHOD PATH", value_parser = request, help_heading = "Requests")]
    pub other: Option<(String, String)>,
    /// Path that no limit concerns [default: those of the contract]
    #[arg(long, value_name = "PATH", help_heading = "Requests")]
    pub exempt: Vec<String>,

    /// Requests and window that are promised [default: the contract's, or found by counting and waiting]
    #[arg(long, value_name = "N/TIME", value_parser = limit, help_heading = "Promises")]
    pub limit: Option<(u32, Duration)>,
    /// Requests a day that are promised; the day of one key is used up
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Promises")]
    pub daily: Option<u32>,
    /// How the limit is meant
    #[arg(long, value_enum, value_name = "HOW", default_value = "unspecified", help_heading = "Promises")]
    pub semantics: SemanticsChoice,
    /// Size of the bucket, for `--semantics bucket` [default: the limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Promises")]
    pub burst: Option<u32>,
    /// What the reset of the rate limit headers counts; not judged unless it is said
    #[arg(long, value_enum, value_name = "UNIT", help_heading = "Promises")]
    pub reset_unit: Option<ResetUnit>,
    /// Whether refused requests count; not judged unless it is said
    #[arg(long, value_enum, value_name = "YES|NO", help_heading = "Promises")]
    pub counts_rejects: Option<YesNo>,
    /// By which factor several nodes together may exceed the limit
    #[arg(long, value_name = "FACTOR", value_parser = factor, help_heading = "Promises")]
    pub nodes: Option<f64>,
    /// What is counted together
    #[arg(long, value_enum, value_name = "WHAT", default_value = "key", help_heading = "Promises")]
    pub scope: ScopeChoice,

    /// Every rule once, as briefly as it can be done
    #[arg(long, conflicts_with = "thorough", help_heading = "Run")]
    pub quick: bool,
    /// More rounds, to find rare races
    #[arg(long, help_heading = "Run")]
    pub thorough: bool,
    /// Also send at a constant rate of 90, 100 and 110 percent of the limit
    #[arg(long, help_heading = "Run")]
    pub steady: bool,
    /// Also run so many clients that wait as they are told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Run")]
    pub fleet: Option<u16>,
    /// Also start the target anew with this shell command, last of all, and see whether a key that is used up stays so
    #[arg(long, value_name = "COMMAND", requires = "target", conflicts_with_all = ["arm", "verify"], help_heading = "Run")]
    pub restart_command: Option<String>,
    /// Only this probe; an unknown one is answered with the list
    #[arg(long, value_name = "PROBE", value_parser = probe, conflicts_with_all = ["self_test", "arm", "verify"], help_heading = "Run")]
    pub only: Vec<Probe>,
    /// Most requests in all; probes that do not fit are left out
    #[arg(
        long, value_name = "N", default_value_t = 20_000, help_heading = "Run",
        value_parser = clap::value_parser!(u64).range(1..=1_000_000)
    )]
    pub max_requests: u64,
    /// Longest time in all, in seconds; probes that do not fit are left out
    #[arg(
        long, value_name = "SECONDS", default_value_t = 900, help_heading = "Run",
        value_parser = clap::value_parser!(u64).range(1..=172_800)
    )]
    pub max_seconds: u64,
    /// Seed of everything random, to repeat a run
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub seed: Option<u64>,
    /// Print what would be sent and what it costs, and send nothing; needs the limit, declared by you or the contract
    #[arg(long, help_heading = "Run")]
    pub dry_run: bool,
    /// Use up the day of one key and keep what its refusal promised, for `--verify` to ask once that has come due
    #[arg(
        long, value_name = "FILE", requires = "daily", help_heading = "Days",
        conflicts_with_all = ["verify", "self_test", "steady", "fleet", "write", "other", "exempt"]
    )]
    pub arm: Option<PathBuf>,
    /// Ask once, with the same target and keys, whether what `--arm` kept was true; before it has come due nothing is sent
    #[arg(
        long, value_name = "FILE", help_heading = "Days",
        conflicts_with_all = [
            "self_test", "dry_run", "quick", "thorough", "steady", "fleet", "write", "other", "exempt"
        ]
    )]
    pub verify: Option<PathBuf>,

    /// Lowest severity that fails the run
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "error", help_heading = "Run")]
    pub fail_on: FailOn,

    /// Version of HTTP to probe over; where the target speaks both, the other one is tried as a way around the limit
    #[arg(long, value_enum, default_value = "1.1", help_heading = "Connection")]
    pub http: ProbeHttp,
    /// PEM file with certificates to trust beside the system's
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub cacert: Option<PathBuf>,
    /// Do not check certificates
    #[arg(long, help_heading = "Connection")]
    pub insecure: bool,
    /// Longest time for a connection to open
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s", help_heading = "Connection")]
    pub connect_timeout: Duration,

    /// Try prober and judge instead: simulated limiters, clean and with known faults, in simulated time
    #[arg(long, conflicts_with_all = ["target", "record", "dry_run", "report"], help_heading = "Self-test")]
    pub self_test: bool,
    /// Runs of each limiter and each fault at each size, every one with other delays
    #[arg(
        long, value_name = "N", default_value_t = 3, help_heading = "Self-test",
        value_parser = clap::value_parser!(u32).range(1..=1_000)
    )]
    pub seeds: u32,
    /// Only this limit [default: 5/1s, 20/6s, 100/10s and 60/60s]
    #[arg(long, value_name = "N/TIME", value_parser = limit, requires = "self_test", help_heading = "Self-test")]
    pub size: Vec<(u32, Duration)>,
    /// Only clean limiters with this in their name
    #[arg(long, value_name = "NAME", requires = "self_test", help_heading = "Self-test")]
    pub model: Vec<String>,
    /// Only this fault; an unknown one is answered with the list
    #[arg(long, value_name = "ID", requires = "self_test", help_heading = "Self-test")]
    pub fault: Vec<String>,

    /// Write the table as a page of Markdown, too
    #[arg(long, value_name = "FILE", requires = "self_test", help_heading = "Self-test")]
    pub page: Option<PathBuf>,

    /// Keep the log of all requests and answers, to be judged again
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub record: Option<PathBuf>,
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

/// Versions of HTTP that limits are probed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProbeHttp {
    /// HTTP/1.1
    #[value(name = "1.1")]
    Http1,
    /// HTTP/2, by prior knowledge where there is no TLS
    #[value(name = "2")]
    Http2,
}

/// Readings of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SemanticsChoice {
    /// Not said: whatever honest limiters have in common
    Unspecified,
    /// Windows that follow each other
    FixedWindow,
    /// Never more than the limit in any interval as long as the window
    AnyWindow,
    /// A bucket that refills evenly
    Bucket,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// Yes
    Yes,
    /// No
    No,
}

/// What the reset of the rate limit headers counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResetUnit {
    /// Time from the answer on
    Delay,
    /// Time since 1970
    Epoch,
}

/// What a limit is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeChoice {
    /// The key, whatever the endpoint
    Key,
    /// Key and endpoint
    Endpoint,
}

fn request(text: &str) -> Result<(String, String), String> {
    let how = || "write method and path, such as 'GET /leads'".to_owned();
    let (method, path) = text.trim().split_once(' ').ok_or_else(how)?;
    let path = path.trim();
    let letters = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    let plain = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    if !letters || !plain {
        return Err(how());
    }
    Ok((method.to_ascii_uppercase(), path.to_owned()))
}

fn header(text: &str) -> Result<(String, String), String> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match text.split_once(':') {
        Some((name, value))
            if !name.is_empty() && name.bytes().all(token) && !value.contains(['\r', '\n', '\0']) =>
        {
            Ok((name.to_owned(), value.trim().to_owned()))
        }
        _ => Err("write a header line, such as 'x-workspace-id: ws_1'".to_owned()),
    }
}

fn probe(name: &str) -> Result<Probe, String> {
    Probe::named(name).filter(|probe| *probe != Probe::Warmup).ok_or_else(|| {
        let known = Probe::ALL.iter().map(|(_, name)| *name).filter(|name| *name != Probe::Warmup.name());
        format!("there is no such probe; those there are: {}", known.collect::<Vec<_>>().join(", "))
    })
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor: &f64| (1.0..=1_000.0).contains(factor));
    factor.ok_or_else(|| "write a factor from 1 to 1000, such as 1.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_header_lines_are_checked() {
        assert_eq!(request("get /leads?x=1"), Ok(("GET".to_owned(), "/leads?x=1".to_owned())));
        for wrong in ["/leads", "GET leads", "GET", "GET /a b", "G3T /a", "GET /a\u{e9}"] {
            assert!(request(wrong).is_err(), "{wrong}");
        }
        assert_eq!(header("X-A:  b "), Ok(("X-A".to_owned(), "b".to_owned())));
        for wrong in ["x", ": v", "a b: c", "x: y\r\nz: 1"] {
            assert!(header(wrong).is_err(), "{wrong}");
        }
        assert!(factor("0.5").is_err() && factor("2") == Ok(2.0) && factor("NaN").is_err());
    }
}
