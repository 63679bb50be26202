//! Whether `Retry-After` is true: long enough, not much longer, counting down, and unmoved by refusals.

use std::collections::BTreeMap;

use super::{Rule, Verdict, rule};
use crate::limits::guards::{ALWAYS, Guard};
use crate::limits::identify::Kind;
use crate::limits::log::Probe;
use crate::limits::retry::Retry;
use crate::limits::show::{self, at, span};
use crate::limits::statistics::slope;
use crate::limits::view::{Fate, Group, Seen, View};
use crate::model::{Outcome, RuleSource as Source};

const SECOND: i64 = 1_000_000_000;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "RC001" "wait-sufficient" "limit waits", Contract Error,
        Source::Contract("rate limits: clients retry a 429 after Retry-After"),
        says: "Who waits as long as Retry-After says is served",
        tested: "One refusal, silence, and one request at the promise: when the 429 was received, plus Retry-After. Every other pair of the log in which nothing else of the key came between counts, too",
        passes: "the request is served. There is no tolerance: by the client's clock it arrives a round trip later than promised. A failure tells by how much the wait was too short",
        by: CleanTrial sufficient
    },
    rule! {
        "RC002" "wait-tight" "limit waits", Advice Warning,
        Source::Advice("a wait that is too long wastes the limit"),
        says: "Retry-After is not much longer than needed",
        tested: "The promise of every refusal against the first admission after it, where only refusals came between",
        passes: "it is surely too long by at most 2 s or a tenth of the window, whichever is more. Whole seconds, rounded up, cost less than 1 s",
        by: Sequential tight
    },
    rule! {
        "RC003" "early-retry-refused" "limit waits", Advice Warning,
        Source::Advice("a wait that is too long wastes the limit"),
        says: "A second before the earliest promise there is still nothing to be had",
        tested: "One request at the earliest promise less one second",
        passes: "it is refused",
        by: Sequential early
    },
    rule! {
        "RC004" "wait-counts-down" "limit waits", Advice Warning,
        Source::Advice("a client that asks again must not start anew"),
        says: "Later refusals of one episode point to the same instant",
        tested: "The promises of all refusals of a key from the first one to the next admission",
        passes: "they are at most 1 s apart, for whole seconds, plus the spread of the round trip. A slope near 1 is a constant Retry-After",
        by: Sequential countdown
    },
    rule! {
        "RC005" "refusals-free" "limit waits", Advice Warning,
        Source::Advice("the documents do not say that refused requests count"),
        says: "Refused requests do not lengthen the wait",
        tested: "The first admission of a quiet key against that of a key that hammers, each from its own first request",
        passes: "they differ by at most 0.1 s and a round trip, and the identified limiter does not count refusals. Fails if the contract says that they do not count",
        by: Rejects free
    },
];

/// A refusal, and the next request of its key, with nothing of that key in between.
struct Pair<'v, 'l> {
    refusal: &'v Seen<'l>,
    retry: &'v Seen<'l>,
    promise: i64,
}

/// Every pair in which the retry was sent at the promise or later.
fn pairs<'v, 'l>(view: &'v View<'l>) -> Vec<Pair<'v, 'l>> {
    let mut found = Vec::new();
    // Where requests without a key count for all of them, they may have taken what was promised.
    let keyless: Vec<i64> =
        view.seen.iter().filter(|seen| seen.record.key.is_none()).map(|seen| seen.s).collect();
    for (_, seen) in view.keys() {
        let mut busy_until = i64::MIN;
        for (place, two) in seen.windows(2).enumerate() {
            let [refusal, retry] = two else { continue };
            // Of a burst, another request may have arrived first and taken what was promised.
            if seen.get(place + 2).is_some_and(|next| next.s < retry.e) {
                busy_until = busy_until.max(refusal.e);
                continue;
            }
            // An unknown outcome before may have moved the edge as well as one in between.
            let alone = refusal.s >= busy_until;
            busy_until = busy_until.max(refusal.e);
            let Some(promise) = refusal.promise() else { continue };
            let between = keyless.iter().any(|sent| (refusal.s..=retry.e).contains(sent));
            if alone
                && !between
                && refusal.throttled()
                && retry.s >= promise
                && refusal.record.probe != Probe::Fleet
            {
                found.push(Pair { refusal, retry, promise });
            }
        }
    }
    found
}

