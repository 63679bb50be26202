//! Which status a refused request gets, and when.

use std::collections::BTreeMap;

use super::{Drain, Rule, Verdict, rule, steady};
use crate::limits::guards::Guard;
use crate::limits::log::{Probe, Rejection, Semantics};
use crate::limits::show;
use crate::limits::view::{Fate, Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "ST001" "throttled-with-429" "limit status", Contract Error,
        Source::Contract("rate limits: a throttled request is answered 429"),
        says: "A request that is refused for its rate is answered 429",
        tested: "The status of every refusal: a request that was served before and is not at the end of a sequential drain. Over HTTP/2 also the frames RST_STREAM with REFUSED_STREAM or ENHANCE_YOUR_CALM and GOAWAY with ENHANCE_YOUR_CALM, once as many requests were served as the limit has",
        passes: "all are 429; 503, 403 and others are named, and so are frames in place of answers. nginx and ASP.NET Core refuse with 503 unless told otherwise",
        by: Sequential refused_with_429
    },
    rule! {
        "ST002" "no-5xx-from-throttling" "limit status", Contract Error,
        Source::Contract("error codes: 500 and 503 are for faults of the server"),
        says: "500 and 503 never appear because of throttling",
        tested: "Every 5xx of the log: whether the requests of its key next to it were refused",
        passes: "there is no 5xx. One is a warning, as are several away from the limit; two or more at the limit fail",
        by: Sequential no_5xx
    },
    rule! {
        "ST003" "no-429-below-limit" "limit status", Contract Error,
        Source::Contract("rate limits: the documented limit can be used"),
        says: "Nobody is refused below the limit",
        tested: "What the answer before the first refusal of a drain has left; refusals at 90 % of the limit",
        passes: "nothing was left, and nothing was refused at 90 %. Refusals at 90 % that the identified model does not explain are a warning unless the contract promises a burst of two",
        by: Sequential below_limit
    },
];

fn refused_with_429(view: &View<'_>) -> Verdict {
    let mut statuses: BTreeMap<(u16, Option<Rejection>), Vec<&Seen<'_>>> = BTreeMap::new();
    for seen in view.throttled() {
        statuses.entry((seen.record.status, seen.record.rejection)).or_default().push(seen);
    }
    let all: usize = statuses.values().map(Vec::len).sum();
    if all == 0 {
        return Verdict::skip("no request was refused");
    }
    let wrong = statuses.iter().filter(|((status, _), _)| *status != 429);
    let seen: Vec<&Seen<'_>> = wrong.flat_map(|(_, seen)| seen.iter().copied()).collect();
    if seen.is_empty() {
        return Verdict::pass(format!("{} with 429", show::count(all, "refusal")));
    }
    if let Some(guard) = view.doubt(&seen, &[]) {
        return Verdict::guarded(guard);
    }
    let count = seen.len();
    let mut verdict =
        Verdict::fail(format!("{count} of {} with another status than 429", show::count(all, "refusal")));
    for ((status, rejection), seen) in &statuses {
        let first = seen.first().map_or(0, |seen| seen.seq());
        let what = rejection.map_or_else(|| status.to_string(), |frame| frame.name().to_owned());
        verdict = verdict.line(format!("{what}: {} times, first #{first}", seen.len()));
    }
    if statuses.keys().any(|(_, rejection)| rejection.is_some()) {
        verdict =
            verdict.line("a frame of HTTP/2 in place of an answer tells no client why, or how long to wait");
    }
    if statuses.contains_key(&(503, None)) {
        verdict =
            verdict.line("503 is what nginx's limit_req and ASP.NET Core answer unless configured otherwise");
    }
    verdict.on(seen.iter().map(|seen| seen.seq()))
}

