//! `tollgate serve`.

use std::time::Duration;

use clap::Args;

use super::run::time;
use crate::yaml::duration_from_text;

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
    #[arg(long, value_name = "N/TIME", value_parser = limit, default_value = "600/60s")]
    pub limit: (u32, Duration),
    /// Requests a day for each key [default: no quota]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub daily: Option<u32>,
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

pub(super) fn limit(text: &str) -> Result<(u32, Duration), String> {
    let parsed = text.split_once('/').and_then(|(count, window)| {
        let count = count.parse().ok().filter(|count| *count > 0)?;
        let window = duration_from_text(window).filter(|window| !window.is_zero())?;
        Some((count, window))
    });
    parsed.ok_or_else(|| "write requests and window, such as 60/60s".to_owned())
}
