//! How many are admitted: from a whole limit, and in any interval.

use std::collections::BTreeMap;

use super::concurrency::{held_back, whole};
use super::{Drain, Rule, Verdict, refill, rule, times};
use crate::limits::guards::Guard;
use crate::limits::log::{Probe, Scope, Semantics};
use crate::limits::show;
use crate::limits::statistics::{Spell, worst};
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "CT001" "limit-enforced" "limit counts", Contract Error,
        Source::Contract("rate limits: requests in a window"),
        says: "From a whole limit as many requests are served as documented, and the next is refused",
        tested: "One by one until three refusals in a row: A admitted within the time D",
        passes: "windows and logs: A = L; a bucket: A = burst + floor(rD), give or take one; unspecified: L <= A <= L + ceil(L D / W) + 1. Counts are exact, so there is no percentage; the guards carry the doubt",
        by: Sequential enforced
    },
    rule! {
        "CT002" "limit-in-any-interval" "limit counts", Contract Error,
        Source::Contract("rate limits: requests in a window"),
        says: "No interval of one window has more admissions than the documented limit allows",
        tested: "The interval of length W with the most requests that were surely admitted in it, sent and answered within, over the whole log of each key",
        passes: "any window: L; fixed windows: 2 L, on both sides of an edge; a bucket: burst + L + 1; unspecified: 2 L, which every honest limiter keeps",
        by: Sequential in_any_interval
    },
    rule! {
        "CT003" "limit-as-told" "limit counts", Contract Error,
        Source::Contract("rate limits: requests in a window"),
        says: "The limit and the window of the headers are the documented ones",
        tested: "The values of the rate limit headers against what is declared",
        passes: "the limit is the same (or a bucket's size); the window is within 1 s or 1 %",
        by: Sequential as_told
    },
    rule! {
        "CT004" "cost-of-a-request" "limit counts", Advice Warning,
        Source::Advice("clients count their requests"),
        says: "A request costs one",
        tested: "By how much `remaining` drops from one answer to the next of the same key, nothing being under way, by status and method",
        passes: "it drops by one for whatever is served",
        by: Sequential cost
    },
];

fn enforced(view: &View<'_>) -> Verdict {
    let mut passed = None;
    for group in view.rounds(Probe::Sequential) {
        let drain = Drain::of(group.phase(0));
        if drain.all.is_empty() {
            continue;
        }
        let verdict = one_drain(view, &drain);
        if verdict.outcome != crate::model::Outcome::Pass {
            return verdict;
        }
        passed = Some(verdict);
    }
    passed.unwrap_or_else(|| Verdict::skip(view.why_not(Probe::Sequential)))
}

/// The fewest and the most that may be admitted from a whole limit.
fn expected(view: &View<'_>, limit: u64, span: i64) -> (u64, u64) {
    let window = view.window.unwrap_or(i64::MAX);
    let come = refill(limit, window, span);
    match view.declared.semantics {
        Semantics::FixedWindow | Semantics::AnyWindow => (limit, times(limit, view.nodes())),
        Semantics::Bucket { burst } => {
            let most = burst + come;
            (most.saturating_sub(1), times(most + 1, view.nodes()))
        }
        // Rounded up, and one more for what a bucket held in part.
        Semantics::Unspecified => (limit, times(limit + come + 2, view.nodes())),
    }
}

fn one_drain(view: &View<'_>, drain: &Drain<'_, '_>) -> Verdict {
    let (admitted, span) = (drain.admitted.len() as u64, drain.span());
    let Some(limit) = view.limit else {
        return Verdict::unsure(format!(
            "{admitted} were admitted, and no limit is declared or told by a header"
        ));
    };
    let (least, most) = expected(view, limit, span);
    let measured = format!("{admitted} admitted in {}, expected {}", show::span(span), range(least, most));
    if let Some(guard) = view.doubt(&drain.all, &[]) {
        return Verdict::guarded(guard);
    }
    if drain.refused.is_empty() {
        let slower = slower(&drain.admitted).unwrap_or_default();
        if admitted <= most {
            if let Some(verdict) = at_once(view) {
                return verdict.lines(slower);
            }
            return Verdict::unsure(format!(
                "{admitted} were sent and admitted in {}: too few or too slow to meet the limit of {limit}",
                show::span(span)
            ))
            .lines(slower);
        }
        return Verdict::fail(format!(
            "not enforced: {admitted} admitted in {}, none refused, limit {limit}",
            show::span(span)
        ))
        .line("the route may be served before the limiter (nginx: `return`), from a cache, or past it")
        .lines(slower)
        .on(drain
            .admitted
            .iter()
            .skip(usize::try_from(most).unwrap_or_default())
            .map(|seen| seen.seq()));
    }
    if let Some(guard) = view.broken(&drain.all, &[Guard::G4]) {
        return Verdict::guarded(guard);
    }
    let tail = || drain.admitted.iter().rev().take(5).rev().chain(drain.refused.iter().take(3));
    let line = |seen: &&Seen<'_>| {
        let left =
            seen.limits.remaining_text.as_deref().map_or(String::new(), |left| format!(", remaining {left}"));
        format!("#{} at {}: {}{left}", seen.seq(), show::at(seen.s), seen.record.status)
    };
    let evidence: Vec<String> = tail().map(line).collect();
    let seqs: Vec<u64> = tail().map(|seen| seen.seq()).collect();
    if admitted < least {
        if let Some(guard) = view.broken(&drain.all, &[Guard::G3]) {
            return Verdict::guarded(guard);
        }
        return Verdict::fail(format!("under-delivers: {measured}")).lines(evidence).on(seqs);
    }
    if admitted > most {
        return Verdict::fail(format!("too many: {measured}")).lines(evidence).on(seqs);
    }
    Verdict::pass(measured).on(seqs)
}