fn no_5xx(view: &View<'_>) -> Verdict {
    let is_5xx = |seen: &Seen<'_>| seen.record.status >= 500 && seen.fate != Fate::Unknown;
    let answered = view.seen.iter().filter(|seen| seen.fate != Fate::Unknown).count();
    if answered == 0 {
        return Verdict::skip("nothing was answered");
    }
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for (_, seen) in view.keys() {
        for (place, one) in seen.iter().enumerate().filter(|(_, one)| is_5xx(one)) {
            let next_to = [place.checked_sub(1), Some(place + 1)];
            let limited =
                next_to.into_iter().flatten().filter_map(|at| seen.get(at)).any(|other| other.throttled());
            if limited || one.throttled() { near.push(*one) } else { far.push(*one) }
        }
    }
    let all = near.len() + far.len();
    let line = |one: &&Seen<'_>| format!("#{} at {}: {}", one.seq(), show::at(one.s), one.record.status);
    let evidence: Vec<String> = near.iter().chain(&far).take(5).map(line).collect();
    let seqs: Vec<u64> = near.iter().chain(&far).map(|one| one.seq()).collect();
    match (near.len(), all) {
        (_, 0) => Verdict::pass(format!("no 5xx in {}", show::count(answered, "answer"))),
        (2.., _) => match view.doubt(&near, &[]) {
            Some(guard) => Verdict::guarded(guard),
            None => Verdict::fail(format!(
                "{all} answers of {answered} are 5xx, {} of them at the limit",
                near.len()
            ))
            .lines(evidence)
            .on(seqs),
        },
        _ => {
            Verdict::warn(format!("{all} of {answered} answers are 5xx, {} of them at the limit", near.len()))
                .lines(evidence)
                .on(seqs)
        }
    }
}

fn below_limit(view: &View<'_>) -> Verdict {
    let mut judged = Vec::new();
    for group in view.rounds(Probe::Sequential) {
        let drain = Drain::of(group.phase(0));
        let Some(refusal) = drain.refused.first() else { continue };
        let before = drain.admitted.iter().rev().find(|seen| seen.e <= refusal.s);
        let Some(left) = before.and_then(|seen| seen.limits.remaining) else { continue };
        if let Some(guard) = view.doubt(&drain.all, &[Guard::G3]) {
            return Verdict::guarded(guard);
        }
        let limit = view.limit.map_or(u64::MAX, |limit| limit);
        if left >= 1 && (drain.admitted.len() as u64) < limit {
            let seqs = before.map(|seen| seen.seq()).into_iter().chain([refusal.seq()]);
            return Verdict::fail(format!(
                "refused with {left} left after {} admitted",
                drain.admitted.len()
            ))
            .line(format!("#{} at {}: {}", refusal.seq(), show::at(refusal.s), refusal.record.status))
            .on(seqs);
        }
        judged
            .push(format!("the first refusal came after {}", show::count(drain.admitted.len(), "admission")));
    }
    for group in view.rounds(Probe::Steady).iter().filter(|group| group.round <= 90) {
        let slow = group.phase(1);
        let Some(start) = slow.first().map(|first| first.s) else { continue };
        if let Some(guard) = view.doubt(&slow, &[Guard::G1]) {
            return Verdict::guarded(guard);
        }
        let refused: Vec<&Seen<'_>> = slow.iter().copied().filter(|seen| seen.throttled()).collect();
        let measured = format!("{} of {} refused at 90 %", refused.len(), show::count(slow.len(), "request"));
        let modelled = steady::as_modelled(view, group, start).filter(|(explains, _)| *explains);
        match (refused.first(), modelled) {
            (Some(_), Some((_, words))) => judged.push(format!("{measured}, as it would be: {words}")),
            (Some(first), None) => {
                let promised = matches!(view.declared.semantics, Semantics::Bucket { burst: 2.. });
                return super::broken(promised, format!("{measured} of the limit"))
                    .line(format!("first #{} at {}: no tolerance for jitter", first.seq(), show::at(first.s)))
                    .on(refused.iter().map(|seen| seen.seq()));
            }
            (None, _) => judged.push(measured),
        }
    }
    match judged.is_empty() {
        true => Verdict::skip("neither what is left before a refusal nor a run at 90 % is in the log"),
        false => Verdict::pass(judged.join("; ")),
    }
}