fn sufficient(view: &View<'_>) -> Verdict {
    let judged = |pair: &&Pair<'_, '_>| matches!(pair.retry.fate, Fate::Admitted | Fate::Throttled);
    let all = pairs(view);
    let (kept, broken): (Vec<&Pair<'_, '_>>, Vec<&Pair<'_, '_>>) =
        all.iter().filter(judged).partition(|pair| pair.retry.admitted());
    let lost = all.len() - kept.len() - broken.len();
    // Trials are made for this; pairs that came about elsewhere prove as much, and are harder to read.
    let is_trial = |pair: &&&Pair<'_, '_>| {
        let record = pair.retry.record;
        record.probe == Probe::CleanTrial && record.phase == 1
    };
    let trials: Vec<&Pair<'_, '_>> = broken.iter().filter(is_trial).copied().collect();
    let shown = if trials.is_empty() { &broken } else { &trials };
    if let Some(first) = shown.first() {
        let kept = if trials.is_empty() { kept.len() } else { kept.iter().filter(is_trial).count() };
        return short(view, shown, first, kept);
    }
    // All promises of one episode were held if a request at the earliest one was served.
    let phases = kept_at_once(view);
    match kept.len() + phases {
        0 if lost > 0 => Verdict::guarded(format!("G2: {} had no answer", show::count(lost, "retry"))),
        0 => Verdict::skip("no request came at a promise with nothing before it"),
        _ => {
            let more =
                if phases > 0 { format!(", and {phases} promises of one episode") } else { String::new() };
            Verdict::pass(format!(
                "{} of {} at the promise served{more}",
                kept.len(),
                show::count(kept.len(), "retry")
            ))
            .on(kept.iter().map(|pair| pair.retry.seq()))
        }
    }
}

/// How many promises were held by an admission at the earliest of them.
fn kept_at_once(view: &View<'_>) -> usize {
    let groups = view.rounds(Probe::Sequential);
    let held = |group: &Group<'_, '_>| {
        let served = group.phase(3).iter().any(|seen| seen.admitted());
        let samples = group
            .seen
            .iter()
            .filter(|seen| seen.record.phase <= 1 && seen.throttled() && seen.promise().is_some());
        if served { samples.count() } else { 0 }
    };
    groups.iter().map(held).sum()
}

fn short(view: &View<'_>, broken: &[&Pair<'_, '_>], first: &Pair<'_, '_>, kept: usize) -> Verdict {
    let seen: Vec<&Seen<'_>> = broken.iter().flat_map(|pair| [pair.refusal, pair.retry]).collect();
    if let Some(guard) = view.broken(&seen, &ALWAYS) {
        return Verdict::guarded(guard);
    }
    let Pair { refusal, retry, promise } = first;
    let later = || view.key(retry.record.key).filter(|seen| seen.s >= retry.s);
    let admitted = later().find(|seen| seen.admitted());
    let last =
        later().take_while(|seen| !seen.admitted()).filter(|seen| seen.throttled()).map(|seen| seen.s).max();
    let by = match (last, admitted) {
        (Some(last), Some(admitted)) => format!(
            "served at {}: short by ({}, {}]",
            at(admitted.h),
            span((last - promise).max(0)),
            span(admitted.e - promise)
        ),
        _ => "not served at all in this trial".to_owned(),
    };
    let alias = view.alias(refusal.record.key);
    let wait = match refusal.retry {
        Retry::Seconds(_) => format!("Retry-After: {}", refusal.retry_text()),
        _ => format!("Retry-After: {} (counted from Date)", refusal.retry_text()),
    };
    Verdict::fail(format!(
        "{} of {} refused at the promise",
        broken.len(),
        show::count(broken.len() + kept, "retry")
    ))
    .line(format!("key {alias}, {} {}", refusal.record.method, refusal.record.target))
    .line(format!("429 #{} received {}, {wait}: promise {}", refusal.seq(), at(refusal.h), at(*promise)))
    .line(format!(
        "retry #{} sent {} ({} after the promise, no request in between): {}, Retry-After: {}",
        retry.seq(),
        at(retry.s),
        span(retry.s - promise),
        retry.record.status,
        retry.retry_text()
    ))
    .line(by)
    .line(view.guards_hold())
    .on(seen.iter().map(|seen| seen.seq()))
}

impl View<'_> {
    /// What the guards measured, for the evidence of a failure.
    fn guards_hold(&self) -> String {
        let trip = self
            .round_trip
            .map_or("unknown".to_owned(), |trip| format!("p99 {} of {}", span(trip.p99), trip.n));
        format!("guards: round trip {trip}, every request answered, Date even")
    }
}

/// An episode of a key: refusals up to the next admission.
struct Episode<'v, 'l> {
    refusals: Vec<&'v Seen<'l>>,
    admission: Option<&'v Seen<'l>>,
}

