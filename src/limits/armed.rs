//! A promise of the daily quota that outlives the process: what was promised to which key, and whether it has come due.

pub mod file;

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::log::{Log, Probe};
use super::retry::Retry;
use super::rules;
use super::view::{Seen, View};
use crate::contract::Compiled;

/// Longest wait that is believed: 400 days, as for every other `Retry-After`.
const LONGEST: i64 = 400 * 86_400 * SECOND;
const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;

/// What a key was promised when its day was used up. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Armed {
    /// The target's origin.
    pub origin: String,
    /// The read request: method and target as on the wire.
    pub request: String,
    /// The key by its place on the command line, from 1.
    pub key: u16,
    /// Requests a day that are promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<u64>,
    /// Wall time at which the refusal was received, milliseconds since 1970.
    pub received_unix_ms: u64,
    /// Wall time from which on a request is served: received, plus `Retry-After`, rounded up to seconds since 1970.
    pub promised_unix_s: u64,
    /// The server's `Date` less our wall time, in milliseconds; none if the refusal had no `Date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_offset_ms: Option<i64>,
    /// `Retry-After` as received.
    pub retry_after: String,
    /// The status of the refusal: 429.
    pub status: u16,
    /// The code in its body; empty if it has none.
    #[serde(default)]
    pub code: String,
}

impl Armed {
    /// How long it is until the promise comes due; nothing once it has.
    pub fn wait(&self, now_unix_ms: u64) -> Option<Duration> {
        let left = self.promised_unix_s.saturating_mul(1_000).saturating_sub(now_unix_ms);
        (left > 0).then(|| Duration::from_millis(left))
    }

    /// When the promise comes due, as people and programs read it: `2026-11-27T00:00:00Z`.
    pub fn due(&self) -> String {
        let at = i64::try_from(self.promised_unix_s).ok();
        let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
        at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{} s", self.promised_unix_s))
    }

    /// Method and target of the request.
    pub fn call(&self) -> (&str, &str) {
        self.request.split_once(' ').unwrap_or_default()
    }
}

/// A wait in words, rounded up to seconds: `23 h 10 min 5 s`.
pub fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let said = parts.iter().filter(|(number, unit)| *number > 0 || *unit == "s" && seconds == 0);
    said.map(|(number, unit)| format!("{number} {unit}")).collect::<Vec<_>>().join(" ")
}

/// The server's `Date` less our wall time at its receipt, in milliseconds.
pub(super) fn offset(date: SystemTime, received_unix_ms: u64) -> Option<i64> {
    let date = date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis();
    i64::try_from(date).ok()?.checked_sub(i64::try_from(received_unix_ms).ok()?)
}

/// Wall time of a moment of a log, in milliseconds since 1970, rounded up. The start is cut to milliseconds, so that one
/// more is added: a promise must not come due early.
pub(super) fn wall(log: &Log, at: i64) -> u64 {
    let since = (at.max(0) + MILLI - 1) / MILLI;
    log.head.started_unix_ms.saturating_add(since.unsigned_abs()).saturating_add(1)
}

/// The promise of the last refusal for the day. A pure function of the log.
///
/// # Errors
/// No refusal for the day has a wait that can be used: what there was instead.
pub fn arm(log: &Log, contract: Option<&Compiled>) -> Result<Armed, String> {
    let view = View::new(log, contract);
    if view.of(Probe::Daily).next().is_none() {
        return Err(view.why_not(Probe::Daily));
    }
    let refused: Vec<&Seen<'_>> = view.of(Probe::Daily).filter(|seen| of_the_day(&view, seen)).collect();
    let Some(last) = refused.last() else {
        let undone = log.undone.iter().find(|(probe, _)| *probe == Probe::Daily);
        let why = undone.map_or_else(String::new, |(_, why)| format!(": {why}"));
        return Err(format!("no 429 of the daily quota was seen{why}"));
    };
    let usable = refused.iter().rev().find_map(|seen| Some((*seen, wait(seen)?)));
    let Some((seen, wait)) = usable else {
        return Err(format!(
            "no 429 of the daily quota has a usable Retry-After, the last one: {}",
            told(last)
        ));
    };
    let received_unix_ms = wall(log, seen.h);
    let wait_ms = ((wait + MILLI - 1) / MILLI).unsigned_abs();
    Ok(Armed {
        origin: log.head.target.clone(),
        request: log.head.request.clone(),
        key: seen.record.key.unwrap_or_default() + 1,
        daily: log.head.declared.daily,
        received_unix_ms,
        promised_unix_s: received_unix_ms.saturating_add(wait_ms).div_ceil(1_000),
        date_offset_ms: seen.date.and_then(|date| offset(date, received_unix_ms)),
        retry_after: seen.retry_text().to_owned(),
        status: seen.record.status,
        code: rules::code(&view, seen).unwrap_or_default(),
    })
}

/// A 429 for the day: with the day's code, or, where no code is declared, with a wait that no window explains.
fn of_the_day(view: &View<'_>, seen: &Seen<'_>) -> bool {
    let code = &view.declared.daily_code;
    let is_it = match view.window {
        _ if !code.is_empty() => rules::code(view, seen).as_ref() == Some(code),
        // A wait that is none is told apart later: it was asked for slowly, so that only the day refuses.
        Some(window) => wait(seen).is_none_or(|wait| wait > window.saturating_mul(2)),
        None => true,
    };
    seen.record.status == 429 && seen.record.error.is_none() && is_it
}

/// A wait that is one, and that can be believed; in nanoseconds.
fn wait(seen: &Seen<'_>) -> Option<i64> {
    seen.retry.wait(seen.date).filter(|wait| (1..=LONGEST).contains(wait))
}

fn told(seen: &Seen<'_>) -> String {
    match seen.retry {
        Retry::Absent => "none".to_owned(),
        _ => super::show::text(seen.retry_text()),
    }
}
