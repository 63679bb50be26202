//! Constant arrivals near the limit, against what the identified limiter would do.

use std::collections::BTreeMap;

use super::{Rule, Verdict, rule};
use crate::limits::guards::Guard;
use crate::limits::identify::{Kind, explained, whole_trace};
use crate::limits::log::Probe;
use crate::limits::show::{count, percent};
use crate::limits::view::{Group, Seen, View};
use crate::model::{Outcome, RuleSource as Source};

pub(super) static RULES: &[Rule] = &[rule! {
    "PF002" "steady-at-the-limit" "limit answers", Advice Warning,
    Source::Advice("who keeps to the limit is served"),
    says: "Constant arrivals at 90, 100 and 110 % of the limit are served as the limiter promises",
    tested: "Every decision against a replay of the identified model with the times that requests were really sent; without a model, the share that was served",
    passes: "the model explains 98 %, of a sliding counter 95 %. Without one: all at 90 %, all but two a window at 100 %, at 110 % between 78 and 91 %. Above that, or nothing at all, fails",
    by: Steady steady
}];

fn steady(view: &View<'_>) -> Verdict {
    let groups = view.rounds(Probe::Steady);
    if groups.is_empty() {
        return Verdict::skip(view.why_not(Probe::Steady));
    }
    let mut lines = Vec::new();
    let mut worst = BTreeMap::new();
    for group in &groups {
        // The first window fills or empties what came before; it is not compared.
        let start = group.seen.first().map_or(0, |seen| seen.s) + view.window.unwrap_or_default();
        let judged: Vec<&Seen<'_>> = group.seen.iter().copied().filter(|seen| seen.s >= start).collect();
        if judged.is_empty() {
            return Verdict::unsure(format!("the run at {} % is not longer than a window", group.round));
        }
        if let Some(guard) = view.doubt(&judged, &[Guard::G1]) {
            return Verdict::guarded(guard);
        }
        let served = judged.iter().filter(|seen| seen.admitted()).count();
        let share = percent(served, judged.len());
        let (outcome, words) = weigh(view, group, start, &judged);
        lines.push(format!(
            "at {} %: {served} of {} served, {share:.1} %{words}",
            group.round,
            count(judged.len(), "request")
        ));
        worst.entry(rank(outcome)).or_insert((outcome, group.round));
    }
    let Some((_, (outcome, round))) = worst.into_iter().next_back() else {
        return Verdict::skip(view.why_not(Probe::Steady));
    };
    let measured = match outcome {
        Outcome::Pass => format!("{} as promised", count(groups.len(), "rate")),
        _ => format!("at {round} % not as promised"),
    };
    Verdict::new(outcome, measured).lines(lines)
}

fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 2,
        Outcome::Warning => 1,
        _ => 0,
    }
}

/// Whether an identified model explains what became of a steady run from some time on, and in words; none if no model is
/// identified.
pub(super) fn as_modelled(view: &View<'_>, group: &Group<'_, '_>, start: i64) -> Option<(bool, String)> {
    if !view.models.tells() {
        return None;
    }
    let wanted = |seen: &Seen<'_>| {
        seen.record.probe == Probe::Steady && seen.record.round == group.round && seen.s >= start
    };
    // The phase of windows is only known as well as the fingerprint tells it.
    let variants = view.models.variants.iter().flat_map(|model| model.nearby());
    let trace = whole_trace(view, group.key);
    let weighed = variants.map(|model| (explained(&trace, &model, wanted), model));
    let ((same, all), model) = weighed.max_by_key(|((same, _), _)| *same)?;
    // At exactly the limit a request comes just when another one stops counting; here it shuts out for a whole block.
    if group.round == 100 && matches!(model.kind, Kind::Ban | Kind::ExtendingBan) {
        return Some((true, format!("{} hangs on microseconds here, and is not compared", model.name())));
    }
    // A counter gives back one request after the other: each decision hangs on the last, and on a phase known but roughly.
    let parts = if model.kind == Kind::Counter { 20 } else { 50 };
    Some((all - same <= (all / parts).max(1), format!("{} explains {same} of {all}", model.name())))
}

fn weigh(view: &View<'_>, group: &Group<'_, '_>, start: i64, judged: &[&Seen<'_>]) -> (Outcome, String) {
    if let Some((explains, words)) = as_modelled(view, group, start) {
        let outcome = if explains { Outcome::Pass } else { Outcome::Warning };
        return (outcome, format!("; {words}"));
    }
    let (Some(limit), Some(window)) = (view.limit, view.window) else {
        return (Outcome::Pass, String::new());
    };
    let served = judged.iter().filter(|seen| seen.admitted()).count();
    let share = percent(served, judged.len()) / 100.0;
    let span = judged.last().map_or(0, |last| last.s - start).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let (windows, limit) = ((span as f64 / window as f64).max(1.0), limit.max(1) as f64);
    let rate = f64::from(group.round) / 100.0;
    if rate < 0.95 {
        return if share < 1.0 {
            (Outcome::Warning, ": no tolerance for jitter".to_owned())
        } else {
            (Outcome::Pass, String::new())
        };
    }
    if served == 0 {
        return (Outcome::Fail, ": who offers a little too much is never served".to_owned());
    }
    if share > 1.0 / rate + 2.0 / (windows * limit) && rate > 1.0 {
        return (Outcome::Fail, ": more than the limit".to_owned());
    }
    let least = if rate > 1.0 { 0.78 } else { 1.0 - 2.0 / limit };
    // What refusals make worse is the meaning of such a limiter, and no strictness about spacing.
    let shuts_out = [Kind::Ban, Kind::ExtendingBan, Kind::LogCountingRejects];
    if share < least
        && !view.models.consistent.is_empty()
        && shuts_out.into_iter().any(|kind| view.models.may_be(kind))
    {
        return (
            Outcome::Pass,
            ": it may be a limiter that shuts out, and is not held to a share".to_owned(),
        );
    }
    if share < least {
        (Outcome::Warning, ": strict about spacing".to_owned())
    } else {
        (Outcome::Pass, String::new())
    }
}
