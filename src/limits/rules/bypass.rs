//! Ways around an exhausted key.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Rule, Verdict, json, rule};
use crate::limits::log::{Other, Probe};
use crate::limits::show::{self, at};
use crate::limits::view::{Seen, View};
use crate::model::{Outcome, RuleSource as Source};

pub(super) static RULES: &[Rule] = &[
    rule! {
        "IS004" "forwarded-headers-ignored" "limit isolation", Contract Error,
        Source::Contract("rate limits: per API key"),
        says: "Headers that name another client do not give a new limit",
        tested: "X-Forwarded-For, X-Real-IP, Forwarded and their kin on an exhausted key, which is refused before and after",
        passes: "none is served with the same success as the plain request",
        by: Bypass forwarded
    },
    rule! {
        "IS005" "equivalent-paths-share" "limit isolation", Contract Error,
        Source::Contract("rate limits: per API key"),
        says: "Other spellings of the path, other connections, and another version of HTTP share the limit",
        tested: "Doubled slashes, `/./`, a slash at the end, a query, percent-encoding, another case, parameters, other methods, hosts and connections, and HTTP/2 beside HTTP/1.1 where both are spoken, on an exhausted key, which is refused before and after",
        passes: "none is served with the same success as the plain request: 2xx, and a body of the same shape",
        by: Bypass spelled
    },
];

const FORWARDED: [&str; 8] = [
    "x-forwarded-for",
    "x-real-ip",
    "forwarded",
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
    "x-originating-ip",
    "x-remote-addr",
];

fn is_forwarded(note: &str) -> bool {
    let note = note.to_ascii_lowercase();
    FORWARDED.iter().any(|name| note.contains(name))
}

fn forwarded(view: &View<'_>) -> Verdict {
    attempts(view, is_forwarded)
}

fn spelled(view: &View<'_>) -> Verdict {
    let verdict = attempts(view, |note| !is_forwarded(note));
    match over_other_http(view) {
        // Of what leads around, the verdict tells itself.
        Some(line) if matches!(verdict.outcome, Outcome::Pass | Outcome::Inconclusive) => verdict.line(line),
        _ => verdict,
    }
}

/// What became of the same request over the other version of HTTP.
fn over_other_http(view: &View<'_>) -> Option<String> {
    let other = view.log.head.protocol.other().name();
    if let Other::Not(why) = view.log.head.other.as_ref()? {
        return Some(format!("{other}: left out: {why}"));
    }
    let tried = view.of(Probe::Bypass).filter(|seen| seen.record.phase == 1 && seen.record.note == other);
    let refused: Vec<u64> = tried.filter(|seen| seen.throttled()).map(Seen::seq).collect();
    (!refused.is_empty()).then(|| format!("{other}: refused in {}", show::requests(&refused)))
}

/// The members of an object and what they are, two levels deep.
fn shape(value: &Value, depth: usize, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if depth < 2 => {
            for (name, member) in members {
                shape(member, depth + 1, &format!("{path}/{name}"), into);
            }
        }
        Value::Object(_) => drop(into.insert(format!("{path}: object"))),
        Value::Array(_) => drop(into.insert(format!("{path}: list"))),
        Value::Null => drop(into.insert(format!("{path}: null"))),
        Value::Bool(_) => drop(into.insert(format!("{path}: boolean"))),
        Value::Number(_) => drop(into.insert(format!("{path}: number"))),
        Value::String(_) => drop(into.insert(format!("{path}: text"))),
    }
}

fn shape_of(seen: &Seen<'_>) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    shape(&json(seen)?, 0, "", &mut found);
    Some(found)
}

/// Whether an answer is the success that the plain request has: of the same shape, or of the same bytes.
fn same_success(attempt: &Seen<'_>, plain: Option<&Seen<'_>>) -> bool {
    let Some(plain) = plain else { return attempt.admitted() && attempt.record.body_length > 0 };
    let same = match (shape_of(attempt), shape_of(plain)) {
        (Some(one), Some(other)) => one == other,
        _ => attempt.record.body == plain.record.body && !attempt.record.body.is_empty(),
    };
    attempt.admitted() && same
}

