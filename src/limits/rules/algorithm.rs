//! Which limiter it is, against which one is promised.

use super::{Rule, Verdict, rule};
use crate::limits::identify::Kind;
use crate::limits::log::{Probe, Semantics};
use crate::limits::show;
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[rule! {
    "AL001" "algorithm" "limit algorithm", Contract Error,
    Source::Contract("rate limits: the semantics, where the contract names one"),
    says: "The limiter is of the kind that is declared",
    tested: "A quarter of the limit, then drains at W/2, W and 1.5 W; every request is replayed into each model, at the time half way between sending and answer; where a request took more than 4 ms, also at its quarters. A difference within a millisecond of a model's own edge is free",
    passes: "a model of the declared kind explains all decisions but 2 %. A request that takes longer than a fiftieth of the window makes a contradiction a doubt. Without a declared kind the models that do are told, and what contradicts the others",
    by: Fingerprint kind
}];

fn kind(view: &View<'_>) -> Verdict {
    let models = &view.models;
    if models.compared == 0 {
        return Verdict::skip(models.why_not.clone());
    }
    let seen: Vec<&Seen<'_>> = view.of(Probe::Fingerprint).collect();
    let contradictions: Vec<String> =
        models.rejected.iter().map(|(model, why)| format!("not {}: {why}", model.name())).collect();
    let names: Vec<String> = models.consistent.iter().map(super::super::identify::Candidate::name).collect();
    let compared = show::count(models.compared, "decision");
    let measured = match names.is_empty() {
        true => format!("cannot tell: no model explains {compared}"),
        false => format!("{}: explains {compared}", names.join(", or ")),
    };
    let (declared, wanted): (&str, &[Kind]) = match view.declared.semantics {
        Semantics::Unspecified => return Verdict::pass(measured).lines(contradictions),
        Semantics::FixedWindow => ("fixed window", &[Kind::ClockWindow, Kind::RequestWindow]),
        Semantics::AnyWindow => {
            ("limit in any window", &[Kind::Log, Kind::LogCountingRejects, Kind::Ban, Kind::ExtendingBan])
        }
        Semantics::Bucket { .. } => ("bucket", &[Kind::Bucket, Kind::StepBucket]),
    };
    if models.consistent.iter().any(|model| wanted.contains(&model.kind)) {
        return Verdict::pass(measured).lines(contradictions);
    }
    if let Some(guard) = view.doubt(&seen, &[]) {
        return Verdict::guarded(guard);
    }
    // The probe keeps so far from the edges of windows; nobody knows on which side a request was that took longer.
    let (longest, apart) = (seen.iter().map(|one| one.e - one.s).max().unwrap_or_default(), view.window);
    if apart.is_some_and(|window| longest > window / 50) {
        return Verdict::unsure(format!(
            "a request took {}, too long beside a window for the declared {declared} to be ruled out; it may be \
             that the machine is busy",
            show::span(longest)
        ))
        .lines(contradictions);
    }
    if names.is_empty() {
        return Verdict::unsure(format!("{measured}; declared is a {declared}")).lines(contradictions);
    }
    Verdict::fail(format!("declared is a {declared}, and it is {measured}"))
        .lines(contradictions)
        .on(seen.iter().map(|seen| seen.seq()))
}
