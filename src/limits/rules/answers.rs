//! A refusal as an HTTP answer: caches, browsers, dates, and what it costs.

use super::{Rule, Verdict, all_of, rule};
use crate::limits::log::Probe;
use crate::limits::show::{self, span};
use crate::limits::view::{Fate, Seen, View, percentile};
use crate::model::RuleSource as Source;
use crate::rules::HttpDate;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "CA001" "refusal-not-cached" "limit answers", Rfc Error,
        Source::Rfc("RFC 6585, section 4; RFC 9111, section 3"),
        says: "A 429 is not stored, and does not offer itself to caches",
        tested: "Age, X-Cache, Cache-Control and Expires of every 429, and request ids that come again",
        passes: "none comes out of a cache (a MUST for caches) and none is fresh for any time (a warning: a cache that ignores RFC 6585 would keep it). `no-store` is safest",
        by: Sequential cached
    },
    rule! {
        "CO001" "refusal-readable-by-browsers" "limit answers", Advice Warning,
        Source::Advice("browser clients read Retry-After (Fetch standard, CORS)"),
        says: "Browsers can read a 429 and its Retry-After where they can read a success",
        tested: "`Access-Control-Allow-Origin` of successes and refusals, and what the refusals expose",
        passes: "refusals allow whom successes allow, and expose Retry-After by name, or `*` without credentials. Skipped where successes allow nobody",
        by: Sequential browsers
    },
    rule! {
        "DT001" "date-under-limits" "limit answers", Rfc Error,
        Source::Rfc("RFC 9110, section 6.6.1"),
        says: "2xx and 4xx answers carry Date",
        tested: "Every answer of the log",
        passes: "none of those is without",
        by: Sequential dated
    },
    rule! {
        "PF001" "refusal-is-cheap" "limit answers", Advice Warning,
        Source::Advice("a limiter that costs more than the request protects nothing"),
        says: "A refusal is not slower than a success",
        tested: "Median and 99th percentile of both in the sequential probe, from sending to the head of the answer",
        passes: "the median of refusals is at most twice that of successes, or within 20 ms of it",
        by: Sequential cheap
    },
];

/// What an answer offers to caches.
fn freshness(seen: &Seen<'_>) -> Option<String> {
    let lines = || seen.record.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cache-control"));
    let directives: Vec<String> = lines()
        .flat_map(|(_, value)| value.split(','))
        .map(|part| part.trim().to_ascii_lowercase())
        .collect();
    if directives.iter().any(|one| one == "no-store" || one == "no-cache") {
        return None;
    }
    let ages: Vec<u64> = directives
        .iter()
        .filter_map(|one| one.strip_prefix("max-age=").or_else(|| one.strip_prefix("s-maxage=")))
        .filter_map(|age| age.trim_matches('"').parse().ok())
        .collect();
    let fresh = if ages.is_empty() {
        directives.iter().any(|one| one == "public")
    } else {
        ages.iter().any(|age| *age > 0)
    };
    if fresh {
        return Some(format!("Cache-Control: {}", directives.join(", ")));
    }
    let expires = seen.header("expires").filter(|_| ages.is_empty())?;
    (HttpDate::read(expires)?.at > seen.date?).then(|| format!("Expires: {expires}"))
}

