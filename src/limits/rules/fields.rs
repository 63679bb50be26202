//! The numbers of the rate limit header fields: there, whole, constant, counting down.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drain, Rule, Verdict, broken, refill, rule};
use crate::limits::guards::{ALWAYS, Guard};
use crate::limits::headers::Family;
use crate::limits::log::{Probe, Semantics};
use crate::limits::show;
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "HD001" "limit-fields-present" "limit headers", Contract Error,
        Source::Contract("rate limits: the header fields"),
        says: "The rate limit header fields are on every answer, refusals included",
        tested: "Served and refused requests with a key, by status",
        passes: "all have them. If none has, it is a warning; if some have, it fails",
        by: Sequential present
    },
    rule! {
        "HD002" "remaining-whole" "limit headers", Contract Error,
        Source::Contract("rate limits: the header fields"),
        says: "What is left is a whole number from 0, and so is the limit where the contract documents the fields",
        tested: "`remaining` of every answer, and `X-RateLimit-Limit`",
        passes: "all are. -1 is what limiters send whose store is down: they let everything through",
        by: Sequential whole
    },
    rule! {
        "HD003" "limit-constant" "limit headers", Contract Error,
        Source::Contract("rate limits: the header fields"),
        says: "The limit that is told does not change",
        tested: "The distinct values of each key, of answers in the same family of fields",
        passes: "there is one, or the window's and the day's",
        by: Sequential constant
    },
    rule! {
        "HD004" "remaining-counts-down" "limit headers", Contract Error,
        Source::Contract("rate limits: the header fields"),
        says: "Each request leaves one less",
        tested: "`remaining` from one admission to the next of the sequential drain",
        passes: "it drops by exactly one, or stays where a bucket refilled meanwhile. Other drops with fewer admissions than the limit may be other traffic or a cost, and are in doubt",
        by: Sequential counts_down
    },
    rule! {
        "HD005" "remaining-ends-at-zero" "limit headers", Contract Error,
        Source::Contract("rate limits: the header fields"),
        says: "The last admission leaves 0, and a refusal says 0",
        tested: "`remaining` of the last admission before the first refusal, and of every refusal",
        passes: "both are 0. A last admission with 1 left is a counter that tells the state before the request",
        by: Sequential ends_at_zero
    },
];

/// Requests whose limit the fields tell.
fn told<'v, 'l>(view: &'v View<'l>) -> impl Iterator<Item = &'v Seen<'l>> {
    let exempt = |seen: &&Seen<'_>| {
        matches!((seen.record.probe, seen.record.phase), (Probe::Warmup, _) | (Probe::Exempt, 1 | 3))
    };
    view.seen.iter().filter(move |seen| {
        let answered = seen.record.rejection.is_none() && (seen.admitted() || seen.throttled());
        seen.record.key.is_some() && answered && !exempt(seen)
    })
}

