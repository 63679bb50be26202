//! The daily quota, judged without waiting a day.

use std::time::SystemTime;

use super::envelope::code;
use super::{Rule, Verdict, rule};
use crate::limits::log::Probe;
use crate::limits::retry::Retry;
use crate::limits::show::{self, at, span};
use crate::limits::view::{Seen, View, nanos};
use crate::model::RuleSource as Source;

const SECOND: i64 = 1_000_000_000;
const DAY: u64 = 86_400;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "DQ001" "daily-code" "limit daily", Contract Error,
        Source::Contract("error codes: the daily limit has a code of its own"),
        says: "The day's limit is refused with the day's code, and stays so",
        tested: "The code of the refusals once the quota is used, and that of one after a window's wait",
        passes: "it is the day's code, also after the window's wait",
        by: Daily daily_code
    },
    rule! {
        "DQ002" "daily-wait-in-range" "limit daily", Contract Error,
        Source::Contract("rate limits: the daily quota"),
        says: "The wait of the day's limit is more than 0 and at most a day",
        tested: "Retry-After of every refusal with the day's code",
        passes: "0 < Retry-After <= 86,401, or 90,000 where a day has 25 hours",
        by: Daily range
    },
    rule! {
        "DQ003" "daily-wait-true" "limit daily", Contract Error,
        Source::Contract("rate limits: the daily quota"),
        says: "The wait of the day's limit is the day's, not a window's",
        tested: "A refusal after one window's wait, and the promises of samples over time",
        passes: "no promise had passed when the key was refused still, and the promises are at most 1 s apart, for whole seconds, plus the round trip",
        by: Daily day_sized
    },
    rule! {
        "DQ004" "daily-reset" "limit daily", Contract Error,
        Source::Contract("rate limits: when the day begins"),
        says: "The day's quota comes back when it is declared to",
        tested: "`Date` plus Retry-After against the declared offset from midnight UTC, or the first request plus a day; and a request at that end, if it comes within the time given",
        passes: "within 2 s, and the request is served",
        by: Daily anchor
    },
];

/// Refusals for the day: those with its code, or all of the probe at its end if the code is unknown.
fn of_the_day<'v, 'l>(view: &'v View<'l>) -> Vec<&'v Seen<'l>> {
    let daily = &view.declared.daily_code;
    let is_it =
        |seen: &&Seen<'_>| seen.throttled() && (daily.is_empty() || code(view, seen).as_ref() == Some(daily));
    view.of(Probe::Daily).filter(is_it).collect()
}

/// Why there is nothing to judge, or what guards say.
fn start<'v, 'l>(view: &'v View<'l>) -> Result<Vec<&'v Seen<'l>>, Box<Verdict>> {
    let all: Vec<&Seen<'_>> = view.of(Probe::Daily).collect();
    if all.is_empty() {
        return Err(Box::new(Verdict::skip(view.why_not(Probe::Daily))));
    }
    match view.doubt(&all, &[]) {
        Some(guard) => Err(Box::new(Verdict::guarded(guard))),
        None => Ok(all),
    }
}

fn daily_code(view: &View<'_>) -> Verdict {
    let all = match start(view) {
        Ok(all) => all,
        Err(verdict) => return *verdict,
    };
    let daily = &view.declared.daily_code;
    if daily.is_empty() {
        return Verdict::skip("no code of the daily limit is declared");
    }
    let admitted = all.iter().filter(|seen| seen.admitted()).count() as u64;
    let used = view.declared.daily.is_some_and(|quota| admitted >= quota);
    let refused = |phases: &[u8]| {
        all.iter()
            .copied()
            .filter(|seen| seen.throttled() && phases.contains(&seen.record.phase))
            .collect::<Vec<_>>()
    };
    let later = refused(&[1, 2]);
    let with = |seen: &&&Seen<'_>| code(view, seen).as_ref() == Some(daily);
    let other: Vec<&Seen<'_>> = later.iter().copied().filter(|seen| !with(&seen)).collect();
    let first = of_the_day(view);
    if first.is_empty() && !used {
        return Verdict::unsure(format!("the day's quota was not used up: {admitted} served"));
    }
    if first.is_empty() {
        return Verdict::fail(format!("{admitted} served, and no refusal has the code {daily}")).on(refused(
            &[0],
        )
        .iter()
        .map(|seen| seen.seq()));
    }
    if let Some(one) = other.first() {
        let code = code(view, one).unwrap_or_default();
        return Verdict::fail(format!(
            "{} of {} have another code than {daily}",
            other.len(),
            show::count(later.len(), "later refusal")
        ))
        .line(format!("#{} at {}: {}", one.seq(), at(one.s), show::text(&code)))
        .on(other.iter().map(|seen| seen.seq()));
    }
    let served = all.iter().find(|seen| seen.record.phase == 2 && seen.admitted());
    if let Some(served) = served {
        return Verdict::fail(format!("served after a window's wait, though the code was {daily}"))
            .line(format!("#{} at {}: {}", served.seq(), at(served.s), served.record.status))
            .on([served.seq()]);
    }
    Verdict::pass(format!("{} with {daily}, after {admitted} served", show::count(first.len(), "refusal")))
}