/// What bursts say where a limiter holds requests back, so that one by one it has nothing to refuse.
fn at_once(view: &View<'_>) -> Option<Verdict> {
    let limit = whole(view)?;
    let groups = view.rounds(Probe::Concurrent);
    let bursts = groups.iter().flat_map(|group| [0, 2].map(|mode| Drain::of(group.phase(mode))));
    let bursts: Vec<_> = bursts
        .filter(|drain| view.doubt(&drain.all, &[]).is_none() && held_back(view, drain, limit))
        .collect();
    let least = bursts.iter().map(|drain| drain.admitted.len() as u64).min()?;
    // Fewer may have been there to begin with; that is no proof of a limit that is too small.
    (least + 1 >= limit).then(|| {
        let bursts = show::count(bursts.len(), "burst");
        Verdict::pass(format!(
            "one by one nothing is refused, as requests are held back; at once {least} of a limit of {limit} admitted in {bursts}"
        ))
    })
}

fn range(least: u64, most: u64) -> String {
    if least == most { least.to_string() } else { format!("{least} to {most}") }
}

/// Whether answers got slower: then a limiter that delays may be at work. One by one it delays all but the first alike.
fn slower(admitted: &[&Seen<'_>]) -> Option<Vec<String>> {
    let quarter = admitted.len() / 4;
    let median = |part: &[&Seen<'_>]| {
        let mut trips: Vec<i64> = part.iter().map(|seen| seen.h - seen.s).collect();
        trips.sort_unstable();
        crate::limits::view::percentile(&trips, 50)
    };
    let first = median(admitted.get(..1)?)?;
    let last = median(admitted.get(admitted.len() - quarter..)?)?;
    (last > 2 * first && last - first > 20_000_000).then(|| {
        vec![format!(
            "answers slowed down from {} to {}: a limiter that delays?",
            show::span(first),
            show::span(last)
        )]
    })
}

/// Requests that count against a key's limit.
fn counts(view: &View<'_>, seen: &Seen<'_>) -> bool {
    let apart = matches!(
        (seen.record.probe, seen.record.phase),
        (Probe::Warmup, _) | (Probe::Bypass, 1) | (Probe::Exempt, 1 | 3)
    );
    let request = || view.log.head.request.split_once(' ');
    let own = view.declared.scope == Scope::Key
        || request()
            .is_none_or(|(method, target)| seen.record.method == method && seen.record.target == target);
    seen.admitted() && !apart && own
}

fn in_any_interval(view: &View<'_>) -> Verdict {
    let (Some(limit), Some(window)) = (view.limit, view.window) else {
        return Verdict::skip("limit and window are neither declared nor told by a header");
    };
    let (bound, why) = match view.declared.semantics {
        Semantics::AnyWindow => (limit, "L in any window"),
        Semantics::FixedWindow => (2 * limit, "2 L across an edge of fixed windows"),
        Semantics::Bucket { burst } => (burst + limit + 1, "a bucket's burst + L"),
        Semantics::Unspecified => (2 * limit, "2 L, semantics unspecified"),
    };
    let bound = times(bound, view.nodes());
    let mut most: Option<(usize, i64, u16)> = None;
    for (key, seen) in view.keys() {
        let counted = seen.iter().filter(|seen| counts(view, seen));
        let spells: Vec<Spell> =
            counted.map(|seen| Spell { s: seen.s, e: seen.e, seq: seen.seq() }).collect();
        if let Some((start, count)) = worst(&spells, window)
            && most.is_none_or(|(known, ..)| count > known)
        {
            most = Some((count, start, key));
        }
    }
    let Some((count, start, key)) = most else { return Verdict::skip("nothing was admitted on a key") };
    let measured = format!(
        "at most {count} in any {}, from {} with key {}; bound {bound} ({why})",
        show::span(window),
        show::at(start),
        view.alias(Some(key))
    );
    if count as u64 <= bound {
        return Verdict::pass(measured);
    }
    let inside: Vec<&Seen<'_>> = view
        .key(Some(key))
        .filter(|seen| counts(view, seen) && seen.s >= start && seen.e <= start.saturating_add(window))
        .collect();
    // Requests without an answer do not lessen what was surely admitted.
    if let Some(guard) = view.broken(&inside, &[Guard::G5, Guard::G6]) {
        return Verdict::guarded(guard);
    }
    let mut probes: BTreeMap<Probe, usize> = BTreeMap::new();
    for seen in &inside {
        *probes.entry(seen.record.probe).or_default() += 1;
    }
    let probes: Vec<String> =
        probes.iter().map(|(probe, count)| format!("{count} of {}", probe.name())).collect();
    Verdict::fail(measured)
        .line(format!(
            "interval [{}, {}]: {}",
            show::at(start),
            show::at(start.saturating_add(window)),
            probes.join(", ")
        ))
        .on(inside.iter().map(|seen| seen.seq()))
}

fn as_told(view: &View<'_>) -> Verdict {
    let declared = view.declared;
    let mut told: Vec<String> = Vec::new();
    let mut wrong: Vec<(u64, String)> = Vec::new();
    let burst = match declared.semantics {
        Semantics::Bucket { burst } => Some(burst),
        _ => None,
    };
    if let Some(limit) = declared.limit {
        let fitting = |told: u64| told == limit || Some(told) == burst || Some(told) == declared.daily;
        let sent = || view.seen.iter().filter_map(|seen| Some((seen, seen.limits.limit?)));
        if let Some((seen, other)) = sent().find(|(_, told)| !fitting(*told)) {
            wrong.push((
                seen.seq(),
                format!("#{}: the header says {other}, declared are {limit}", seen.seq()),
            ));
        }
        told.extend(sent().next().map(|_| format!("limit {limit}")));
    }
    if let Some(window) = view.declared.window {
        let tolerance = (window.as_secs_f64() / 100.0).max(1.0);
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        let apart = |told: u64| (told as f64 - window.as_secs_f64()).abs() > tolerance;
        let sent = || view.seen.iter().filter_map(|seen| Some((seen, seen.limits.window?)));
        if let Some((seen, other)) = sent().find(|(_, told)| apart(*told) && *told < 86_400) {
            let declared = window.as_secs_f64();
            wrong.push((
                seen.seq(),
                format!("#{}: the header says {other} s, declared are {declared} s", seen.seq()),
            ));
        }
        told.extend(sent().next().map(|_| format!("window {} s", window.as_secs_f64())));
    }
    match wrong.first() {
        None if told.is_empty() => Verdict::skip("no header tells a limit or a window that is declared"),
        None => Verdict::pass(format!("the headers tell {}", told.join(" and "))),
        Some(_) => Verdict::fail("the headers contradict what is declared")
            .on(wrong.iter().map(|(seq, _)| *seq))
            .lines(wrong.iter().map(|(_, line)| line.clone())),
    }
}

fn cost(view: &View<'_>) -> Verdict {
    let mut table: BTreeMap<(String, u16, i64), Vec<u64>> = BTreeMap::new();
    for group in view.rounds(Probe::Sequential).into_iter().chain(view.rounds(Probe::Writes)) {
        for pair in group.phase(0).windows(2) {
            let [one, next] = pair else { continue };
            let (Some(before), Some(after)) = (one.limits.remaining, next.limits.remaining) else { continue };
            let same = one.limits.limit == next.limits.limit && one.e < next.s && before > 0;
            if same && before >= after && next.admitted() {
                let kind = (next.record.method.clone(), next.record.status, before - after);
                table.entry(kind).or_default().push(next.seq());
            }
        }
    }
    let all: usize = table.values().map(Vec::len).sum();
    if all == 0 {
        return Verdict::skip("no answers in a row tell what is left");
    }
    let lines: Vec<String> = table
        .iter()
        .map(|((method, status, cost), seqs)| {
            format!("{method} {status} costs {cost}: {}", show::requests(seqs))
        })
        .collect();
    // A bucket that refills in between makes a request look cheaper.
    let dear = |((_, _, cost), _): &(&(String, u16, i64), &Vec<u64>)| {
        *cost > 1 || *cost == 0 && !view.models.may_be_refilling()
    };
    let odd: Vec<u64> = table.iter().filter(dear).flat_map(|(_, seqs)| seqs.iter().copied()).collect();
    if odd.is_empty() {
        return Verdict::pass(format!("{all} of {} cost 1", show::count(all, "request")));
    }
    Verdict::warn(format!("{} of {} do not cost 1", odd.len(), show::count(all, "request")))
        .lines(lines)
        .on(odd)
}