/// All episodes; those of fleets and steady runs are left out, where others use up what was promised.
fn episodes<'v, 'l>(view: &'v View<'l>) -> Vec<Episode<'v, 'l>> {
    let mut found = Vec::new();
    for (_, seen) in view.keys() {
        let mut refusals: Vec<&Seen<'_>> = Vec::new();
        let own = seen.into_iter().filter(|one| {
            !matches!(
                one.record.probe,
                Probe::Fleet | Probe::Steady | Probe::Concurrent | Probe::Bypass | Probe::Exempt
            )
        });
        for one in own {
            match one.fate {
                Fate::Throttled => refusals.push(one),
                Fate::Admitted if !refusals.is_empty() => {
                    found.push(Episode { refusals: std::mem::take(&mut refusals), admission: Some(one) });
                }
                Fate::Unknown => refusals.clear(),
                // Whatever else it is, it is no refusal: what was refused before belongs to the episode that ended.
                _ if !refusals.is_empty() => {
                    found.push(Episode { refusals: std::mem::take(&mut refusals), admission: None });
                }
                _ => {}
            }
        }
        if !refusals.is_empty() {
            found.push(Episode { refusals, admission: None });
        }
    }
    found
}

fn tight(view: &View<'_>) -> Verdict {
    let Some(window) = view.window else { return Verdict::skip("the window is unknown") };
    let budget = (2 * SECOND).max(window / 10);
    let mut slacks = Vec::new();
    for episode in episodes(view) {
        let Some(admission) = episode.admission else { continue };
        for refusal in &episode.refusals {
            // Sent before the promise and served: at least so much was too long.
            let Some(promise) = refusal.promise() else { continue };
            slacks.push((promise - admission.e, *refusal, admission));
        }
    }
    let all = slacks.len();
    let Some((slack, refusal, admission)) = slacks.iter().max_by_key(|(slack, ..)| *slack) else {
        return Verdict::skip("no admission followed a refusal with a promise");
    };
    if *slack <= budget {
        return Verdict::pass(format!(
            "too long by {} at most, allowed {}; {}",
            span((*slack).max(0)),
            span(budget),
            show::count(all, "promise")
        ));
    }
    if let Some(guard) = view.doubt(&[refusal, admission], &[Guard::G7]) {
        return Verdict::guarded(guard);
    }
    let over = slacks.iter().filter(|(slack, ..)| *slack > budget).count();
    Verdict::warn(format!("{over} of {} too long by more than {}", show::count(all, "promise"), span(budget)))
        .line(format!(
            "429 #{} received {}, Retry-After: {}; #{} was served by {}: too long by {} at least",
            refusal.seq(),
            at(refusal.h),
            refusal.retry_text(),
            admission.seq(),
            at(admission.e),
            span(*slack)
        ))
        .on([refusal.seq(), admission.seq()])
}

fn early(view: &View<'_>) -> Verdict {
    let mut refused = 0;
    for group in view.rounds(Probe::Sequential) {
        for seen in group.phase(2) {
            let promises = group.seen.iter().filter(|other| other.record.phase <= 1 && other.throttled());
            let Some(promise) = promises.filter_map(|other| other.promise()).min() else { continue };
            if let Some(guard) = view.doubt(&[seen], &[Guard::G1]) {
                return Verdict::guarded(guard);
            }
            if seen.admitted() && seen.e < promise {
                return Verdict::warn(format!(
                    "served {} before the earliest promise",
                    span(promise - seen.e)
                ))
                .line(format!("#{} sent {}, promise {}", seen.seq(), at(seen.s), at(promise)))
                .on([seen.seq()]);
            }
            refused += usize::from(seen.throttled());
        }
    }
    match refused {
        0 => Verdict::skip("no request was sent a second before the earliest promise"),
        _ => Verdict::pass("refused a second before the earliest promise"),
    }
}

