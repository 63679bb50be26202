//! What is left of the counts when the server is started anew.

use super::{Rule, Verdict, rule};
use crate::limits::log::Probe;
use crate::limits::show::{at, span};
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

/// `Retry-After` has whole seconds, rounded up: so much of it may be no wait at all.
const SECOND: i64 = 1_000_000_000;

pub(super) static RULES: &[Rule] = &[rule! {
    "RC008" "restart-remembers" "limit waits", Advice Warning,
    Source::Advice("counts in the memory of one process are gone with each deployment"),
    says: "A key that is used up stays so when the server is started anew",
    tested: "A drain, `--restart-command`, and the first answer afterwards",
    passes: "it is a refusal. If it is served before the wait of the last refusal is over, less a second for rounding, the counts were forgotten",
    by: Restart remembers
}];

fn remembers(view: &View<'_>) -> Verdict {
    let groups = view.rounds(Probe::Restart);
    let Some(group) = groups.first() else { return Verdict::skip(view.why_not(Probe::Restart)) };
    let (before, after) = (group.phase(0), group.phase(1));
    let Some(refusal) = before.iter().rev().copied().find(|seen| seen.throttled()) else {
        return Verdict::unsure("the key was not refused before the restart");
    };
    let Some(answer) = after.iter().copied().find(|seen| seen.admitted() || seen.throttled()) else {
        return Verdict::unsure(view.why_not(Probe::Restart));
    };
    if let Some(guard) = view.doubt(&[refusal, answer], &[]) {
        return Verdict::guarded(guard);
    }
    let later = span(answer.s - refusal.h);
    let pair = [refusal, answer];
    let lines = pair.map(|seen| format!("#{} at {}: {}", seen.seq(), at(seen.s), seen.record.status));
    let told = |verdict: Verdict| verdict.lines(lines).on(pair.map(Seen::seq));
    if answer.throttled() {
        return told(Verdict::pass(format!(
            "refused still, {later} after the last refusal and after the restart"
        )));
    }
    let wait = refusal.promise().map(|promise| promise - refusal.h);
    match wait {
        Some(wait) if answer.e < refusal.h + wait - SECOND => told(Verdict::warn(format!(
            "served {later} after a refusal that asked for {}: the restart made the server forget",
            span(wait)
        ))),
        Some(wait) => told(Verdict::unsure(format!(
            "served {later} after a refusal that asked for {}, which was over or nearly so; probe a limit of a longer window",
            span(wait)
        ))),
        None => told(Verdict::unsure(format!(
            "served {later} after a refusal that does not tell its wait: it may have come back by itself"
        ))),
    }
}
