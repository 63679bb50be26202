//! The requests of a log in the order in which they arrived, and what a model makes of them.

use std::time::Duration;

use super::identify::Candidate;
use super::log::Probe;
use super::view::{self, Seen, View};

/// How near an edge of a model a decision proves nothing, beside the time between sending and answer.
const NEAR: i64 = 1_000_000;
/// When a request arrives, in parts of the time between sending and answer. One that took long may have waited before
/// the limiter saw it, or after; its window begins then. A model that explains the log one way or another may be it.
pub(super) const ARRIVALS: [i64; 5] = [50, 0, 25, 75, 100];
/// Up to this time between sending and answer the middle will do.
pub(super) const SHORT: i64 = 4_000_000;

/// A request in the order of arrival.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'v, 'l> {
    pub(super) seen: &'v Seen<'l>,
    /// When it is taken to have arrived.
    at: i64,
    /// Whether its fate tells something: it was served or refused, and no other request of its key was under way.
    pub(super) compared: bool,
}

/// Requests of some keys.
pub(super) type Trace<'v, 'l> = Vec<Vec<Step<'v, 'l>>>;

/// Requests in order of arrival: `part` hundredths of the way between sending and answer. Where several were under way,
/// nobody knows which one was served first. Requests that were answered otherwise, or not at all, are not known to count.
pub(super) fn steps<'v, 'l>(seen: impl Iterator<Item = &'v Seen<'l>>, part: i64) -> Vec<Step<'v, 'l>> {
    let mut order: Vec<&Seen<'_>> = seen.filter(|one| one.admitted() || one.throttled()).collect();
    let arrival = |one: &Seen<'_>| one.s + (one.e.max(one.s) - one.s) / 100 * part;
    order.sort_by_key(|one| arrival(one));
    let mut steps: Vec<Step<'v, 'l>> = Vec::with_capacity(order.len());
    let mut until = i64::MIN;
    for seen in order {
        let alone = seen.s > until;
        if !alone && let Some(last) = steps.last_mut() {
            last.compared = false;
        }
        until = until.max(seen.e);
        steps.push(Step { seen, at: arrival(seen), compared: alone });
    }
    steps
}

/// The requests of each key with a fingerprint, up to its end.
pub(super) fn traces<'v, 'l>(view: &'v View<'l>, part: i64) -> Trace<'v, 'l> {
    let mut keys: Vec<Option<u16>> = view.of(Probe::Fingerprint).map(|seen| seen.record.key).collect();
    keys.sort_unstable();
    keys.dedup();
    let trace = |key: Option<u16>| {
        let last =
            view.key(key).filter(|seen| seen.record.probe == Probe::Fingerprint).map(|seen| seen.s).max();
        steps(view.key(key).filter(|seen| Some(seen.s) <= last), part)
    };
    keys.into_iter().filter(Option::is_some).map(trace).collect()
}

/// The requests whose fate the model does not explain, with what it says; lazily, in order. What lies near an edge of
/// the model is not among them: the model then goes on as if the request had come on the other side of the edge, so that
/// one such difference does not make others.
pub(super) fn differing<'t, 'v: 't, 'l: 'v>(
    trace: &'t [Step<'v, 'l>],
    candidate: &Candidate,
) -> impl Iterator<Item = (usize, &'v Seen<'l>, bool)> + 't {
    let mut model = candidate.policy.build();
    let shift = candidate.shift;
    let shifted = view::nanos(shift);
    let mut latest = Duration::ZERO;
    trace.iter().enumerate().filter_map(move |(place, step)| {
        let seen = step.seen;
        // A model never goes back in time.
        let last = latest;
        let now = last.max(Duration::from_nanos(u64::try_from(step.at).unwrap_or_default()) + shift);
        latest = now;
        let near = |edge: &Duration| {
            let edge = view::nanos(*edge).saturating_sub(shifted);
            (seen.s - NEAR..=seen.e + NEAR).contains(&edge)
        };
        let (before, ahead) = model.edges(now);
        let (before, ahead) = (before.filter(near), ahead.filter(near));
        let earlier = (before.is_some() || ahead.is_some()).then(|| model.clone());
        let admits = model.arrive(now).admitted;
        if !step.compared || admits == seen.admitted() {
            return None;
        }
        let just_before = |edge: Duration| edge.saturating_sub(Duration::from_nanos(1));
        let other_side = if admits { before.map(just_before) } else { ahead };
        if let (Some(mut other), Some(at)) = (earlier, other_side.filter(|at| *at >= last))
            && other.arrive(at).admitted == seen.admitted()
        {
            model = other;
            latest = at;
            return None;
        }
        let (_, after) = model.edges(now);
        let free = before.is_some() || after.is_some_and(|edge| near(&edge));
        (!free).then_some((place, seen, admits))
    })
}
