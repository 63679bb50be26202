//! Whose limit it is: keys apart, endpoints as declared, strangers and exempt paths without effect.

use std::collections::BTreeMap;

use super::{Rule, Verdict, rule};
use crate::limits::log::{Probe, Scope, Semantics};
use crate::limits::show::{self, at};
use crate::limits::view::{Group, Seen, View};
use crate::model::{Outcome, RuleSource as Source};

pub(super) static RULES: &[Rule] = &[
    rule! {
        "IS001" "keys-isolated" "limit isolation", Contract Error,
        Source::Contract("rate limits: per API key"),
        says: "A key that is exhausted takes nothing from another one",
        tested: "Key A is drained, key B sends three requests, and A is tried again",
        passes: "all of B's, as far as its own limit or bucket goes, are served while A is refused before and after. If A is served again the window moved, and nothing is said",
        by: Isolation keys
    },
    rule! {
        "IS002" "scope-as-declared" "limit isolation", Contract Error,
        Source::Contract("rate limits: the scope"),
        says: "Another endpoint shares the limit, or has its own, as declared",
        tested: "A key is drained on one endpoint, and another documented request is sent with it",
        passes: "it is refused if the limit is the key's, and served if it is the endpoint's, while the first endpoint is refused before and after",
        by: EndpointScope scope
    },
    rule! {
        "IS003" "strangers-without-effect" "limit isolation", Contract Error,
        Source::Contract("authentication comes before the limit of a key"),
        says: "Requests without a key, or with a wrong one, do not drain a key",
        tested: "What a key has left before and after ten such requests",
        passes: "it is less by the key's own requests only",
        by: Strangers strangers
    },
    rule! {
        "IS006" "exempt-not-counted" "limit isolation", Contract Error,
        Source::Contract("the contract's list of exempt operations"),
        says: "Preflights and exempt paths are neither refused nor counted",
        tested: "What a key has left before and after them, and their status while the key is exhausted",
        passes: "nothing is missing and none is 429",
        by: Exempt exempt
    },
];

/// Whether keys surely share a limit.
pub(in crate::limits) fn shared(view: &View<'_>) -> bool {
    keys(view).outcome == Outcome::Fail
}

/// The first request of a phase that is not what it should be.
fn not_refused<'v, 'l>(seen: &[&'v Seen<'l>]) -> Option<&'v Seen<'l>> {
    seen.iter().copied().find(|one| !one.throttled())
}

/// Whether the key is refused at the end of the first phase and in all of the last one.
fn control(group: &Group<'_, '_>) -> Result<(), String> {
    let before = group.phase(0);
    if !before.last().is_some_and(|last| last.throttled()) {
        return Err("the key was not exhausted before".to_owned());
    }
    let after = group.phase(2);
    match (after.is_empty(), not_refused(&after)) {
        (true, _) => Err("nothing shows that the key was still exhausted afterwards".to_owned()),
        (_, Some(other)) => Err(format!(
            "#{} of the exhausted key was answered {}: the window moved",
            other.seq(),
            other.record.status
        )),
        _ => Ok(()),
    }
}

/// The probe's requests by round, whatever their keys.
fn by_round<'v, 'l>(view: &'v View<'l>, probe: Probe) -> Vec<Group<'v, 'l>> {
    let mut rounds: Vec<Group<'v, 'l>> = Vec::new();
    for group in view.rounds(probe) {
        match rounds.iter_mut().find(|known| known.round == group.round) {
            Some(known) => known.seen.extend(group.seen),
            None => rounds.push(Group { round: group.round, key: None, seen: group.seen }),
        }
    }
    for round in &mut rounds {
        round.seen.sort_by_key(|seen| (seen.s, seen.seq()));
    }
    rounds
}

