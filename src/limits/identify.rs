//! Which limiter is it? The requests as they were sent are replayed into every model; what contradicts is dropped.

use std::collections::BTreeMap;
use std::time::Duration;

use super::log::{Probe, Semantics};
use super::replay::{ARRIVALS, SHORT, Step, Trace, differing, steps, traces};
use super::show;
use super::view::{Seen, View};
use crate::limiter::{Algorithm, Anchor, Policy};

/// Requests that are replayed at most; a fingerprint has a few hundred.
const MOST: usize = 20_000;

/// Phases of a sliding counter that are tried.
const PHASES: i64 = 400;

/// Families of models, in the order shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    ClockWindow,
    RequestWindow,
    Log,
    LogCountingRejects,
    Counter,
    Bucket,
    StepBucket,
    Ban,
    ExtendingBan,
}

impl Kind {
    /// Whether the limit comes back little by little, and not window by window.
    pub(super) fn refills(self) -> bool {
        matches!(self, Self::Counter | Self::Bucket | Self::StepBucket)
    }

    fn of(algorithm: Algorithm) -> Option<Self> {
        Some(match algorithm {
            Algorithm::FixedWindow { anchor: Anchor::Clock { .. } } => Self::ClockWindow,
            Algorithm::FixedWindow { anchor: Anchor::FirstRequest } => Self::RequestWindow,
            Algorithm::SlidingLog { count_rejects: false } => Self::Log,
            Algorithm::SlidingLog { count_rejects: true } => Self::LogCountingRejects,
            Algorithm::SlidingCounter => Self::Counter,
            Algorithm::TokenBucket { .. } | Algorithm::Gcra { .. } => Self::Bucket,
            Algorithm::IntervalRefill { .. } => Self::StepBucket,
            Algorithm::Ban { extends: false, .. } => Self::Ban,
            Algorithm::Ban { extends: true, .. } => Self::ExtendingBan,
            Algorithm::Concurrency => return None,
        })
    }
}

/// A model with its numbers and its phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) kind: Kind,
    pub(super) policy: Policy,
    /// Added to all times, so that windows by the clock begin elsewhere.
    pub(super) shift: Duration,
}

impl Candidate {
    /// What people call it; a phase is nobody's business.
    pub(super) fn name(&self) -> String {
        let mut policy = self.policy;
        if let Algorithm::FixedWindow { anchor: Anchor::Clock { offset } } = &mut policy.algorithm {
            *offset = Duration::ZERO;
        }
        match self.kind {
            Kind::Bucket => policy.name().replacen("token bucket", "token bucket or GCRA", 1),
            _ => policy.name(),
        }
    }
}

impl Candidate {
    /// The same with phases up to a hundredth of the window before and after; closer to each other for a counter, which
    /// gives its requests back one by one.
    pub(super) fn nearby(self) -> impl Iterator<Item = Self> {
        let (parts, reach) = if self.kind == Kind::Counter { (2_400, 12) } else { (400, 4) };
        let (window, step) = (self.policy.window, self.policy.window / parts);
        (0..=2 * reach).map(move |number| {
            let shift = (self.shift + window + step * number).saturating_sub(step * reach);
            Self { shift: if shift >= window { shift.saturating_sub(window) } else { shift }, ..self }
        })
    }
}

/// What the replay found.
#[derive(Debug, Default)]
pub(super) struct Identification {
    /// One model of each family that explains the log.
    pub(super) consistent: Vec<Candidate>,
    /// All that explain it, with every phase that does.
    pub(super) variants: Vec<Candidate>,
    /// The others, each with the first thing that it does not explain.
    pub(super) rejected: Vec<(Candidate, String)>,
    /// Requests that were compared.
    pub(super) compared: usize,
    /// Why nothing was compared, lower case, no full stop; empty if something was.
    pub(super) why_not: String,
}

impl Identification {
    /// Whether every model that explains the log gives the limit back window by window.
    pub(super) fn surely_not_refilling(&self) -> bool {
        !self.consistent.is_empty() && !self.consistent.iter().any(|one| one.kind.refills())
    }

    /// Whether every model that explains the log refills.
    pub(super) fn surely_refilling(&self) -> bool {
        !self.consistent.is_empty() && self.consistent.iter().all(|one| one.kind.refills())
    }

    /// Whether every model that explains the log has windows that end all at once.
    pub(super) fn surely_windows(&self) -> bool {
        let windows = [Kind::ClockWindow, Kind::RequestWindow];
        !self.consistent.is_empty() && self.consistent.iter().all(|one| windows.contains(&one.kind))
    }

