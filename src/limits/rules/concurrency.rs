//! What happens when many requests come at once.

use std::collections::BTreeMap;

use super::{Drain, Rule, Verdict, broken, refill, rule, times};
use crate::limits::guards::Guard;
use crate::limits::log::{Other, Probe, Protocol, Semantics};
use crate::limits::show;
use crate::limits::statistics::{Left, duplicates, out_of_order, power};
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "CC001" "no-race-past-limit" "limit concurrency", Contract Error,
        Source::Contract("rate limits: requests in a window"),
        says: "Requests that come at once are not admitted beyond the limit",
        tested: "More requests than the limit, released together on a whole limit, several rounds; the admitted are counted",
        passes: "no round admits more than L, or than a bucket refills meanwhile; times the factor that the contract declares for several nodes. The chance to see a race of 10, 50 and 200 µs is printed",
        by: Concurrent no_race
    },
    rule! {
        "CC002" "remaining-linearizable" "limit concurrency", Advice Warning,
        Source::Advice("clients share what is left between them"),
        says: "What is left is told as if requests had come one by one",
        tested: "The `remaining` of the admitted: none twice, and less for a request that was sent after another had been answered",
        passes: "no value comes twice and no pair breaks the order, but for what refills meanwhile. Duplicates show a limiter that reads before it writes long before it admits too many. Fails if the headers are documented",
        by: Concurrent linearizable
    },
    rule! {
        "CC003" "same-limit-however-connected" "limit concurrency", Contract Error,
        Source::Contract("rate limits: the limit is the key's"),
        says: "One connection, many connections, a new one for each request, and one that carries many at once have the same limit",
        tested: "The concurrent probe in its modes: many connections, one, a new one for each request, and, where the target speaks HTTP/2, all requests at once as streams of one connection",
        passes: "all admit the same, but for what refills meanwhile. A ratio near the number of connections or nodes is a limit for each of them",
        by: Concurrent however_connected
    },
];

const MODES: [&str; 4] =
    ["many connections", "one connection", "a new connection each", "multiplexed on one HTTP/2 connection"];

/// That a mode was left out, and why.
fn not_multiplexed(view: &View<'_>) -> Option<String> {
    match (view.log.head.protocol, &view.log.head.other) {
        (Protocol::Http1, Some(Other::Not(why))) => {
            Some(format!("multiplexed on one HTTP/2 connection: left out: {why}"))
        }
        _ => None,
    }
}

struct Round<'v, 'l> {
    mode: u8,
    round: u32,
    drain: Drain<'v, 'l>,
    /// What may come back during the burst.
    come: u64,
}

/// The rounds whose guards hold, and what was wrong with another.
fn rounds<'v, 'l>(view: &'v View<'l>, limit: u64) -> (Vec<Round<'v, 'l>>, Option<String>) {
    let (mut good, mut guard) = (Vec::new(), None);
    for group in view.rounds(Probe::Concurrent) {
        for (mode, _) in (0..).zip(MODES) {
            let drain = Drain::of(group.phase(mode));
            if drain.all.is_empty() {
                continue;
            }
            let slow = match view.doubt(&drain.all, &[]) {
                Some(broken) => Some(broken),
                None => view.broken(&drain.all, &[Guard::G4]).filter(|_| !held_back(view, &drain, limit)),
            };
            if let Some(broken) = slow {
                guard = guard.or(Some(broken));
                continue;
            }
            let windows = matches!(view.declared.semantics, Semantics::FixedWindow | Semantics::AnyWindow);
            let come = match view.window {
                Some(window)
                    if !windows && view.models.may_be_refilling() && !held_back(view, &drain, limit) =>
                {
                    refill(limit, window, drain.span())
                }
                _ => 0,
            };
            good.push(Round { mode, round: group.round, drain, come });
        }
    }
    (good, guard)
}

/// Whether a burst took long only because what was admitted was held back, as limiters do that delay: it was sent, and what
/// was refused was refused, within half a window, and no more was admitted than the limit, however long that took.
pub(super) fn held_back(view: &View<'_>, drain: &Drain<'_, '_>, limit: u64) -> bool {
    let (Some(window), Some(start)) = (view.window, drain.all.iter().map(|seen| seen.s).min()) else {
        return false;
    };
    let decided = drain.all.iter().map(|seen| seen.s).chain(drain.refused.iter().map(|seen| seen.e)).max();
    !drain.refused.is_empty()
        && drain.admitted.len() as u64 <= limit
        && decided.is_some_and(|decided| decided - start <= window / 2)
        && drain.span() > window / 2
}