/// What became of one way.
#[derive(Default)]
struct Way<'v, 'l> {
    tried: usize,
    /// The attempts that were served, each with the refusals around it.
    around: Vec<(&'v Seen<'l>, u64, u64)>,
}

/// All ways that were tried.
#[derive(Default)]
struct Ways<'v, 'l> {
    ways: BTreeMap<&'l str, Way<'v, 'l>>,
    /// Attempts without a refusal before and after.
    loose: usize,
    guard: Option<String>,
}

fn gather<'v, 'l>(view: &'v View<'l>, wanted: impl Fn(&str) -> bool) -> Ways<'v, 'l> {
    let is_plain = |seen: &&Seen<'_>| {
        let request = view.log.head.request.split_once(' ');
        let same = request == Some((seen.record.method.as_str(), seen.record.target.as_str()));
        seen.admitted() && seen.record.key.is_some() && same
    };
    let plain = view.seen.iter().find(is_plain);
    let mut found = Ways::default();
    for group in view.rounds(Probe::Bypass) {
        let attempts = group.seen.iter().copied().enumerate();
        for (place, attempt) in
            attempts.filter(|(_, seen)| seen.record.phase == 1 && wanted(&seen.record.note))
        {
            let before = group.seen.iter().take(place).rev().find(|seen| seen.record.phase == 0);
            let after = group.seen.iter().skip(place).find(|seen| matches!(seen.record.phase, 0 | 2));
            let (Some(before), Some(after)) = (before, after) else {
                found.loose += 1;
                continue;
            };
            if !before.throttled() || !after.throttled() {
                found.loose += 1;
                continue;
            }
            if let Some(broken) = view.doubt(&[before, attempt, after], &[]) {
                found.guard = found.guard.or(Some(broken));
                continue;
            }
            let way = found.ways.entry(attempt.record.note.as_str()).or_default();
            way.tried += 1;
            if same_success(attempt, plain) {
                way.around.push((attempt, before.seq(), after.seq()));
            }
        }
    }
    found
}

fn attempts(view: &View<'_>, wanted: impl Fn(&str) -> bool) -> Verdict {
    let Ways { ways, loose, guard } = gather(view, wanted);
    // Where the limit refills, a request may be served by chance between two refusals, and not each time.
    let certain = |way: &&Way<'_, '_>| {
        way.around.len() == way.tried && (way.tried > 1 || !view.models.may_be_refilling())
    };
    let around: Vec<(&Seen<'_>, u64, u64)> =
        ways.values().filter(certain).filter_map(|way| way.around.first().copied()).collect();
    let tried = ways.len();
    let once = ways.iter().find(|(_, way)| way.around.len() == 1 && way.tried == 1).map(|(note, _)| *note);
    let by_chance = ways.values().filter(|way| !way.around.is_empty()).count() - around.len();
    if !around.is_empty() {
        let lines = around.iter().map(|(attempt, before, after)| {
            format!(
                "{}: #{} {} {} at {}: {}; the key is refused in #{before} and #{after}",
                show::text(&attempt.record.note),
                attempt.seq(),
                attempt.record.method,
                attempt.record.target,
                at(attempt.s),
                attempt.record.status
            )
        });
        return Verdict::fail(format!(
            "{} of {} lead around the limit",
            around.len(),
            show::count(tried, "way")
        ))
        .lines(lines.collect::<Vec<_>>())
        .on(around.iter().flat_map(|(attempt, before, after)| [*before, attempt.seq(), *after]));
    }
    match (tried, guard) {
        (0, Some(guard)) => Verdict::guarded(guard),
        (0, None) if loose > 0 => {
            Verdict::unsure("the key was not refused before and after: the window moved")
        }
        (0, None) => Verdict::skip(view.why_not(Probe::Bypass)),
        (tried, _) => {
            let more =
                if loose > 0 { format!("; {loose} more fell onto a new window") } else { String::new() };
            let measured = format!("none of {} leads around the limit{more}", show::count(tried, "way"));
            match (once, by_chance) {
                (Some(way), _) => Verdict::unsure(format!(
                    "{} was served once, as it would be by a refill",
                    show::text(way)
                )),
                (None, 0) => Verdict::pass(measured),
                (None, more) => {
                    Verdict::pass(format!("{measured}; {more} served once and refused later, as by a refill"))
                }
            }
        }
    }
}