fn range(view: &View<'_>) -> Verdict {
    if let Err(verdict) = start(view) {
        return *verdict;
    }
    let refused = of_the_day(view);
    let waits: Vec<(&Seen<'_>, u64)> = refused
        .iter()
        .filter_map(|seen| match seen.retry {
            Retry::Seconds(wait) => Some((*seen, wait)),
            _ => None,
        })
        .collect();
    let Some(longest) = waits.iter().map(|(_, wait)| *wait).max() else {
        return Verdict::skip("no refusal of the day tells a wait in seconds");
    };
    let wrong = waits.iter().find(|(_, wait)| *wait == 0 || *wait > DAY + 3_600);
    if let Some((seen, wait)) = wrong {
        return Verdict::fail(format!("Retry-After is {wait}, and a day has {DAY} s"))
            .line(format!("#{} at {}", seen.seq(), at(seen.s)))
            .on([seen.seq()]);
    }
    let advice = if longest > 120 {
        "; many clients wait no longer than 60 or 120 s, others block: they must look at the code"
    } else {
        ""
    };
    Verdict::pass(format!("at most {longest} s in {}{advice}", show::count(waits.len(), "refusal")))
}

fn day_sized(view: &View<'_>) -> Verdict {
    if let Err(verdict) = start(view) {
        return *verdict;
    }
    // What is refused at the very end of the day is a matter of when it ends.
    let refused: Vec<&Seen<'_>> = of_the_day(view).into_iter().filter(|seen| seen.record.phase < 3).collect();
    let promises: Vec<(&Seen<'_>, i64)> =
        refused.iter().filter_map(|seen| Some((*seen, seen.promise()?))).collect();
    let (Some(low), Some(high)) = (
        promises.iter().min_by_key(|(_, promise)| *promise),
        promises.iter().max_by_key(|(_, promise)| *promise),
    ) else {
        return Verdict::skip("no refusal of the day has a promise");
    };
    let late = refused.iter().find(|seen| seen.s >= low.1 && seen.record.key == low.0.record.key);
    if let Some(late) = late {
        return Verdict::fail(
            "refused for the day after the promise of a refusal for the day: the wait is not the day's",
        )
        .line(format!(
            "#{} received {}, Retry-After: {}: promise {}",
            low.0.seq(),
            at(low.0.h),
            low.0.retry_text(),
            at(low.1)
        ))
        .line(format!(
            "#{} sent {}: {}, Retry-After: {}",
            late.seq(),
            at(late.s),
            late.record.status,
            late.retry_text()
        ))
        .on([low.0.seq(), late.seq()]);
    }
    let spread = high.1 - low.1;
    if promises.len() < 2 {
        return Verdict::unsure("one sample does not show whether the wait counts down");
    }
    if spread > SECOND + view.jitter() {
        return Verdict::fail(format!(
            "the promises are {} apart: the wait does not count down to an instant",
            span(spread)
        ))
        .line(format!("#{}: promise {}; #{}: promise {}", low.0.seq(), at(low.1), high.0.seq(), at(high.1)))
        .on([low.0.seq(), high.0.seq()]);
    }
    Verdict::pass(format!(
        "the promises of {} are {} apart",
        show::count(promises.len(), "refusal"),
        span(spread)
    ))
}

fn anchor(view: &View<'_>) -> Verdict {
    let all = match start(view) {
        Ok(all) => all,
        Err(verdict) => return *verdict,
    };
    let end = all.iter().copied().find(|seen| seen.record.phase == 3);
    if let Some(end) = end.filter(|seen| seen.throttled()) {
        return Verdict::fail("refused still at the promised end of the day")
            .line(format!(
                "#{} sent {}: {}, Retry-After: {}",
                end.seq(),
                at(end.s),
                end.record.status,
                end.retry_text()
            ))
            .on([end.seq()]);
    }
    let Some((seen, wait)) =
        of_the_day(view).into_iter().find_map(|seen| Some((seen, seen.retry.wait(seen.date)?)))
    else {
        return Verdict::skip("no refusal of the day has a promise");
    };
    let Some(date) = seen.date else { return Verdict::skip("no refusal of the day has a Date") };
    let day = i64::try_from(DAY).unwrap_or_default() * SECOND;
    let at_server = nanos(date.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()) + wait;
    let distance = |instant: i64, anchor: i64| {
        let off = (instant - anchor).rem_euclid(day);
        off.min(day - off)
    };
    let midnight = distance(at_server, view.declared.daily_reset.map_or(0, |offset| nanos(offset) % day));
    let first = all.first().map_or(0, |first| first.s);
    let rolling = (seen.h + wait - first - day).abs();
    let (off, declared) = match view.declared.daily_reset {
        Some(offset) => (midnight, format!("midnight UTC and {}", span(nanos(offset)))),
        None => (rolling, "the first request and a day".to_owned()),
    };
    // Date is cut to whole seconds, and the wait is rounded up.
    if off <= 2 * SECOND {
        return Verdict::pass(format!("within {} of {declared}", span(off)));
    }
    let fits = match (midnight, rolling) {
        (..=2_000_000_000, _) => "midnight UTC fits",
        (_, ..=2_000_000_000) => "the first request and a day fits",
        _ => "neither midnight UTC nor the first request and a day fits",
    };
    Verdict::fail(format!("{} away from {declared}; {fits}", span(off)))
        .line(format!(
            "#{}: Date {}, Retry-After: {}",
            seen.seq(),
            seen.header("date").unwrap_or("none"),
            seen.retry_text()
        ))
        .on([seen.seq()])
}