fn countdown(view: &View<'_>) -> Verdict {
    if view.declared.counts_rejects == Some(true) {
        return Verdict::skip("refused requests count as declared, so each one moves the instant");
    }
    let mut most: Option<(i64, usize)> = None;
    for episode in episodes(view) {
        let samples: Vec<(&Seen<'_>, i64)> =
            episode.refusals.iter().filter_map(|seen| Some((*seen, seen.promise()?))).collect();
        let promises = || samples.iter().map(|(_, promise)| *promise);
        let (Some(low), Some(high)) = (promises().min(), promises().max()) else { continue };
        if samples.len() < 2 {
            continue;
        }
        let spread = high - low;
        if spread <= SECOND + view.jitter() {
            most = most.max(Some((spread, samples.len())));
            continue;
        }
        let seen: Vec<&Seen<'_>> = samples.iter().map(|(seen, _)| *seen).collect();
        if let Some(guard) = view.doubt(&seen, &[Guard::G7]) {
            return Verdict::guarded(guard);
        }
        if seen.iter().all(|seen| seen.retry == Retry::Seconds(1)) {
            // The least that can be told; a bucket that refills faster cannot say less.
            most = most.max(Some((spread, samples.len())));
            continue;
        }
        let points: Vec<(f64, f64)> =
            samples.iter().map(|(seen, promise)| (show::seconds(seen.h), show::seconds(*promise))).collect();
        let constant = slope(&points).is_some_and(|slope| slope > 0.8);
        let why = if constant { ": a constant Retry-After, not what is left of the wait" } else { "" };
        let ends = samples.first().into_iter().chain(samples.last());
        let lines = ends.map(|(seen, promise)| {
            format!(
                "#{} received {}, Retry-After: {}: promise {}",
                seen.seq(),
                at(seen.h),
                seen.retry_text(),
                at(*promise)
            )
        });
        return Verdict::warn(format!("the promises of one episode are {} apart{why}", span(spread)))
            .lines(lines.collect::<Vec<_>>())
            .on(seen.iter().map(|seen| seen.seq()));
    }
    match most {
        None => Verdict::skip("no episode has two refusals with a promise"),
        Some((spread, n)) => {
            Verdict::pass(format!("the promises of {n} refusals are {} apart", span(spread)))
        }
    }
}

/// When a key was served again, counted from its first request: not at the first time, at the second one.
struct Bracket {
    not: i64,
    yes: Option<i64>,
    seqs: Vec<u64>,
}

fn bracket(group: &Group<'_, '_>) -> Option<Bracket> {
    let start = group.phase(0).first()?.s;
    let mut refused = group.seen.iter().filter(|seen| seen.throttled());
    let served = group.phase(2).into_iter().find(|seen| seen.admitted());
    let not = refused.rfind(|seen| served.is_none_or(|served| seen.s < served.s))?;
    let seqs = [Some(not.seq()), served.map(Seen::seq)].into_iter().flatten().collect();
    Some(Bracket { not: not.s - start, yes: served.map(|served| served.e - start), seqs })
}

fn free(view: &View<'_>) -> Verdict {
    let mut brackets: BTreeMap<u32, Bracket> = BTreeMap::new();
    for group in view.rounds(Probe::Rejects) {
        if let Some(guard) = view.doubt(&group.seen, &[Guard::G7]) {
            return Verdict::guarded(guard);
        }
        brackets.extend(bracket(&group).map(|bracket| (group.round, bracket)));
    }
    let (Some(quiet), Some(hammered)) = (brackets.get(&0), brackets.get(&1)) else {
        return Verdict::skip(view.why_not(Probe::Rejects));
    };
    let Some(quiet_until) = quiet.yes else {
        return Verdict::unsure("the quiet key was not served again while it was watched");
    };
    let lines = [("quiet", quiet), ("hammering", hammered)].map(|(name, bracket)| {
        let yes =
            bracket.yes.map_or("never while it was watched".to_owned(), |yes| format!("by {}", span(yes)));
        format!("{name}: refused at {}, served {yes}", span(bracket.not))
    });
    let longer = hammered.not - quiet_until;
    let seqs: Vec<u64> = quiet.seqs.iter().chain(&hammered.seqs).copied().collect();
    let counted = |measured: String| match view.declared.counts_rejects {
        Some(true) => Verdict::pass(format!("{measured}, as declared")),
        Some(false) => Verdict::fail(measured),
        None => Verdict::warn(measured),
    };
    if longer > SECOND / 10 + view.jitter() {
        return counted(format!("refusals lengthen the wait, by {} at least", span(longer)))
            .lines(lines)
            .on(seqs);
    }
    // A handful of refusals may change nothing where as many as the limit would.
    let counting = [Kind::LogCountingRejects, Kind::ExtendingBan];
    if let Some(model) = view.models.consistent.first()
        && view.models.consistent.iter().all(|model| counting.contains(&model.kind))
    {
        return counted(format!("the limiter counts refusals: {}", model.name())).lines(lines);
    }
    Verdict::new(Outcome::Pass, "a key that hammers is served again as soon as a quiet one")
        .lines(lines)
        .on(seqs)
}
