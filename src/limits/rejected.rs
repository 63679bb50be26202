//! Which requests a frame of HTTP/2 refused because a limit was met. Any other that it ended is lost.

use std::collections::BTreeMap;

use super::log::Probe;
use super::view::{Fate, Seen};

/// Refusals in a row at the end of a drain that show where a limit is.
const TAIL: usize = 2;

/// Settles the fate of what a frame refused: it is throttled if as many requests of its key were served in the window
/// before as the limit has, or if the one before it was throttled. A server that is busy or goes away sends the same
/// frames, so before that nothing is known.
pub(super) fn settle(seen: &mut [Seen<'_>], limit: Option<u64>, window: Option<i64>) {
    if seen.iter().all(|one| one.record.rejection.is_none()) {
        return;
    }
    let mut keys: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for (place, one) in seen.iter().enumerate() {
        if let Some(key) = one.record.key {
            keys.entry(key).or_default().push(place);
        }
    }
    let Some(least) = drained(seen).into_iter().chain(limit).min() else { return };
    // What is served meanwhile may be counted in the window before, or in the next.
    let least = least.saturating_sub(1).max(1);
    for places in keys.values() {
        settle_key(seen, places, least, window.unwrap_or(i64::MAX));
    }
}

fn settle_key(seen: &mut [Seen<'_>], places: &[usize], least: u64, window: i64) {
    let served = |at: fn(&Seen<'_>) -> i64| {
        let all = places.iter().filter_map(|place| seen.get(*place));
        let mut times: Vec<i64> = all.filter(|one| one.admitted()).map(at).collect();
        times.sort_unstable();
        times
    };
    let (sent, ended) = (served(|one| one.s), served(|one| one.e));
    let mut throttled = false;
    for place in places {
        let Some(one) = seen.get_mut(*place) else { continue };
        if one.record.rejection.is_some() {
            let since = one.s.saturating_sub(window);
            let begun = sent.partition_point(|at| *at <= one.e);
            let before = ended.partition_point(|at| *at < since);
            if throttled || begun.saturating_sub(before) as u64 >= least {
                one.fate = Fate::Throttled;
            }
        }
        if one.fate != Fate::Unknown {
            throttled = one.throttled();
        }
    }
}

/// How many requests were served in sequential drains that ended in refusals, of whatever kind.
fn drained(seen: &[Seen<'_>]) -> Option<u64> {
    let mut drains: BTreeMap<(u32, Option<u16>), Vec<bool>> = BTreeMap::new();
    for one in seen.iter().filter(|one| (one.record.probe, one.record.phase) == (Probe::Sequential, 0)) {
        if one.fate != Fate::Unknown || one.record.rejection.is_some() {
            drains.entry((one.record.round, one.record.key)).or_default().push(one.admitted());
        }
    }
    let met = drains.values().filter_map(|served| {
        let tail = served.iter().rev().take_while(|served| !**served).count();
        let before = served.iter().filter(|served| **served).count() as u64;
        (tail >= TAIL && before > 0).then_some(before)
    });
    met.min()
}