fn cached(view: &View<'_>) -> Verdict {
    let (mut n, mut stored, mut fresh, mut no_store) = (0, Vec::new(), Vec::new(), 0);
    for seen in view.answers_429() {
        n += 1;
        let age = seen.header("age").and_then(|age| age.trim().parse::<u64>().ok()).filter(|age| *age > 0);
        let hit = seen.header("x-cache").filter(|cache| cache.to_ascii_uppercase().contains("HIT"));
        let again = seen.record.headers.iter().find(|(name, value)| {
            name.to_ascii_lowercase().ends_with("request-id") && view.repeated_ids.contains(value.as_str())
        });
        let why = age.map(|age| format!("Age: {age}"));
        let why = why.or_else(|| hit.map(|hit| format!("X-Cache: {hit}")));
        let why =
            why.or_else(|| again.map(|(_, id)| format!("request id {} came more than once", show::text(id))));
        stored.extend(why.map(|why| (seen, why)));
        fresh.extend(freshness(seen).map(|why| (seen, why)));
        no_store += usize::from(
            seen.header("cache-control").is_some_and(|line| line.to_ascii_lowercase().contains("no-store")),
        );
    }
    let line = |(seen, why): &(&Seen<'_>, String)| format!("#{}: {why}", seen.seq());
    if n == 0 {
        return Verdict::skip("there is no 429");
    }
    if !stored.is_empty() {
        return Verdict::fail(format!("{} of {} came out of a cache", stored.len(), show::count(n, "429")))
            .lines(stored.iter().take(3).map(line).collect::<Vec<_>>())
            .on(stored.iter().map(|(seen, _)| seen.seq()));
    }
    if !fresh.is_empty() {
        return Verdict::warn(format!(
            "{} of {} offer themselves to caches",
            fresh.len(),
            show::count(n, "429")
        ))
        .lines(fresh.iter().take(3).map(line).collect::<Vec<_>>())
        .on(fresh.iter().map(|(seen, _)| seen.seq()));
    }
    let advice = if no_store < n { ", `no-store` would be safest" } else { " and say `no-store`" };
    Verdict::pass(format!("{n} of {n} are not cacheable{advice}"))
}

fn browsers(view: &View<'_>) -> Verdict {
    const ORIGIN: &str = "access-control-allow-origin";
    let allowed = view
        .seen
        .iter()
        .find(|seen| seen.admitted() && seen.record.key.is_some() && seen.header(ORIGIN).is_some());
    let Some(success) = allowed else { return Verdict::skip("no success allows a browser's origin") };
    let (mut n, mut wrong) = (0, Vec::new());
    for seen in view.answers_429().filter(|seen| seen.record.key.is_some()) {
        n += 1;
        let credentials =
            seen.header("access-control-allow-credentials").is_some_and(|value| value.trim() == "true");
        let exposed: Vec<String> = seen
            .record
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("access-control-expose-headers"))
            .flat_map(|(_, value)| value.split(','))
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        let exposes = exposed.iter().any(|name| name == "retry-after" || name == "*" && !credentials);
        if seen.header(ORIGIN).is_none() {
            wrong.push((
                seen,
                "Access-Control-Allow-Origin is missing: the browser's client sees no answer at all",
            ));
        } else if !exposes && seen.header("retry-after").is_some() {
            wrong.push((
                seen,
                "Access-Control-Expose-Headers does not name Retry-After: the client cannot read it",
            ));
        }
    }
    match wrong.first() {
        None if n == 0 => Verdict::skip("there is no 429"),
        None => Verdict::pass(all_of(n, "can be read by browsers")),
        Some((first, why)) => {
            let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
            if let Some(guard) = view.doubt(&suspects, &[]) {
                return Verdict::guarded(guard);
            }
            Verdict::warn(format!("{} of {} cannot be read by browsers", wrong.len(), show::count(n, "429")))
                .line(format!("#{}: {why}", first.seq()))
                .line(format!(
                    "#{}, a success, allows {}",
                    success.seq(),
                    show::text(success.header(ORIGIN).unwrap_or_default())
                ))
                .on(suspects.iter().map(|seen| seen.seq()))
        }
    }
}

fn dated(view: &View<'_>) -> Verdict {
    let due =
        |seen: &&Seen<'_>| seen.fate != Fate::Unknown && matches!(seen.record.status, 200..300 | 400..500);
    let all: Vec<&Seen<'_>> = view.seen.iter().filter(due).collect();
    let without: Vec<&Seen<'_>> = all.iter().copied().filter(|seen| seen.header("date").is_none()).collect();
    match without.first() {
        None if all.is_empty() => Verdict::skip("nothing was answered"),
        None => Verdict::pass(format!("on {} of {}", all.len(), show::count(all.len(), "answer"))),
        Some(first) => {
            if let Some(guard) = view.doubt(&without, &[]) {
                return Verdict::guarded(guard);
            }
            Verdict::fail(format!("missing on {} of {}", without.len(), show::count(all.len(), "answer")))
                .line(format!("first #{}: {}", first.seq(), first.record.status))
                .on(without.iter().map(|seen| seen.seq()))
        }
    }
}

fn cheap(view: &View<'_>) -> Verdict {
    const MS: i64 = 1_000_000;
    let trips = |wanted: Fate| {
        let mut trips: Vec<i64> = view
            .of(Probe::Sequential)
            .filter(|seen| seen.fate == wanted)
            .map(|seen| seen.h - seen.s)
            .collect();
        trips.sort_unstable();
        trips
    };
    let (served, refused) = (trips(Fate::Admitted), trips(Fate::Throttled));
    let (Some(fast), Some(slow)) = (percentile(&served, 50), percentile(&refused, 50)) else {
        return Verdict::skip(view.why_not(Probe::Sequential));
    };
    let tail = |all: &[i64]| percentile(all, 99).unwrap_or_default();
    let measured = format!(
        "429: median {}, p99 {} of {}; success: median {}, p99 {} of {}",
        span(slow),
        span(tail(&refused)),
        refused.len(),
        span(fast),
        span(tail(&served)),
        served.len()
    );
    if slow > 2 * fast && slow - fast > 20 * MS {
        let seen: Vec<&Seen<'_>> = view.of(Probe::Sequential).collect();
        return match view.doubt(&seen, &[]) {
            Some(guard) => Verdict::guarded(guard),
            None => Verdict::warn(measured),
        };
    }
    Verdict::pass(measured)
}
