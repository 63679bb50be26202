//! `tollgate serve`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::run::time;
use crate::limiter::{Algorithm, Anchor, HeaderFamily};
use crate::yaml::limit_from_text;

/// The arguments of `tollgate serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Port to listen on; 0 takes a free one, the ready line says which
    #[arg(long, short, default_value_t = 8080)]
    pub port: u16,
    /// Address to listen on
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub host: std::net::IpAddr,
    /// Requests a window for each key
    #[arg(long, value_name = "N/TIME", value_parser = limit, default_value = "600/60s", help_heading = LIMITS)]
    pub limit: (u32, Duration),
    /// How requests are counted
    #[arg(long, value_enum, value_name = "NAME", default_value_t, help_heading = LIMITS)]
    pub algorithm: AlgorithmChoice,
    /// What a bucket holds [default: the limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = LIMITS)]
    pub burst: Option<u32>,
    /// Time between refills; each brings its share of the limit
    #[arg(long, value_name = "TIME", value_parser = some_time, help_heading = LIMITS)]
    pub refill: Option<Duration>,
    /// How long a ban lasts, from the first refusal on
    #[arg(long, value_name = "TIME", value_parser = some_time, help_heading = LIMITS)]
    pub ban: Option<Duration>,
    /// Requests a day for each key [default: no quota]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = LIMITS)]
    pub daily: Option<u32>,
    /// Rate limit headers to send
    #[arg(long, value_enum, value_name = "FAMILY", default_value_t, help_heading = LIMITS)]
    pub limit_headers: HeadersChoice,
    /// Wait before every answer
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0ms")]
    pub latency: Duration,
    /// Seed of ids and keys
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Print the test keys as JSON and stop
    #[arg(long, conflicts_with = "routes")]
    pub keys: bool,
    /// Print every route with the codes it can answer and stop
    #[arg(long)]
    pub routes: bool,
    /// Have a known fault, to measure what a harness finds
    #[arg(long, value_name = "ID")]
    pub defect: Option<String>,
    /// Print every known fault with what it breaks and the rules that should find it, and stop
    #[arg(long, conflicts_with_all = ["routes", "keys"])]
    pub defects: bool,
}

const LIMITS: &str = "Limits";

/// The algorithms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AlgorithmChoice {
    /// A window that a key's first request opens, and the first one after its end the next
    #[default]
    FixedWindow,
    /// Windows that begin at multiples of their length since 1970
    FixedWindowClock,
    /// So many in any interval as long as the window
    SlidingLog,
    /// The same, and refused requests count
    SlidingLogRejects,
    /// This window's requests, and the share of the last one's that is less than a window old
    SlidingCounter,
    /// A bucket of --burst that refills evenly
    TokenBucket,
    /// The same decisions by theoretical arrival times
    Gcra,
    /// A bucket of --burst that refills every --refill
    IntervalRefill,
    /// A sliding log whose first refusal shuts the key out for --ban
    Ban,
    /// The same, and each request meanwhile starts that time anew
    BanExtending,
    /// So many under way at the same time, however long the window; they take --latency
    Concurrency,
}

/// The families of rate limit headers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HeadersChoice {
    /// X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset in seconds from now
    #[default]
    XRatelimit,
    /// RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy (drafts up to 06)
    DraftA,
    /// RateLimit and RateLimit-Policy as a dictionary (draft 07)
    DraftB,
    /// RateLimit and RateLimit-Policy as lists of strings (drafts from 08 on)
    DraftC,
    /// x-ratelimit, draft-c, and the first three of draft-a
    All,
    /// None at all
    None,
}

impl From<HeadersChoice> for HeaderFamily {
    fn from(choice: HeadersChoice) -> Self {
        match choice {
            HeadersChoice::XRatelimit => Self::XRatelimit,
            HeadersChoice::DraftA => Self::DraftA,
            HeadersChoice::DraftB => Self::DraftB,
            HeadersChoice::DraftC => Self::DraftC,
            HeadersChoice::All => Self::All,
            HeadersChoice::None => Self::None,
        }
    }
}

impl ServeArgs {
    /// The algorithm with its numbers.
    ///
    /// # Errors
    /// Which flag is missing, or has nothing to do with the algorithm.
    pub fn algorithm(&self) -> Result<Algorithm, String> {
        use AlgorithmChoice as Choice;
        let choice = self.algorithm;
        let bucket = matches!(choice, Choice::TokenBucket | Choice::Gcra | Choice::IntervalRefill);
        if self.burst.is_some() && !bucket {
            return Err(unused("--burst", "token-bucket, gcra or interval-refill"));
        }
        if self.refill.is_some() && choice != Choice::IntervalRefill {
            return Err(unused("--refill", "interval-refill"));
        }
        if self.ban.is_some() && !matches!(choice, Choice::Ban | Choice::BanExtending) {
            return Err(unused("--ban", "ban or ban-extending"));
        }
        if choice == Choice::Concurrency && self.latency.is_zero() {
            return Err(
                "`--algorithm concurrency` needs the time that a request is under way: add --latency, \
                        such as `--latency 100ms`"
                    .to_owned(),
            );
        }
        let burst = u64::from(self.burst.unwrap_or(self.limit.0));
        let needed = |time: Option<Duration>, flag: &str, what: &str| {
            time.ok_or_else(|| format!("this algorithm needs {what}: add {flag}, such as `{flag} 10s`"))
        };
        let ban = |extends| {
            let block = needed(self.ban, "--ban", "the time that a key is shut out")?;
            Ok::<_, String>(Algorithm::Ban { block, extends })
        };
        Ok(match choice {
            Choice::FixedWindow => Algorithm::FixedWindow { anchor: Anchor::FirstRequest },
            Choice::FixedWindowClock => {
                Algorithm::FixedWindow { anchor: Anchor::Clock { offset: Duration::ZERO } }
            }
            Choice::SlidingLog => Algorithm::SlidingLog { count_rejects: false },
            Choice::SlidingLogRejects => Algorithm::SlidingLog { count_rejects: true },
            Choice::SlidingCounter => Algorithm::SlidingCounter,
            Choice::TokenBucket => Algorithm::TokenBucket { burst },
            Choice::Gcra => Algorithm::Gcra { burst },
            Choice::IntervalRefill => {
                let step = needed(self.refill, "--refill", "the time between two refills")?;
                Algorithm::IntervalRefill { burst, step }
            }
            Choice::Ban => ban(false)?,
            Choice::BanExtending => ban(true)?,
            Choice::Concurrency => Algorithm::Concurrency,
        })
    }
}

fn unused(flag: &str, algorithms: &str) -> String {
    format!(
        "{flag} has a meaning with `--algorithm` {algorithms} only: choose one of them, or leave {flag} out"
    )
}

fn some_time(text: &str) -> Result<Duration, String> {
    match time(text) {
        Ok(time) if time.is_zero() => Err("write a time above zero, such as 10s".to_owned()),
        other => other,
    }
}

pub(super) fn limit(text: &str) -> Result<(u32, Duration), String> {
    limit_from_text(text).ok_or_else(|| "write requests and window, such as 60/60s".to_owned())
}