/// How many requests at once a whole key is promised.
fn own(view: &View<'_>) -> usize {
    let promised = match view.declared.semantics {
        Semantics::Bucket { burst } => Some(burst),
        _ => view.limit,
    };
    promised.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

fn keys(view: &View<'_>) -> Verdict {
    let mut passed = None;
    for group in by_round(view, Probe::Isolation) {
        let mut others = group.phase(1);
        // A key with less than three of its own may be refused what is beyond.
        others.truncate(own(view));
        let Some(first) = others.first() else { continue };
        if let Some(guard) = view.doubt(&group.seen, &[]) {
            return Verdict::guarded(guard);
        }
        if let Err(why) = control(&group) {
            return Verdict::unsure(why);
        }
        let key = first.record.key;
        let line = |seen: &&Seen<'_>| {
            format!(
                "#{} key {} at {}: {}",
                seen.seq(),
                view.alias(seen.record.key),
                at(seen.s),
                seen.record.status
            )
        };
        let sandwich: Vec<&Seen<'_>> =
            group.phase(0).last().copied().into_iter().chain(others.clone()).chain(group.phase(2)).collect();
        let refused = others.iter().filter(|seen| seen.throttled()).count();
        let served = others.iter().filter(|seen| seen.admitted()).count();
        if refused > 0 && served > 0 {
            return Verdict::unsure(format!(
                "another key was served {served} and refused {refused} times: its own limit seems to be that small"
            ));
        }
        if refused > 0 {
            // The other key may have used up its own limit in probes before.
            let window = view.window.unwrap_or(i64::MAX / 4);
            let used = view
                .key(key)
                .filter(|seen| seen.admitted() && seen.e >= first.s - 2 * window && seen.s < first.s)
                .count();
            if view.limit.is_some_and(|limit| used as u64 >= limit) {
                return Verdict::unsure(format!(
                    "key {} had used up its own limit shortly before",
                    view.alias(key)
                ));
            }
            return Verdict::fail(format!(
                "{refused} of {} with another key refused: keys share a limit",
                show::count(others.len(), "request")
            ))
            .lines(sandwich.iter().map(line).collect::<Vec<_>>())
            .on(sandwich.iter().map(|seen| seen.seq()));
        }
        if served < others.len() {
            return Verdict::unsure(format!("another key was answered {}", first.record.status));
        }
        let left = first
            .limits
            .remaining
            .map_or(String::new(), |left| format!(", with {left} left after the first"));
        passed = Some(
            Verdict::pass(format!("{served} of {} with another key served{left}", others.len()))
                .on(sandwich.iter().map(|seen| seen.seq())),
        );
    }
    passed.unwrap_or_else(|| Verdict::skip(view.why_not(Probe::Isolation)))
}

fn scope(view: &View<'_>) -> Verdict {
    let mut passed = None;
    for group in by_round(view, Probe::EndpointScope) {
        let others = group.phase(1);
        let Some(first) = others.first() else { continue };
        if let Some(guard) = view.doubt(&group.seen, &[]) {
            return Verdict::guarded(guard);
        }
        if let Err(why) = control(&group) {
            return Verdict::unsure(why);
        }
        let other = format!("{} {}", first.record.method, first.record.target);
        let line = |seen: &&Seen<'_>| {
            format!(
                "#{} {} {} at {}: {}",
                seen.seq(),
                seen.record.method,
                seen.record.target,
                at(seen.s),
                seen.record.status
            )
        };
        let lines: Vec<String> = others.iter().map(line).collect();
        let seqs: Vec<u64> = others.iter().map(|seen| seen.seq()).collect();
        let refused = others.iter().all(|seen| seen.throttled());
        let served = others.iter().all(|seen| seen.admitted());
        let words = if refused { "refused" } else { "served" };
        let measured = format!("{other} is {words} while {} is exhausted", view.log.head.request);
        passed = Some(match (view.declared.scope, refused, served) {
            (Scope::Key, true, _) | (Scope::Endpoint, _, true) => Verdict::pass(measured).on(seqs),
            (Scope::Key, _, true) => {
                Verdict::fail(format!("{measured}, and the limit is declared for the key"))
                    .lines(lines)
                    .on(seqs)
            }
            (Scope::Endpoint, true, _) => {
                Verdict::fail(format!("{measured}, and the limit is declared for each endpoint"))
                    .lines(lines)
                    .on(seqs)
            }
            _ => Verdict::unsure(format!("{other} was now refused and now served")).lines(lines),
        });
        if passed.as_ref().is_some_and(|verdict| verdict.outcome != Outcome::Pass) {
            break;
        }
    }
    passed.unwrap_or_else(|| Verdict::skip(view.why_not(Probe::EndpointScope)))
}

/// What a key had left before and after what must not count: from a request of phase 0 to the next one of phase 2.
struct Span<'v, 'l> {
    before: &'v Seen<'l>,
    after: &'v Seen<'l>,
    /// The key's own requests after the first, the last included.
    own: usize,
    /// What came in between that must not count.
    between: Vec<&'v Seen<'l>>,
}

/// The spans of one round, key by key: others may be probed at the same time.
fn spans<'v, 'l>(group: &Group<'v, 'l>) -> Vec<Span<'v, 'l>> {
    let mut found = Vec::new();
    let mut open: BTreeMap<Option<u16>, (&'v Seen<'l>, usize)> = BTreeMap::new();
    for seen in group.seen.iter().copied() {
        let key = seen.record.key;
        match (seen.record.phase, open.get_mut(&key)) {
            (0, _) if seen.admitted() => drop(open.insert(key, (seen, 0))),
            (0, Some((_, own))) => *own += 1,
            (2, Some((before, own))) => {
                let (before, own) = (*before, *own + 1);
                let inside = |one: &&&Seen<'_>| one.record.phase == 1 && one.s > before.s && one.s < seen.s;
                let between = group.seen.iter().filter(inside).copied().collect();
                found.push(Span { before, after: seen, own, between });
                open.remove(&key);
            }
            _ => {}
        }
    }
    found
}

