//! Many clients on one key that do what the documents say.

use std::collections::BTreeSet;

use super::{Rule, Verdict, rule};
use crate::limits::log::{Probe, Semantics};
use crate::limits::show::count;
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "GP001" "fleet-waste" "limit fleet", Advice Warning,
        Source::Advice("clients that wait Retry-After should meet few refusals"),
        says: "Clients that wait Retry-After are refused at most twice a window each",
        tested: "Several clients on one key, each waiting as told and trying again",
        passes: "at most 2 refusals a client and window, and 95 % of what the limit allows is used. Buckets and sliding counters are not judged, since clients compete for what comes back",
        by: Fleet waste
    },
    rule! {
        "GP002" "fleet-herd" "limit fleet", Advice Note,
        Source::Advice("clients that wait for the same instant come at the same instant"),
        says: "How many clients come at once after a refusal is known",
        tested: "The most requests sent within 100 ms, for each client",
        passes: "it is reported; jitter added by clients lowers it",
        by: Fleet herd
    },
];

#[expect(clippy::cast_precision_loss, reason = "shares for people")]
fn waste(view: &View<'_>) -> Verdict {
    let seen: Vec<&Seen<'_>> = view.of(Probe::Fleet).collect();
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Verdict::skip(view.why_not(Probe::Fleet));
    };
    let (Some(limit), Some(window)) = (view.limit, view.window) else {
        return Verdict::skip("limit and window are neither declared nor told by a header");
    };
    if let Some(guard) = view.doubt(&seen, &[]) {
        return Verdict::guarded(guard);
    }
    let clients: BTreeSet<u32> = seen.iter().map(|one| one.record.round).collect();
    let windows = ((last.e - first.s) as f64 / window.max(1) as f64).max(1.0);
    let admitted = seen.iter().filter(|one| one.admitted()).count();
    let refused = seen.iter().filter(|one| one.throttled()).count();
    let each = refused as f64 / clients.len().max(1) as f64 / windows;
    let goodput = admitted as f64 / (limit as f64 * windows);
    let measured = format!(
        "{}, {windows:.1} windows: {each:.2} refusals a client and window, {:.0} % of the limit used, {refused} refused of {}",
        count(clients.len(), "client"),
        100.0 * goodput,
        count(seen.len(), "request")
    );
    if view.models.surely_refilling() {
        return Verdict::pass(format!("{measured}; it comes back little by little, so not judged"));
    }
    let offered = seen.len() as f64 / (limit as f64 * windows);
    if each > 2.0 || goodput < 0.95 && offered >= 1.5 {
        let windows = matches!(view.declared.semantics, Semantics::FixedWindow | Semantics::AnyWindow);
        // Whatever comes back, comes back for somebody: no honest limiter leaves a fifth of it unused.
        let unused = goodput < 0.8 && offered >= 1.5;
        return match view.models.may_be_refilling() && !windows && !unused {
            true => Verdict::unsure(format!(
                "{measured}; it may be a limit that comes back little by little, where clients compete for each request"
            )),
            false => Verdict::warn(measured),
        };
    }
    Verdict::pass(measured)
}

fn herd(view: &View<'_>) -> Verdict {
    const CLOSE: i64 = 100_000_000;
    let sent: Vec<i64> = view.of(Probe::Fleet).map(|seen| seen.s).collect();
    let clients: BTreeSet<u32> = view.of(Probe::Fleet).map(|seen| seen.record.round).collect();
    let mut most = 0;
    let mut start = 0;
    for (place, at) in sent.iter().enumerate() {
        while sent.get(start).is_some_and(|first| at - first > CLOSE) {
            start += 1;
        }
        most = most.max(place + 1 - start);
    }
    if sent.is_empty() {
        return Verdict::skip(view.why_not(Probe::Fleet));
    }
    Verdict::pass(format!(
        "{} within 100 ms at most, of {}",
        count(most, "request"),
        count(clients.len(), "client")
    ))
}
