//! Whether what was refused had an effect.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Verdict, rule};
use crate::limits::log::Probe;
use crate::limits::show::{self, at};
use crate::limits::statistics::zero_of;
use crate::limits::view::{Fate, Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[rule! {
    "WS001" "refused-writes-without-effect" "limit writes", Contract Error,
    Source::Contract("rate limits: a refused request may be sent again"),
    says: "A write that was refused for its rate had no effect, and one that was served had it once",
    tested: "Writes with a marker each across the limit, then three looks for the markers, the later ones for what appears late",
    passes: "none of the refused is found, which bounds the rate below 3/n, and each served one exactly once. A served one that stays unseen is in doubt: consistency may be eventual. Requests without an answer are left out",
    by: Writes effects
}];

/// How often each marker is found, over the answers of one look, the most of all looks; and which answer had it first.
fn markers<'v, 'l>(looks: &[&'v Seen<'l>]) -> (BTreeMap<&'l str, usize>, BTreeMap<&'l str, &'v Seen<'l>>) {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut first_seen: BTreeMap<&str, &Seen<'_>> = BTreeMap::new();
    for phase in 1..=3 {
        let mut here: BTreeMap<&str, usize> = BTreeMap::new();
        for look in looks.iter().copied().filter(|look| look.record.phase == phase) {
            for marker in &look.record.found {
                *here.entry(marker).or_default() += 1;
                first_seen.entry(marker).or_insert(look);
            }
        }
        for (marker, times) in here {
            let most = found.entry(marker).or_default();
            *most = (*most).max(times);
        }
    }
    (found, first_seen)
}

fn effects(view: &View<'_>) -> Verdict {
    let writes: Vec<&Seen<'_>> = view.of(Probe::Writes).filter(|seen| seen.record.phase == 0).collect();
    if writes.is_empty() {
        return Verdict::skip(view.why_not(Probe::Writes));
    }
    let looks: Vec<&Seen<'_>> =
        view.of(Probe::Writes).filter(|seen| seen.record.phase > 0 && seen.admitted()).collect();
    if looks.is_empty() {
        return Verdict::unsure("no look for the markers was answered");
    }
    let (found, first_seen) = markers(&looks);
    let times = |seen: &Seen<'_>| found.get(seen.record.note.as_str()).copied().unwrap_or_default();
    let refused: Vec<&Seen<'_>> = writes.iter().copied().filter(|seen| seen.throttled()).collect();
    let served: Vec<&Seen<'_>> = writes.iter().copied().filter(|seen| seen.admitted()).collect();
    let distinct: BTreeSet<&str> = writes.iter().map(|seen| seen.record.note.as_str()).collect();
    if distinct.len() < writes.len() {
        return Verdict::unsure("two writes have the same marker");
    }
    let line = |seen: &&Seen<'_>| {
        let place = first_seen
            .get(seen.record.note.as_str())
            .map_or(String::new(), |look| format!(", found by #{} at {}", look.seq(), at(look.s)));
        format!(
            "marker {}: #{} answered {}{place}",
            show::text(&seen.record.note),
            seen.seq(),
            seen.record.status
        )
    };
    let effective: Vec<&Seen<'_>> = refused.iter().copied().filter(|seen| times(seen) > 0).collect();
    if !effective.is_empty() {
        if let Some(guard) = view.doubt(&effective, &[]) {
            return Verdict::guarded(guard);
        }
        return Verdict::fail(format!(
            "{} of {} had an effect",
            effective.len(),
            show::count(refused.len(), "refused write")
        ))
        .lines(effective.iter().take(5).map(line).collect::<Vec<_>>())
        .on(effective.iter().map(|seen| seen.seq()));
    }
    let twice: Vec<&Seen<'_>> = served.iter().copied().filter(|seen| times(seen) > 1).collect();
    if !twice.is_empty() {
        return Verdict::fail(format!(
            "{} of {} had it more than once",
            twice.len(),
            show::count(served.len(), "served write")
        ))
        .lines(twice.iter().take(5).map(line).collect::<Vec<_>>())
        .on(twice.iter().map(|seen| seen.seq()));
    }
    let unseen: Vec<&Seen<'_>> = served.iter().copied().filter(|seen| times(seen) == 0).collect();
    if !unseen.is_empty() {
        return Verdict::unsure(format!(
            "{} of {} cannot be seen: consistency may be eventual",
            unseen.len(),
            show::count(served.len(), "served write")
        ))
        .lines(unseen.iter().take(5).map(line).collect::<Vec<_>>());
    }
    if refused.is_empty() {
        return Verdict::unsure("no write was refused");
    }
    let unknown = writes.iter().filter(|seen| seen.fate == Fate::Unknown).count();
    let left_out =
        if unknown > 0 { format!("; {unknown} without an answer left out") } else { String::new() };
    Verdict::pass(format!(
        "0 of {} had an effect, below {:.1} % at 95 %; {} found once{left_out}",
        show::count(refused.len(), "refused write"),
        100.0 * zero_of(refused.len()),
        show::count(served.len(), "served one")
    ))
}