/// By how much more what is left dropped than the key's own requests explain.
fn drained(view: &View<'_>, span: &Span<'_, '_>) -> Result<i64, String> {
    let none = || "no answer tells what is left".to_owned();
    let left = span.before.limits.remaining.ok_or_else(none)?;
    if span.after.throttled() && refused_with_some_left(view) {
        return Err("requests are refused while some are left (see ST003)".to_owned());
    }
    let now = if span.after.throttled() { -1 } else { span.after.limits.remaining.ok_or_else(none)? };
    if now > left {
        return Err(format!("what is left grew from {left} to {now}: the window moved"));
    }
    Ok(left - now - i64::try_from(span.own).unwrap_or_default())
}

/// Whether one by one requests were refused though the answer before told that some are left.
fn refused_with_some_left(view: &View<'_>) -> bool {
    view.rounds(Probe::Sequential).iter().any(|group| {
        group.phase(0).windows(2).any(|pair| {
            matches!(pair, [one, next] if one.admitted() && next.throttled() && one.limits.remaining > Some(0))
        })
    })
}

fn strangers(view: &View<'_>) -> Verdict {
    let mut passed = None;
    if view.of(Probe::Strangers).next().is_some()
        && !view.of(Probe::Strangers).any(|seen| seen.limits.remaining.is_some())
    {
        return Verdict::skip("no answer tells what is left");
    }
    for group in by_round(view, Probe::Strangers) {
        for span in spans(&group).iter().filter(|span| !span.between.is_empty()) {
            let all: Vec<&Seen<'_>> =
                [span.before, span.after].into_iter().chain(span.between.iter().copied()).collect();
            if let Some(guard) = view.doubt(&all, &[]) {
                return Verdict::guarded(guard);
            }
            let measured = format!(
                "{} without the key, answered {},",
                show::count(span.between.len(), "request"),
                statuses(&span.between)
            );
            let verdict = match drained(view, span) {
                Err(why) => return Verdict::unsure(why),
                Ok(dropped @ 1..) => {
                    return Verdict::fail(format!("{measured} took {dropped} of its limit"))
                        .on(all.iter().map(|seen| seen.seq()));
                }
                Ok(_) => Verdict::pass(format!("{measured} took nothing")),
            };
            passed = Some(verdict.on(all.iter().map(|seen| seen.seq())));
        }
    }
    passed.unwrap_or_else(|| Verdict::skip(view.why_not(Probe::Strangers)))
}

fn statuses(seen: &[&Seen<'_>]) -> String {
    let mut all: Vec<u16> = seen.iter().map(|one| one.record.status).collect();
    all.sort_unstable();
    all.dedup();
    all.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

fn exempt(view: &View<'_>) -> Verdict {
    let (mut exempt, mut unsure, mut counted) = (0, None, 0);
    for group in by_round(view, Probe::Exempt) {
        if let Some(guard) = view.doubt(&group.seen, &[]) {
            return Verdict::guarded(guard);
        }
        let sent: Vec<&Seen<'_>> = group.phase(1).into_iter().chain(group.phase(3)).collect();
        exempt += sent.len();
        let refused: Vec<&Seen<'_>> = sent.iter().copied().filter(|seen| seen.throttled()).collect();
        if let Some(first) = refused.first() {
            return Verdict::fail(format!(
                "{} of {} refused",
                refused.len(),
                show::count(sent.len(), "exempt request")
            ))
            .line(format!(
                "#{} {} {} at {}: {}",
                first.seq(),
                first.record.method,
                first.record.target,
                at(first.s),
                first.record.status
            ))
            .on(refused.iter().map(|seen| seen.seq()));
        }
        for span in spans(&group).iter().filter(|span| !span.between.is_empty()) {
            let count = span.between.len();
            match drained(view, span) {
                Ok(dropped @ 1..) => {
                    let seqs = [span.before, span.after]
                        .into_iter()
                        .chain(span.between.iter().copied())
                        .map(Seen::seq);
                    return Verdict::fail(format!(
                        "{} took {dropped} of the key's limit",
                        show::count(count, "exempt request")
                    ))
                    .on(seqs);
                }
                Ok(_) => counted += count,
                Err(why) => unsure = Some(why),
            }
        }
    }
    match (exempt, unsure) {
        (0, _) => Verdict::skip(view.why_not(Probe::Exempt)),
        (_, Some(why)) if counted == 0 => {
            Verdict::pass(format!("none of {exempt} refused; whether they count cannot be seen: {why}"))
        }
        _ => Verdict::pass(format!("none of {exempt} refused, {counted} took nothing")),
    }
}