    /// Whether a model that refills may be it.
    pub(super) fn may_be_refilling(&self) -> bool {
        !self.surely_not_refilling()
    }

    /// Whether a family may be it.
    pub(super) fn may_be(&self, kind: Kind) -> bool {
        self.consistent.is_empty() || self.consistent.iter().any(|one| one.kind == kind)
    }

    /// Whether a replay said which families may be it.
    pub(super) fn tells(&self) -> bool {
        !self.consistent.is_empty() && self.rejected.len() >= self.consistent.len()
    }
}

/// How a model and the log agree.
struct Agreement {
    mismatches: usize,
    /// The first mismatch that is not near an edge: its request's place, and the words for it.
    first: Option<(usize, String)>,
}

/// Replays the keys that have a fingerprint.
pub(super) fn identify(view: &View<'_>) -> Identification {
    let not = |why: String| Identification { why_not: why, ..Identification::default() };
    let middle = traces(view, ARRIVALS[0]);
    let all = || middle.iter().flatten().map(|step| step.seen);
    let compared = middle.iter().flatten().filter(|step| step.compared).count();
    if compared == 0 {
        return not(view.why_not(Probe::Fingerprint));
    }
    if compared > MOST {
        return not(format!("{compared} requests are too many to replay"));
    }
    // Refusals of bursts alone, as of a limiter that delays, tell nothing: no replay knows in which order they came.
    let told = || middle.iter().flatten().filter(|step| step.compared).map(|step| step.seen);
    if !told().any(Seen::throttled) || !told().any(Seen::admitted) {
        return not("no request was refused, so that nothing tells one model from another".to_owned());
    }
    let Some(window) = view.window else {
        return not("the window is neither declared nor told by a header".to_owned());
    };
    let full = most_at_once(&middle);
    let long = all().any(|seen| seen.e - seen.s > SHORT);
    let others = if long { &ARRIVALS[1..] } else { &[] };
    let mut ways: Vec<Trace<'_, '_>> = others.iter().map(|part| traces(view, *part)).collect();
    ways.insert(0, middle);
    let limit = view.limit.unwrap_or(full);
    let mut found = Identification { compared, ..Identification::default() };
    for (limit, window) in readings(limit, full, window, view.declared.window.is_none()) {
        let (variants, consistent, rejected) = weigh(&ways, compared, &candidates(view, limit, window, full));
        (found.variants, found.consistent) = (variants, consistent);
        // The contradictions of the declared numbers are those worth reading.
        if found.rejected.is_empty() || !found.consistent.is_empty() {
            found.rejected = rejected;
        }
        if !found.consistent.is_empty() {
            break;
        }
    }
    found
}

/// The most requests that were admitted one after the other from the start of a trace.
fn most_at_once(traces: &[Vec<Step<'_, '_>>]) -> u64 {
    let first = |trace: &Vec<Step<'_, '_>>| trace.iter().take_while(|step| step.seen.admitted()).count();
    traces.iter().map(first).max().unwrap_or_default() as u64
}

/// The numbers to try: as declared, or about as found; then what was really admitted, and the same rate in finer grains.
fn readings(limit: u64, full: u64, window: i64, found: bool) -> Vec<(u64, i64)> {
    const SECOND: i64 = 1_000_000_000;
    let mut readings = vec![(limit, window)];
    if found {
        // What was found by asking is a fifth off at most.
        for off in 1..=(window / 5 / SECOND).clamp(1, 12) {
            readings.extend([(limit, window - off * SECOND), (limit, window + off * SECOND)]);
        }
    }
    if full > 0 {
        readings.push((full, window));
    }
    for parts in [60, 10] {
        if limit.is_multiple_of(parts) && window >= 1_000_000_000 {
            readings.push((limit / parts, window / i64::try_from(parts).unwrap_or(1)));
        }
    }
    readings.retain(|(limit, window)| *limit > 0 && *window > 0);
    readings.dedup();
    readings
}