fn present(view: &View<'_>) -> Verdict {
    let mut statuses: BTreeMap<u16, (usize, Vec<&Seen<'_>>)> = BTreeMap::new();
    for seen in told(view) {
        let (with, without) = statuses.entry(seen.record.status).or_default();
        if seen.limits.present() { *with += 1 } else { without.push(seen) }
    }
    let with: usize = statuses.values().map(|(with, _)| with).sum();
    let without: Vec<&Seen<'_>> =
        statuses.values().flat_map(|(_, without)| without.iter().copied()).collect();
    let all = with + without.len();
    if all == 0 {
        return Verdict::skip("nothing was served or refused");
    }
    if without.is_empty() {
        let family = told(view).next().map_or("", |seen| seen.limits.family.as_str());
        return Verdict::pass(format!("on {all} of {}: {family}", show::count(all, "answer")));
    }
    let Some(first) = without.first() else { return Verdict::skip("nothing was served or refused") };
    if with == 0 {
        return match view.declared.headers {
            true => Verdict::warn(format!("on none of {}", show::count(all, "answer"))).on([first.seq()]),
            false => Verdict::skip("no rate limit header fields are documented, and none are sent"),
        };
    }
    if let Some(guard) = view.doubt(&without, &[]) {
        return Verdict::guarded(guard);
    }
    let lines = statuses
        .iter()
        .map(|(status, (with, without))| format!("{status}: {with} with, {} without", without.len()));
    Verdict::fail(format!("missing on {} of {}", without.len(), show::count(all, "answer")))
        .lines(lines.collect::<Vec<_>>())
        .line(format!("first without: #{} at {}", first.seq(), show::at(first.s)))
        .on(without.iter().map(|seen| seen.seq()))
}

fn whole(view: &View<'_>) -> Verdict {
    let sent = || view.seen.iter().filter_map(|seen| Some((seen, seen.limits.remaining_text.as_deref()?)));
    let n = sent().count();
    // Gateways have dialects of this field; a documented one is a number.
    let documented = view.seen.iter().filter(|seen| view.declared.headers && seen.limits.family == Family::X);
    let limits = documented.filter_map(|seen| Some((seen, seen.header("x-ratelimit-limit")?)));
    let wrong: Vec<(&Seen<'_>, &str)> = sent()
        .filter(|(seen, _)| seen.limits.remaining.is_none_or(|left| left < 0))
        .chain(limits.filter(|(seen, _)| seen.limits.limit.is_none()))
        .collect();
    let Some((first, text)) = wrong.first() else {
        return if n == 0 {
            Verdict::skip("no answer tells what is left")
        } else {
            Verdict::pass(format!("{n} of {n} are"))
        };
    };
    let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
    if let Some(guard) = view.doubt(&suspects, &[]) {
        return Verdict::guarded(guard);
    }
    let sentinel = wrong.iter().all(|(seen, _)| seen.limits.remaining == Some(-1))
        && suspects.iter().all(|seen| seen.admitted());
    let why = sentinel.then(|| {
        "-1 on served requests: a limiter whose store is down, and lets everything through".to_owned()
    });
    Verdict::fail(format!("{} of {} are not", wrong.len(), show::count(n, "value")))
        .line(format!("#{}: {}", first.seq(), show::text(text)))
        .lines(why)
        .on(suspects.iter().map(|seen| seen.seq()))
}

fn constant(view: &View<'_>) -> Verdict {
    let mut n = 0;
    for (key, seen) in view.keys() {
        let mut values: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for one in seen.iter().filter(|one| {
            !matches!(
                (one.record.probe, one.record.phase),
                (Probe::Exempt | Probe::EndpointScope | Probe::Bypass, 1)
            )
        }) {
            if let Some(limit) = one.limits.limit {
                n += 1;
                values.entry(limit).or_default().push(one.seq());
            }
        }
        let distinct: BTreeSet<u64> =
            values.keys().copied().filter(|limit| Some(*limit) != view.declared.daily).collect();
        if distinct.len() > 1 {
            let suspects: Vec<&Seen<'_>> =
                seen.iter().copied().filter(|one| one.limits.limit.is_some()).collect();
            if let Some(guard) = view.doubt(&suspects, &[]) {
                return Verdict::guarded(guard);
            }
            let lines = values.iter().map(|(limit, seqs)| format!("limit {limit}: {}", show::requests(seqs)));
            return Verdict::fail(format!("{} values for key {}", distinct.len(), view.alias(Some(key))))
                .lines(lines.collect::<Vec<_>>())
                .on(values.values().filter_map(|seqs| seqs.first().copied()));
        }
    }
    if n == 0 {
        Verdict::skip("no answer tells a limit")
    } else {
        Verdict::pass(format!("one value a key in {n} answers"))
    }
}

fn counts_down(view: &View<'_>) -> Verdict {
    let mut steps = 0;
    for group in view.rounds(Probe::Sequential) {
        let drain = Drain::of(group.phase(0));
        let told: Vec<(&Seen<'_>, i64)> =
            drain.admitted.iter().filter_map(|seen| Some((*seen, seen.limits.remaining?))).collect();
        let mut wrong: Vec<(&Seen<'_>, &Seen<'_>, i64)> = Vec::new();
        for pair in told.windows(2) {
            let [(one, before), (next, after)] = pair else { continue };
            steps += 1;
            let drop = before - after;
            let come = match (view.limit, view.window) {
                (Some(limit), Some(window)) if view.models.may_be_refilling() && !windowed(view) => {
                    i64::try_from(refill(limit, window, next.e - one.s)).unwrap_or(i64::MAX - 1) + 1
                }
                _ => 0,
            };
            if !(1 - come..=1).contains(&drop) {
                wrong.push((one, next, drop));
            }
        }
        let Some((one, next, drop)) = wrong.first() else { continue };
        if let Some(guard) =
            view.broken(&drain.all, &ALWAYS).or_else(|| view.broken(&drain.all, &[Guard::G3, Guard::G4]))
        {
            return Verdict::guarded(guard);
        }
        return Verdict::fail(format!(
            "{} of {} are not by one",
            wrong.len(),
            show::count(told.len() - 1, "step")
        ))
        .line(format!("#{} to #{}: by {drop}", one.seq(), next.seq()))
        .on(wrong.iter().flat_map(|(one, next, _)| [one.seq(), next.seq()]));
    }
    match steps {
        0 => Verdict::skip("no two admissions in a row tell what is left"),
        _ => Verdict::pass(format!("{steps} of {} by one", show::count(steps, "step"))),
    }
}

/// Whether a window is declared, which gives nothing back before it ends.
fn windowed(view: &View<'_>) -> bool {
    matches!(view.declared.semantics, Semantics::FixedWindow | Semantics::AnyWindow)
}

fn ends_at_zero(view: &View<'_>) -> Verdict {
    let mut wrong: Vec<(&Seen<'_>, String)> = Vec::new();
    let mut n = 0;
    for group in view.rounds(Probe::Sequential) {
        let drain = Drain::of(group.phase(0));
        let Some(refusal) = drain.refused.first() else { continue };
        let last = drain.admitted.iter().rev().find(|seen| seen.s < refusal.s);
        if let Some((last, left)) = last.and_then(|seen| Some((*seen, seen.limits.remaining?))) {
            n += 1;
            match left {
                0 => {}
                1 => wrong.push((
                    last,
                    format!(
                        "the last admission #{} has 1 left: it tells the state before the request",
                        last.seq()
                    ),
                )),
                left => wrong.push((last, format!("the last admission #{} has {left} left", last.seq()))),
            }
        }
    }
    let refused = view.answers_429().filter(|seen| seen.record.key.is_some());
    for (seen, left) in refused.filter_map(|seen| Some((seen, seen.limits.remaining?))) {
        n += 1;
        if left != 0 {
            wrong.push((seen, format!("the refusal #{} has {left} left", seen.seq())));
        }
    }
    if wrong.is_empty() {
        return if n == 0 {
            Verdict::skip("no answer at the limit tells what is left")
        } else {
            Verdict::pass(format!("0 on {n} of {n}"))
        };
    }
    let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
    if let Some(guard) = view.doubt(&suspects, &[]) {
        return Verdict::guarded(guard);
    }
    broken(true, format!("{} of {} at the limit do not say 0", wrong.len(), show::count(n, "answer")))
        .lines(wrong.iter().take(3).map(|(_, line)| line.clone()))
        .on(suspects.iter().map(|seen| seen.seq()))
}
