//! What must hold before a probe proves anything; what does not hold makes its verdicts inconclusive, never failures.

use super::log::Probe;
use super::show::{at, requests, span, text};
use super::view::{Fate, Seen, View, percentile};

/// The guards of every probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// The generator kept its times.
    G1,
    /// Every request has exactly one answer of its own: no transport error, no redirect.
    G2,
    /// Nobody else uses the key.
    G3,
    /// The burst fits into half a window, and no window ends within it.
    G4,
    /// Nothing came out of a cache.
    G5,
    /// The server's clock goes evenly.
    G6,
    /// The round trip is known.
    G7,
}

use Guard::{G1, G2, G3, G4, G5, G6, G7};

/// The guards that every verdict wants.
pub(super) const ALWAYS: [Guard; 3] = [G2, G5, G6];

const MS: i64 = 1_000_000;

impl View<'_> {
    /// The first guard that these requests break, in words.
    pub(super) fn broken(&self, seen: &[&Seen<'_>], guards: &[Guard]) -> Option<String> {
        guards.iter().find_map(|guard| match guard {
            G1 => self.late(seen),
            G2 => unanswered(seen),
            G3 => self.foreign(seen),
            G4 => self.too_long(seen),
            G5 => self.cached(seen),
            G6 => stepped(seen),
            G7 => self
                .round_trip
                .is_none()
                .then(|| "G7: no answer tells how long a round trip takes".to_owned()),
        })
    }

    /// [`ALWAYS`], and those more.
    pub(super) fn doubt(&self, seen: &[&Seen<'_>], more: &[Guard]) -> Option<String> {
        self.broken(seen, &ALWAYS).or_else(|| self.broken(seen, more))
    }

    /// G1: lateness is at most 5 ms or 2 % of the shortest spacing that matters, for 99 of 100 requests.
    fn late(&self, seen: &[&Seen<'_>]) -> Option<String> {
        let first = seen.first()?.record;
        let missed =
            self.log.missed.iter().filter(|(probe, round, _)| (*probe, *round) == (first.probe, first.round));
        let missed: u64 = missed.map(|(.., count)| count).sum();
        if missed * 100 > seen.len() as u64 + missed {
            return Some(format!(
                "G1: {missed} of {} arrivals were skipped, since their time had passed",
                seen.len() as u64 + missed
            ));
        }
        let spacing = seen.first().map_or(0, |one| self.spacing(one));
        let budget = (5 * MS).max(spacing / 50);
        let mut late: Vec<i64> = seen.iter().map(|one| one.s - super::view::nanos(one.record.due)).collect();
        late.sort_unstable();
        // One of a hundred, and of some dozens one.
        let over = late.iter().filter(|late| **late > budget).count();
        let allowed = if late.len() < 20 { 0 } else { (late.len() / 100).max(1) };
        let p99 = percentile(&late, 99).filter(|_| over > allowed)?;
        Some(format!("G1: the generator was late: p99 {}, budget {}", span(p99), span(budget)))
    }

    /// The shortest distance between requests that a probe builds on.
    fn spacing(&self, one: &Seen<'_>) -> i64 {
        let window = self.window.unwrap_or_default();
        match (one.record.probe, one.record.phase) {
            (Probe::Steady, _) => {
                let per_window = self.limit.unwrap_or(1).saturating_mul(one.record.round.into()) / 100;
                window / i64::try_from(per_window.max(1)).unwrap_or(i64::MAX)
            }
            (Probe::Sequential, 1) => 100 * MS,
            (Probe::CleanTrial | Probe::Sequential, 1..) => 1_000 * MS,
            _ => window,
        }
    }

    /// G3: whoever answers the first request of a whole limit with less than all but one left, or lets what is left drop
    /// by more than was sent, has other clients on the key, or a request costs more than one. Only if less was admitted
    /// than the limit: others can take requests away, and cannot add any.
    fn foreign(&self, seen: &[&Seen<'_>]) -> Option<String> {
        let limit = seen.iter().find_map(|one| one.limits.limit).or(self.limit)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let admitted: Vec<&Seen<'_>> = seen.iter().copied().filter(|one| one.admitted()).collect();
        if i64::try_from(admitted.len()).unwrap_or(i64::MAX) >= limit {
            return None;
        }
        let why = "other traffic, a cost above 1, or a proxy that retries";
        let first = admitted.iter().find_map(|one| one.limits.remaining);
        let in_flight =
            admitted.iter().filter(|one| Some(one.s) <= admitted.first().map(|first| first.e)).count();
        let least = limit - i64::try_from(in_flight).unwrap_or_default();
        if let Some(first) = first.filter(|first| *first < least && *first >= 0) {
            return Some(format!("G3: the first answer of a whole limit of {limit} has {first} left: {why}"));
        }
        admitted.windows(2).find_map(|pair| {
            let [one, next] = pair else { return None };
            let drop = one.limits.remaining? - next.limits.remaining?;
            (next.s > one.e && drop > 1).then(|| {
                let (from, to) = (one.seq(), next.seq());
                format!("G3: remaining drops by {drop} from #{from} to #{to}, with one request sent: {why}")
            })
        })
    }

    /// G4.
    fn too_long(&self, seen: &[&Seen<'_>]) -> Option<String> {
        let window = self.window?;
        let start = seen.iter().map(|one| one.s).min()?;
        let end = seen.iter().map(|one| one.e).max()?;
        if end - start > window / 2 {
            let (took, window) = (span(end - start), span(window));
            return Some(format!("G4: the burst took {took}, more than half of the window of {window}"));
        }
        let edge = seen.iter().filter(|one| one.admitted()).filter_map(|one| one.reset()).min()?;
        // An edge is told in whole seconds rounded up, or by a clock of whole seconds.
        let inside = self.models.surely_not_refilling() && edge - 1_000 * MS > start && edge < end;
        inside.then(|| format!("G4: a window ended at {} within the burst", at(edge)))
    }

    /// G5.
    fn cached(&self, seen: &[&Seen<'_>]) -> Option<String> {
        let aged = |one: &&&Seen<'_>| {
            one.header("age").is_some_and(|age| age.trim().parse::<u64>().is_ok_and(|age| age > 0))
                || one.header("x-cache").is_some_and(|cache| cache.to_ascii_uppercase().contains("HIT"))
        };
        if let Some(one) = seen.iter().find(aged) {
            return Some(format!("G5: #{} came out of a cache", one.seq()));
        }
        let id = |one: &Seen<'_>| {
            one.record
                .headers
                .iter()
                .find(|line| self.repeated_ids.contains(line.1.as_str()))
                .map(|line| line.1.clone())
        };
        if self.repeated_ids.is_empty() {
            return None;
        }
        let (one, id) = seen.iter().find_map(|one| Some((one, id(one)?)))?;
        Some(format!(
            "G5: the request id {} of #{} came more than once: a replayed answer",
            text(&id),
            one.seq()
        ))
    }
}

/// G2.
fn unanswered(seen: &[&Seen<'_>]) -> Option<String> {
    let lost: Vec<u64> = seen.iter().filter(|one| one.fate == Fate::Unknown).map(|one| one.seq()).collect();
    if let Some(first) = seen.iter().find(|one| one.fate == Fate::Unknown) {
        let why = first.record.error.as_deref().unwrap_or("no answer");
        return Some(format!(
            "G2: {} had no answer ({why}): whether they counted is unknown",
            requests(&lost)
        ));
    }
    let moved = seen.iter().find(|one| (300..400).contains(&one.record.status))?;
    Some(format!("G2: #{} was answered with a redirect, {}", moved.seq(), moved.record.status))
}

/// G6: `Date` is cut to whole seconds, so that each answer bounds the offset of the clocks; the bounds must meet within a
/// second.
fn stepped(seen: &[&Seen<'_>]) -> Option<String> {
    const SECOND: i64 = 1_000 * MS;
    let mut bounds = seen.iter().filter_map(|one| {
        let since = one.date?.duration_since(std::time::SystemTime::UNIX_EPOCH).ok()?;
        let date = i64::try_from(since.as_secs()).ok()?.checked_mul(SECOND)?;
        Some((date - one.h, date + SECOND - one.s))
    });
    let first = bounds.next()?;
    let (low, high) = bounds.fold(first, |all, one| (all.0.max(one.0), all.1.min(one.1)));
    (low - high > SECOND)
        .then(|| format!("G6: the server's Date moved by {} against the generator's clock", span(low - high)))
}