fn candidates(view: &View<'_>, limit: u64, window: i64, full: u64) -> Vec<Candidate> {
    let span = |nanos: i64| Duration::from_nanos(u64::try_from(nanos).unwrap_or_default());
    let window_time = span(window);
    let mut all = Vec::new();
    let mut add = |algorithm, shift| {
        let policy = Policy { algorithm, limit, window: window_time };
        all.extend(Kind::of(algorithm).map(|kind| Candidate { kind, policy, shift }));
    };
    add(Algorithm::FixedWindow { anchor: Anchor::FirstRequest }, Duration::ZERO);
    add(Algorithm::SlidingLog { count_rejects: false }, Duration::ZERO);
    add(Algorithm::SlidingLog { count_rejects: true }, Duration::ZERO);
    for hundredth in 0..100 {
        let offset = span(window / 100 * hundredth);
        add(Algorithm::FixedWindow { anchor: Anchor::Clock { offset } }, Duration::ZERO);
    }
    // A counter gives its requests back one by one: its phase matters at every one of them.
    for number in 0..PHASES {
        add(Algorithm::SlidingCounter, span(window / PHASES * number));
    }
    let mut bursts = vec![limit, full.max(1), 1];
    if let Semantics::Bucket { burst } = view.declared.semantics {
        bursts.push(burst.max(1));
    }
    bursts.sort_unstable();
    bursts.dedup();
    for burst in bursts {
        add(Algorithm::TokenBucket { burst }, Duration::ZERO);
        for step in [window / 2, window / 10, 1_000_000_000] {
            if step > 0 && step < window {
                add(Algorithm::IntervalRefill { burst, step: span(step) }, Duration::ZERO);
            }
        }
    }
    for block in [window, 2 * window, 5 * window, 300_000_000_000] {
        for extends in [false, true] {
            add(Algorithm::Ban { block: span(block), extends }, Duration::ZERO);
        }
    }
    all
}

type Weighed = (Vec<Candidate>, Vec<Candidate>, Vec<(Candidate, String)>);

/// The candidates that agree with the log, all of them and one a family; and of the other families the one that goes along furthest.
fn weigh(ways: &[Trace<'_, '_>], compared: usize, candidates: &[Candidate]) -> Weighed {
    let allowed = (compared / 50).max(1);
    let mut variants = Vec::new();
    let mut good: BTreeMap<Kind, (usize, Candidate)> = BTreeMap::new();
    let mut bad: BTreeMap<Kind, (usize, Candidate, String)> = BTreeMap::new();
    for candidate in candidates {
        let agreements = ways.iter().map(|traces| agree(traces, candidate, allowed));
        let Some(agreement) = agreements.min_by_key(|one| one.mismatches) else { continue };
        if agreement.mismatches <= allowed {
            variants.push(*candidate);
            let best = good.entry(candidate.kind).or_insert((agreement.mismatches, *candidate));
            if agreement.mismatches < best.0 {
                *best = (agreement.mismatches, *candidate);
            }
        } else if let Some((place, words)) = agreement.first
            && bad.get(&candidate.kind).is_none_or(|known| known.0 < place)
        {
            bad.insert(candidate.kind, (place, *candidate, words));
        }
    }
    bad.retain(|kind, _| !good.contains_key(kind));
    let rejected = bad.into_values().map(|(_, candidate, words)| (candidate, words));
    (variants, good.into_values().map(|(_, candidate)| candidate).collect(), rejected.collect())
}

/// Replays the traces into a fresh model each; stops once more than `allowed` decisions differ.
fn agree(traces: &[Vec<Step<'_, '_>>], candidate: &Candidate, allowed: usize) -> Agreement {
    let mut agreement = Agreement { mismatches: 0, first: None };
    let mut before = 0;
    for trace in traces {
        for (place, seen, admits) in differing(trace, candidate) {
            agreement.mismatches += 1;
            if agreement.first.is_none() {
                let would = if admits { "admit, got" } else { "refuse, got" };
                let words = format!(
                    "#{} at {} it would {would} {}",
                    seen.seq(),
                    show::at(seen.s),
                    seen.record.status
                );
                agreement.first = Some((before + place, words));
            }
            if agreement.mismatches > allowed {
                return agreement;
            }
        }
        before += trace.len();
    }
    agreement
}

/// The requests of a key, as [`explained`] wants them.
pub(super) fn whole_trace<'v, 'l>(view: &'v View<'l>, key: Option<u16>) -> Vec<Step<'v, 'l>> {
    steps(view.key(key), ARRIVALS[0])
}

/// The share of a key's requests that a model explains, compared only where `wanted` says so: how many, and of how many.
pub(super) fn explained(
    trace: &[Step<'_, '_>],
    candidate: &Candidate,
    wanted: impl Fn(&Seen<'_>) -> bool,
) -> (usize, usize) {
    let all = trace.iter().filter(|step| step.compared && wanted(step.seen)).count();
    let wrong = differing(trace, candidate).filter(|(_, seen, _)| wanted(seen)).count();
    (all - wrong.min(all), all)
}
