//! How the limit comes back.

use super::{Drain, Rule, Verdict, refill, rule};
use crate::limits::guards::Guard;
use crate::limits::identify::{Candidate, Kind, explained, whole_trace};
use crate::limits::log::{Probe, Semantics};
use crate::limits::show::{at, count, span};
use crate::limits::statistics::{Spell, worst};
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "RC006" "full-recovery" "limit waits", Contract Error,
        Source::Contract("rate limits: requests in a window"),
        says: "After a window of silence the whole limit is there again",
        tested: "A drain, silence for W + 1 s, and another drain",
        passes: "at least L are admitted, of a bucket the smaller of its size and what W refills. A sliding counter may take two windows: it passes if its replay explains the drain, and is in doubt where the log allows one and does not",
        by: Recovery recovered
    },
    rule! {
        "RC007" "boundary-burst" "limit waits", Advice Warning,
        Source::Advice("fixed windows admit twice the limit across an edge"),
        says: "How many requests are admitted within a tenth of a window is known",
        tested: "The tenth of a window with the most sure admissions of the whole log",
        passes: "it is reported. It fails only where the contract promises the limit in any window",
        by: Sequential boundary
    },
];

fn recovered(view: &View<'_>) -> Verdict {
    let (Some(limit), Some(window)) = (view.limit, view.window) else {
        return Verdict::skip("limit and window are neither declared nor told by a header");
    };
    let mut measured = None;
    for group in view.rounds(Probe::Recovery) {
        let drain = Drain::of(group.phase(1));
        let Some(first) = drain.all.first() else { continue };
        let silence = group.phase(0).last().map_or(0, |last| first.s - last.e);
        let least = match view.declared.semantics {
            Semantics::Bucket { burst } => burst.min(refill(limit, window, window)),
            _ => limit,
        };
        let admitted = drain.admitted.len() as u64;
        let words = format!("{admitted} admitted after {} of silence, expected {least}", span(silence));
        if admitted >= least {
            measured = Some(words);
            continue;
        }
        let wanted = |seen: &Seen<'_>| seen.record.probe == Probe::Recovery && seen.record.phase == 1;
        let trace = whole_trace(view, group.key);
        // The phase of a counter is only known as well as its requests tell it.
        let fits = |model: &Candidate| {
            let (same, all) = explained(&trace, model, wanted);
            all - same <= (all / 50).max(1)
        };
        let counters = view.models.variants.iter().filter(|model| model.kind == Kind::Counter);
        let unnamed = view.declared.semantics == Semantics::Unspecified;
        let as_modelled = counters.filter(|_| unnamed).find(|model| model.nearby().any(|model| fits(&model)));
        if let Some(model) = as_modelled {
            measured = Some(format!("{words}; as a {} gives it back", model.name()));
            continue;
        }
        if let Some(guard) = view.doubt(&drain.all, &[Guard::G3]) {
            return Verdict::guarded(guard);
        }
        if drain.refused.is_empty() || silence < window {
            return Verdict::unsure(format!("the drain was cut short: {words}"));
        }
        if view.declared.semantics == Semantics::Unspecified && view.models.may_be(Kind::Counter) {
            return Verdict::unsure(format!("{words}; a sliding counter needs up to two windows"));
        }
        return Verdict::fail(words)
            .line(format!("first #{} at {}: {}", first.seq(), at(first.s), first.record.status))
            .on(drain.all.iter().map(|seen| seen.seq()));
    }
    measured.map_or_else(|| Verdict::skip(view.why_not(Probe::Recovery)), Verdict::pass)
}

fn boundary(view: &View<'_>) -> Verdict {
    let (Some(limit), Some(window)) = (view.limit, view.window) else {
        return Verdict::skip("limit and window are neither declared nor told by a header");
    };
    let mut most: Option<(usize, i64)> = None;
    for (_, seen) in view.keys() {
        let spells: Vec<Spell> = seen
            .iter()
            .filter(|one| {
                one.admitted()
                    && !matches!((one.record.probe, one.record.phase), (Probe::Bypass | Probe::Exempt, 1 | 3))
            })
            .map(|one| Spell { s: one.s, e: one.e, seq: one.seq() })
            .collect();
        most = most.max(worst(&spells, window / 10).map(|(start, count)| (count, start)));
    }
    let Some((most, start)) = most else { return Verdict::skip("nothing was admitted on a key") };
    let measured = format!(
        "{} within {}, from {}; the limit is {limit}",
        count(most, "admission"),
        span(window / 10),
        at(start)
    );
    if view.declared.semantics == Semantics::AnyWindow && most as u64 > limit {
        let burst: Vec<_> =
            view.seen.iter().filter(|one| one.s >= start && one.e <= start + window / 10).collect();
        if let Some(guard) = view.broken(&burst, &[Guard::G5, Guard::G6]) {
            return Verdict::guarded(guard);
        }
        return Verdict::fail(measured).on(burst.iter().map(|one| one.seq()));
    }
    Verdict::pass(measured)
}