/// The limit from which a burst starts.
pub(super) fn whole(view: &View<'_>) -> Option<u64> {
    match view.declared.semantics {
        Semantics::Bucket { burst } => Some(burst),
        _ => view.limit,
    }
}

fn arrival_spread(seen: &[&Seen<'_>]) -> i64 {
    let mut sent: Vec<i64> = seen.iter().map(|one| one.s).collect();
    sent.sort_unstable();
    match (sent.first(), sent.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0,
    }
}

fn no_race(view: &View<'_>) -> Verdict {
    let Some(limit) = whole(view) else { return Verdict::skip("no limit is declared or told by a header") };
    let (rounds, guard) = rounds(view, limit);
    if rounds.is_empty() {
        return guard.map_or_else(|| Verdict::skip(view.why_not(Probe::Concurrent)), Verdict::guarded);
    }
    let mut lines = Vec::new();
    let mut over: Vec<(u64, &Round<'_, '_>)> = Vec::new();
    let (mut n, mut spread, mut met) = (usize::MAX, 0, false);
    for round in &rounds {
        let admitted = round.drain.admitted.len() as u64;
        let most = times(limit + round.come, view.nodes());
        met |= !round.drain.refused.is_empty();
        n = n.min(round.drain.all.len());
        spread = spread.max(arrival_spread(&round.drain.all));
        let mode = MODES.get(usize::from(round.mode)).copied().unwrap_or_default();
        let took = show::span(arrival_spread(&round.drain.all));
        lines.push(format!(
            "round {}, {mode}: {admitted} of {} admitted, at most {most}; spread {took}",
            round.round,
            round.drain.all.len()
        ));
        if admitted > most {
            over.push((admitted - most, round));
        }
    }
    let chance = |gap: f64| 100.0 * power(n, show::seconds(spread), gap, rounds.len());
    let chances = format!(
        "a race of 10/50/200 µs would be seen with {:.0}/{:.0}/{:.0} %",
        chance(10e-6),
        chance(50e-6),
        chance(200e-6)
    );
    if let Some((excess, worst)) = over.iter().max_by_key(|(excess, _)| *excess) {
        let nodes = if worst.drain.admitted.len() as u64 >= 2 * limit {
            "; as of several nodes, or of no shared state"
        } else {
            ""
        };
        return Verdict::fail(format!(
            "{} of {} over the limit of {limit}, by {excess} at most{nodes}",
            over.len(),
            show::count(rounds.len(), "round")
        ))
        .lines(lines)
        .on(worst.drain.admitted.iter().map(|seen| seen.seq()));
    }
    if !met {
        return Verdict::unsure(format!("no burst met the limit of {limit}: too few requests")).lines(lines);
    }
    let skipped = guard.map(|guard| format!("a round was left out: {guard}"));
    Verdict::pass(format!("no excess in {}; {chances}", show::count(rounds.len(), "round"))).lines(skipped)
}

fn linearizable(view: &View<'_>) -> Verdict {
    let Some(limit) = view.limit else { return Verdict::skip("no limit is declared or told by a header") };
    if view.of(Probe::Concurrent).next().is_some()
        && !view.of(Probe::Concurrent).any(|seen| seen.limits.remaining.is_some())
    {
        return Verdict::skip("no answer tells what is left");
    }
    let (rounds, guard) = rounds(view, limit);
    if rounds.is_empty() {
        return guard.map_or_else(|| Verdict::skip(view.why_not(Probe::Concurrent)), Verdict::guarded);
    }
    let (mut values, mut twice, mut pairs) = (0, Vec::new(), Vec::new());
    let mut lines = Vec::new();
    for round in &rounds {
        let told = round.drain.admitted.iter().filter_map(|seen| {
            Some(Left { s: seen.s, e: seen.e, remaining: seen.limits.remaining?, seq: seen.seq() })
        });
        let told: Vec<Left> = told.collect();
        values += told.len();
        // What refills in between may be told twice, and once more for the part of one that was there.
        let allowed = |time: i64| match view.window {
            Some(window) if view.models.may_be_refilling() => {
                i64::try_from(refill(limit, window, time)).unwrap_or(i64::MAX - 2) + i64::from(round.come > 0)
            }
            _ => 0,
        };
        let found = duplicates(&told);
        let repeats: usize = found.iter().map(|(_, seqs)| seqs.len() - 1).sum();
        let free = if round.come > 0 { round.come + 1 } else { 0 };
        if repeats as u64 > free {
            lines.extend(found.iter().take(3).map(|(value, seqs)| {
                format!("remaining {value} comes {} times: {}", seqs.len(), show::requests(seqs))
            }));
            twice.extend(found.into_iter().flat_map(|(_, seqs)| seqs));
        }
        for (one, other) in out_of_order(&told, allowed) {
            if pairs.len() < 3 {
                lines.push(format!("#{other} was sent after #{one} was answered, and has not less left"));
            }
            pairs.push((one, other));
        }
    }
    if values == 0 {
        return Verdict::skip("no answer tells what is left");
    }
    if twice.is_empty() && pairs.is_empty() {
        return Verdict::pass(format!(
            "{values} values in {}: none twice, none out of order",
            show::count(rounds.len(), "round")
        ));
    }
    let measured = format!(
        "{} of {values} values come twice, {} out of order",
        twice.len(),
        show::count(pairs.len(), "pair")
    );
    broken(view.declared.headers, measured)
        .lines(lines)
        .on(twice.into_iter().chain(pairs.into_iter().flat_map(|(one, other)| [one, other])))
}

fn however_connected(view: &View<'_>) -> Verdict {
    let Some(limit) = view.limit else { return Verdict::skip("no limit is declared or told by a header") };
    let (mut rounds, mut guard) = rounds(view, limit);
    // Where less was left to begin with, it is not the connections that make the difference.
    rounds.retain(|round| {
        let admitted = &round.drain.admitted;
        let left = admitted.iter().filter_map(|seen| seen.limits.remaining).max();
        let less = match left {
            _ if admitted.len() as u64 >= limit => false,
            Some(left) => u64::try_from(left).is_ok_and(|left| left + 1 < limit),
            None => admitted.is_empty(),
        };
        if less {
            let why = "G3: a burst did not find the whole limit: other traffic, or a window that is longer";
            guard = guard.take().or_else(|| Some(why.to_owned()));
        }
        !less
    });
    let mut modes: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    let mut come = 0;
    for round in &rounds {
        modes.entry(round.mode).or_default().push(round.drain.admitted.len() as u64);
        come = come.max(round.come);
    }
    if modes.len() < 2 {
        let skip = || Verdict::skip("the concurrent probe has one mode only");
        return guard.map_or_else(skip, Verdict::guarded);
    }
    let lines: Vec<String> = modes
        .iter()
        .map(|(mode, admitted)| {
            let mode = MODES.get(usize::from(*mode)).copied().unwrap_or_default();
            let admitted: Vec<String> = admitted.iter().map(u64::to_string).collect();
            format!("{mode}: {} admitted", admitted.join(", "))
        })
        .chain(not_multiplexed(view))
        .collect();
    let all = || modes.values().flatten().copied();
    let (least, most) = (all().min().unwrap_or_default(), all().max().unwrap_or_default());
    if !rounds.iter().any(|round| !round.drain.refused.is_empty()) {
        return Verdict::unsure("no burst met the limit").lines(lines);
    }
    // A race is the business of CC001; here the modes must differ from each other as a whole.
    let best = |admitted: &Vec<u64>| admitted.iter().min().copied().unwrap_or_default();
    let (low, high) = (
        modes.values().map(best).min().unwrap_or_default(),
        modes.values().map(best).max().unwrap_or_default(),
    );
    if high > times(low + come, view.nodes()) {
        let seen = rounds.iter().flat_map(|round| round.drain.admitted.iter().map(|seen| seen.seq()));
        #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
        let ratio = high as f64 / low.max(1) as f64;
        return Verdict::fail(format!(
            "{low} to {high} admitted, by how the requests were connected: {ratio:.1} times"
        ))
        .lines(lines)
        .on(seen);
    }
    Verdict::pass(format!("{least} to {most} admitted in {} modes", modes.len())).lines(lines)
}
