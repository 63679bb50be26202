//! The catalogue of rate limit rules: a file a family, each rule a pure function of the prepared log.

mod algorithm;
mod answers;
mod bypass;
mod concurrency;
mod counts;
mod daily;
mod daily_return;
mod envelope;
mod fields;
mod fleet;
mod isolation;
mod recovery;
mod reset;
mod restart;
mod retry_after;
mod status;
mod steady;
mod waits;
mod writes;

pub(super) use envelope::code;
pub(super) use isolation::shared as keys_share;

use super::log::Probe;
use super::view::{Seen, View};
use crate::model::{Outcome, RuleInfo};

/// Where a rule comes from, which decides what breaking it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A standard: breaking a MUST fails, a SHOULD warns.
    Rfc,
    /// The draft on rate limit header fields; only where such fields are sent.
    Draft,
    /// The documented contract: breaking it fails.
    Contract,
    /// Advice: warns at most.
    Advice,
}

impl Class {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Draft => "draft",
            Self::Contract => "contract",
            Self::Advice => "advice",
        }
    }
}

/// A rule: what it says, how it is tested, and the function that judges.
#[derive(Debug)]
pub struct Rule {
    /// Its identity.
    pub info: RuleInfo,
    /// Where it comes from.
    pub class: Class,
    /// What must hold.
    pub statement: &'static str,
    /// How that is tested.
    pub tested: &'static str,
    /// When it passes, and with which tolerance.
    pub passes: &'static str,
    /// The probe that tests it.
    pub probe: Probe,
    pub(super) judge: fn(&View<'_>) -> Verdict,
}

impl Rule {
    /// The name of the step that its verdict is in a scenario.
    pub fn step(&self) -> String {
        format!("{} {}", self.info.code, self.info.name)
    }
}

/// Writes a rule down: its documentation is made of its parts.
macro_rules! rule {
    (
        $code:literal $name:literal $family:literal, $class:ident $severity:ident, $source:expr,
        says: $says:literal, tested: $tested:literal, passes: $passes:literal, by: $probe:ident $judge:path
    ) => {
        $crate::limits::rules::Rule {
            info: $crate::model::RuleInfo {
                code: $code,
                name: $name,
                family: $family,
                severity: $crate::model::Severity::$severity,
                source: $source,
                doc: concat!(
                    $says,
                    ".\n\n## How it is tested\n\n",
                    $tested,
                    ".\n\n## Passes if\n\n",
                    $passes,
                    ".\n"
                ),
            },
            class: $crate::limits::rules::Class::$class,
            statement: $says,
            tested: $tested,
            passes: $passes,
            probe: $crate::limits::log::Probe::$probe,
            judge: $judge,
        }
    };
}
use rule;

/// Every rule, family by family, in the catalogue's order.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        status::RULES,
        envelope::RULES,
        retry_after::RULES,
        counts::RULES,
        concurrency::RULES,
        algorithm::RULES,
        waits::RULES,
        recovery::RULES,
        restart::RULES,
        fields::RULES,
        reset::RULES,
        isolation::RULES,
        bypass::RULES,
        writes::RULES,
        answers::RULES,
        steady::RULES,
        daily::RULES,
        daily_return::RULES,
        fleet::RULES,
    ]
    .into_iter()
    .flatten()
}

/// What a rule says about a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) measured: String,
    pub(super) evidence: Vec<String>,
    pub(super) requests: Vec<u64>,
    pub(super) guard: Option<String>,
}

impl Verdict {
    fn new(outcome: Outcome, measured: impl Into<String>) -> Self {
        Self { outcome, measured: measured.into(), evidence: Vec::new(), requests: Vec::new(), guard: None }
    }

    fn pass(measured: impl Into<String>) -> Self {
        Self::new(Outcome::Pass, measured)
    }

    fn fail(measured: impl Into<String>) -> Self {
        Self::new(Outcome::Fail, measured)
    }

    fn warn(measured: impl Into<String>) -> Self {
        Self::new(Outcome::Warning, measured)
    }

    pub(super) fn skip(measured: impl Into<String>) -> Self {
        Self::new(Outcome::Skipped, measured)
    }

    /// Inconclusive for want of evidence.
    fn unsure(measured: impl Into<String>) -> Self {
        Self::new(Outcome::Inconclusive, measured)
    }

    /// Inconclusive because a guard failed.
    pub(super) fn guarded(guard: String) -> Self {
        Self { guard: Some(guard.clone()), ..Self::unsure(guard) }
    }

    /// Adds a line of evidence.
    fn line(mut self, line: impl Into<String>) -> Self {
        const MOST: usize = 12;
        if self.evidence.len() < MOST {
            self.evidence.push(line.into());
        }
        self
    }

    fn lines(self, lines: impl IntoIterator<Item = String>) -> Self {
        lines.into_iter().fold(self, Self::line)
    }

    /// Adds the requests that prove it.
    fn on(mut self, seqs: impl IntoIterator<Item = u64>) -> Self {
        const MOST: usize = 200;
        self.requests.extend(seqs.into_iter().take(MOST));
        self
    }
}

/// Fails if the rule is promised, and warns otherwise.
fn broken(promised: bool, measured: String) -> Verdict {
    if promised { Verdict::fail(measured) } else { Verdict::warn(measured) }
}

/// `n of n valid`, with what that bounds.
fn all_of(n: usize, what: &str) -> String {
    let bound = 100.0 * super::statistics::zero_of(n);
    format!("{n} of {n} {what}; wrong ones below {bound:.1} % at 95 %")
}

/// The first refusal of a drain, and how many were admitted before the last one.
struct Drain<'v, 'l> {
    admitted: Vec<&'v Seen<'l>>,
    refused: Vec<&'v Seen<'l>>,
    all: Vec<&'v Seen<'l>>,
}

impl<'v, 'l> Drain<'v, 'l> {
    fn of(all: Vec<&'v Seen<'l>>) -> Self {
        let admitted = all.iter().copied().filter(|seen| seen.admitted()).collect();
        let refused = all.iter().copied().filter(|seen| seen.throttled()).collect();
        Self { admitted, refused, all }
    }

    /// From the first sending to the last admitted answer, in nanoseconds.
    fn span(&self) -> i64 {
        let start = self.all.iter().map(|seen| seen.s).min().unwrap_or_default();
        let end = self.admitted.iter().map(|seen| seen.e).max().unwrap_or(start);
        (end - start).max(0)
    }
}

/// How much of the limit may come back within a time, rounded down.
fn refill(limit: u64, window: i64, time: i64) -> u64 {
    let come =
        u128::from(limit) * u128::from(time.max(0).unsigned_abs()) / u128::from(window.max(1).unsigned_abs());
    u64::try_from(come).unwrap_or(u64::MAX)
}

/// A count as the limit of so many nodes.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count times a small factor"
)]
fn times(count: u64, factor: f64) -> u64 {
    (count as f64 * factor).floor() as u64
}

/// The JSON of a body, if it is one.
fn json(seen: &Seen<'_>) -> Option<serde_json::Value> {
    serde_json::from_slice(&seen.record.body).ok()
}
