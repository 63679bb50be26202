//! When the window ends, as told; and the grammar of the draft.

use std::collections::BTreeSet;

use super::{Rule, Verdict, rule};
use crate::limits::guards::{ALWAYS, Guard};
use crate::limits::headers::{Family, Reset};
use crate::limits::log::{Probe, Semantics};
use crate::limits::retry::Retry;
use crate::limits::show::{self, at, span};
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

const SECOND: i64 = 1_000_000_000;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "HD006" "reset-true" "limit headers", Contract Error,
        Source::Contract("rate limits: the header fields"),
        says: "The reset is an instant to come, the same within a window, and agrees with Retry-After",
        tested: "`reset` of every answer, as a delay or a time since 1970 by its size, the latter against the answer's own `Date`",
        passes: "it is what is documented, a delay or a time, if that is; none lies more than 1 s in the past and those of one drain are at most 1 s apart, for whole seconds, plus the round trip. Another instant than Retry-After's is a warning. Not judged so where the reset moves on with each request: it is then the time until all is back",
        by: Sequential reset
    },
    rule! {
        "HD007" "draft-syntax" "limit headers", Draft Error,
        Source::Rfc("draft-ietf-httpapi-ratelimit-headers, generations -06, -07 and -10"),
        says: "RateLimit fields follow the draft they are written in",
        tested: "`RateLimit`, `RateLimit-Policy` and their older kin on every answer, parsed as structured fields (RFC 9651)",
        passes: "they parse, and D-1 to D-8 and D-13 of the draft's sentences hold: names are strings, `q`, `r`, `t` and `w` whole numbers, resets delays",
        by: Sequential syntax
    },
    rule! {
        "HD008" "wait-not-before-reset" "limit headers", Draft Warning,
        Source::Rfc("draft-ietf-httpapi-ratelimit-headers-10, section 6"),
        says: "Retry-After does not point earlier than the field's `t`",
        tested: "Both instants of every 429 that has both",
        passes: "Retry-After's is not more than 1 s earlier",
        by: Sequential not_earlier
    },
];

fn reset(view: &View<'_>) -> Verdict {
    let told: Vec<(&Seen<'_>, Reset, Option<i64>)> =
        view.seen.iter().filter_map(|seen| Some((seen, seen.limits.reset?, seen.reset()))).collect();
    if told.is_empty() {
        return Verdict::skip("no answer tells a reset");
    }
    let units: BTreeSet<&str> = told.iter().map(|(_, reset, _)| reset.unit()).collect();
    let unit = units.iter().copied().collect::<Vec<_>>().join(" and ");
    let mut past = told
        .iter()
        .filter_map(|(seen, _, instant)| Some((*seen, (*instant)?)))
        .filter(|(seen, instant)| *instant < seen.h - SECOND);
    if let Some((seen, instant)) = past.next() {
        if let Some(guard) = view.doubt(&[seen], &[]) {
            return Verdict::guarded(guard);
        }
        return Verdict::fail(format!("{} of {} resets lie in the past", 1 + past.count(), told.len()))
            .line(format!("#{} received {}: reset {} ({unit})", seen.seq(), at(seen.h), at(instant)))
            .on([seen.seq()]);
    }
    if let Some((seen, reset, _)) = told.iter().find(|(_, reset, _)| matches!(reset, Reset::Unclear(_))) {
        return Verdict::warn("the reset is neither a delay within two windows nor a time since 1970")
            .line(format!("#{}: {reset:?}", seen.seq()))
            .on([seen.seq()]);
    }
    let epoch = |reset: &Reset| matches!(reset, Reset::Epoch(_) | Reset::EpochMillis(_));
    if let Some(documented) = view.declared.reset_epoch
        && let Some((seen, reset, _)) = told.iter().find(|(_, reset, _)| epoch(reset) != documented)
    {
        let documented = if documented { "a time since 1970" } else { "a delay" };
        return Verdict::fail(format!("the reset is told as {}, documented is {documented}", reset.unit()))
            .line(format!("#{}: {reset:?}", seen.seq()))
            .on([seen.seq()]);
    }
    if let Some(verdict) = moving(view, &unit) {
        return verdict;
    }
    if let Some(verdict) = disagreeing(view) {
        return verdict;
    }
    Verdict::pass(format!(
        "{} told as {unit}: to come, and the same within a drain",
        show::count(told.len(), "reset")
    ))
}

/// The drains whose resets are not one instant.
fn moving(view: &View<'_>, unit: &str) -> Option<Verdict> {
    for group in view.rounds(Probe::Sequential) {
        let told: Vec<(&Seen<'_>, i64)> = group
            .phase(0)
            .into_iter()
            .filter(|seen| seen.admitted())
            .filter_map(|seen| Some((seen, seen.reset()?)))
            .collect();
        let instants = || told.iter().map(|(_, instant)| *instant);
        let (Some(low), Some(high)) = (instants().min(), instants().max()) else { continue };
        let (Some(first), Some(last)) = (told.first(), told.last()) else { continue };
        // Moving on with every request: the time until all is back.
        let until_full = last.1 - first.1 > SECOND
            && told.windows(2).all(|pair| matches!(pair, [one, next] if next.1 >= one.1 - SECOND));
        if high - low <= SECOND + view.jitter() || until_full && !view.models.surely_not_refilling() {
            continue;
        }
        let seen: Vec<&Seen<'_>> = told.iter().map(|(seen, _)| *seen).collect();
        if let Some(guard) =
            view.broken(&seen, &ALWAYS).or_else(|| view.broken(&seen, &[Guard::G4, Guard::G7]))
        {
            return Some(Verdict::guarded(guard));
        }
        let line = |(seen, instant): &(&Seen<'_>, i64)| {
            format!("#{} received {}: reset {} ({unit})", seen.seq(), at(seen.h), at(*instant))
        };
        return Some(
            Verdict::fail(format!("the resets of one drain are {} apart", span(high - low)))
                .line(line(first))
                .line(line(last))
                .on([first.0.seq(), last.0.seq()]),
        );
    }
    None
}

/// Whether a reset moves on with the requests of its key before it has come: then it is the time until all is back.
fn until_full(view: &View<'_>) -> bool {
    view.keys().any(|(_, seen)| {
        let served: Vec<(i64, i64)> = seen.iter().filter(|one| one.admitted()).filter_map(|one| Some((one.h, one.reset()?))).collect();
        served.windows(2).any(|pair| {
            matches!(pair, [(_, reset), (later, moved)] if *later + SECOND < *reset && *moved > reset + SECOND + view.jitter())
        })
    })
}

/// Refusals whose reset is another instant than their Retry-After.
fn disagreeing(view: &View<'_>) -> Option<Verdict> {
    let windows = view.models.surely_windows() || view.declared.semantics == Semantics::FixedWindow;
    if !windows && (view.models.compared > 0 || until_full(view)) {
        return None;
    }
    let both = view.answers_429().filter(|seen| seen.limits.family != Family::DraftC);
    let both: Vec<(&Seen<'_>, i64, i64)> =
        both.filter_map(|seen| Some((seen, seen.reset()?, seen.promise()?))).collect();
    let wrong: Vec<&(&Seen<'_>, i64, i64)> =
        both.iter().filter(|(_, reset, promise)| (reset - promise).abs() > SECOND).collect();
    let (seen, reset, promise) = wrong.first()?;
    Some(
        Verdict::warn(format!(
            "{} of {} where reset and Retry-After are more than 1 s apart",
            wrong.len(),
            show::count(both.len(), "refusal")
        ))
        .line(format!("#{}: reset {}, Retry-After {}", seen.seq(), at(*reset), at(*promise)))
        .on(wrong.iter().map(|(seen, ..)| seen.seq())),
    )
}

fn syntax(view: &View<'_>) -> Verdict {
    let draft =
        |seen: &&Seen<'_>| matches!(seen.limits.family, Family::DraftA | Family::DraftB | Family::DraftC);
    let sent: Vec<&Seen<'_>> = view.seen.iter().filter(draft).collect();
    let Some(family) = sent.first().map(|seen| seen.limits.family.as_str()) else {
        return Verdict::skip("no fields of the draft are sent");
    };
    let wrong: Vec<&Seen<'_>> = sent.iter().copied().filter(|seen| !seen.limits.faults.is_empty()).collect();
    if wrong.is_empty() {
        return Verdict::pass(format!("{} of {} valid: {family}", sent.len(), sent.len()));
    }
    if let Some(guard) = view.doubt(&wrong, &[]) {
        return Verdict::guarded(guard);
    }
    let faults: BTreeSet<&str> =
        wrong.iter().flat_map(|seen| seen.limits.faults.iter().map(String::as_str)).collect();
    Verdict::fail(format!(
        "{} of {} break the draft: {family}",
        wrong.len(),
        show::count(sent.len(), "answer")
    ))
    .lines(faults.into_iter().take(6).map(str::to_owned))
    .on(wrong.iter().map(|seen| seen.seq()))
}

fn not_earlier(view: &View<'_>) -> Verdict {
    let draft =
        view.answers_429().filter(|seen| matches!(seen.limits.family, Family::DraftB | Family::DraftC));
    let both: Vec<(&Seen<'_>, i64, i64)> = draft
        .filter(|seen| seen.retry != Retry::Absent)
        .filter_map(|seen| Some((seen, seen.reset()?, seen.promise()?)))
        .collect();
    let wrong: Vec<&(&Seen<'_>, i64, i64)> =
        both.iter().filter(|(_, reset, promise)| promise + SECOND < *reset).collect();
    match wrong.first() {
        None if both.is_empty() => Verdict::skip("no 429 has both"),
        None => Verdict::pass(format!("{} of {}", both.len(), show::count(both.len(), "refusal"))),
        Some((seen, reset, promise)) => {
            Verdict::warn(format!("{} of {} point earlier", wrong.len(), show::count(both.len(), "refusal")))
                .line(format!("#{}: Retry-After {}, `t` {}", seen.seq(), at(*promise), at(*reset)))
                .on(wrong.iter().map(|(seen, ..)| seen.seq()))
        }
    }
}
