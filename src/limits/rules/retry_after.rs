//! `Retry-After` as it is written; whether it is true is another family's business.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Rule, Verdict, all_of, broken, envelope, json, rule};
use crate::limits::log::Probe;
use crate::limits::retry::{Retry, garbage};
use crate::limits::show;
use crate::limits::view::{Fate, Seen, View};
use crate::model::RuleSource as Source;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "RA001" "wait-on-every-429" "limit retry-after", Contract Error,
        Source::Contract("rate limits: clients wait Retry-After"),
        says: "Every 429 has Retry-After",
        tested: "Every 429 of the log, since it is forgotten in corners only",
        passes: "n of n have it. RFC 6585 says MAY, so that without a contract it is a warning",
        by: Sequential present
    },
    rule! {
        "RA002" "one-wait-line" "limit retry-after", Rfc Error,
        Source::Rfc("RFC 9110, section 5.3"),
        says: "Retry-After is one header line",
        tested: "The raw header lines of every 429",
        passes: "none has two",
        by: Sequential one_line
    },
    rule! {
        "RA003" "wait-grammar" "limit retry-after", Rfc Error,
        Source::Rfc("RFC 9110, sections 10.2.3 and 5.6.7"),
        says: "Retry-After is digits alone or a date in the form that senders must use",
        tested: "The value of every 429; fractions, signs, units, lists and obsolete dates are named with what clients make of them",
        passes: "all are `1*DIGIT` or IMF-fixdate",
        by: Sequential grammar
    },
    rule! {
        "RA004" "wait-in-whole-seconds" "limit retry-after", Contract Error,
        Source::Contract("rate limits: clients parse Retry-After as an integer"),
        says: "Retry-After is delay seconds, and at least 1",
        tested: "The value of every 429, where the contract asks for seconds",
        passes: "none is a date or 0. Both are legal per RFC 9110, and `parseInt` makes NaN of a date, and of 0 a retry at once or after the default of 60 s",
        by: Sequential seconds
    },
    rule! {
        "RA005" "wait-within-window" "limit retry-after", Contract Error,
        Source::Contract("rate limits: the window"),
        says: "Retry-After is not longer than the window, or the day",
        tested: "The value of every 429 against the declared window, or a day where the code is the day's",
        passes: "it is at most the window + 1 s, or 86,401 s, and at most 2,147,483 s, beyond which timers of JavaScript fire at once. A larger one is read as milliseconds or as a time since 1970, if that fits",
        by: Sequential bounded
    },
    rule! {
        "RA006" "wait-told-twice" "limit retry-after", Advice Warning,
        Source::Advice("a client may read either"),
        says: "What the body says about the wait is what the header says",
        tested: "`retry_after`, `retryAfter` and `retry_after_ms` of every 429's body, wherever they stand, against Retry-After",
        passes: "they are within 1 s of each other",
        by: Sequential hints
    },
    rule! {
        "RA007" "wait-on-503" "limit retry-after", Rfc Error,
        Source::Rfc("RFC 9110, sections 15.6.4 and 10.2.3"),
        says: "Retry-After of a 503 is one line of the same grammar",
        tested: "Every 503 of the log that has one",
        passes: "none is repeated or malformed",
        by: Sequential on_503
    },
];

/// A fault of one answer, in words.
type Fault<'v, 'l> = (&'v Seen<'l>, String);

/// Looks at every 429.
fn each<'v, 'l>(
    view: &'v View<'l>,
    mut fault: impl FnMut(&'v Seen<'l>) -> Option<Option<String>>,
) -> (usize, Vec<Fault<'v, 'l>>) {
    let mut n = 0;
    let mut wrong = Vec::new();
    for seen in view.answers_429() {
        let Some(found) = fault(seen) else { continue };
        n += 1;
        wrong.extend(found.map(|words| (seen, words)));
    }
    (n, wrong)
}

/// The verdict on what was looked at.
fn verdict(
    view: &View<'_>,
    (n, wrong): (usize, Vec<Fault<'_, '_>>),
    good: &str,
    bad: &str,
    fails: bool,
) -> Verdict {
    if wrong.is_empty() {
        return if n == 0 { Verdict::skip("no answer to look at") } else { Verdict::pass(all_of(n, good)) };
    }
    let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
    if let Some(guard) = view.doubt(&suspects, &[]) {
        return Verdict::guarded(guard);
    }
    let mut kinds: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for (seen, words) in &wrong {
        kinds.entry(words).or_insert((seen.seq(), 0)).1 += 1;
    }
    let lines = kinds.iter().map(|(words, (seq, times))| format!("#{seq}: {words} ({times} times)")).take(5);
    broken(fails, format!("{} of {} {bad}", wrong.len(), show::count(n, "answer")))
        .lines(lines.collect::<Vec<_>>())
        .on(suspects.iter().map(|seen| seen.seq()))
}

fn present(view: &View<'_>) -> Verdict {
    let promised = match view.contract {
        Some(one) => one.contract.retry_after.required_on.contains(&429),
        None => !view.log.head.contract.is_empty(),
    };
    let found = each(view, |seen| Some((seen.retry == Retry::Absent).then(|| "no Retry-After".to_owned())));
    verdict(view, found, "have Retry-After", "have no Retry-After (RFC 6585: MAY)", promised)
}

fn lines_of(seen: &Seen<'_>) -> Vec<String> {
    Retry::read(&seen.record.headers).0.into_iter().map(str::to_owned).collect()
}

fn one_line(view: &View<'_>) -> Verdict {
    let found = each(view, |seen| {
        let lines = lines_of(seen);
        (!lines.is_empty()).then(|| (lines.len() > 1).then(|| format!("lines {}", lines.join(" and "))))
    });
    verdict(view, found, "have one line", "have several lines", true)
}

/// What is wrong with a value by the grammar.
fn malformed(seen: &Seen<'_>) -> Option<String> {
    match seen.retry {
        Retry::Garbage => Some(format!("{}: {}", show::text(seen.retry_text()), garbage(seen.retry_text()))),
        Retry::ObsoleteDate(_) => {
            Some(format!("{}: a date in an obsolete form", show::text(seen.retry_text())))
        }
        Retry::Absent | Retry::Seconds(_) | Retry::Date(_) => None,
    }
}

fn grammar(view: &View<'_>) -> Verdict {
    let found = each(view, |seen| (seen.retry != Retry::Absent).then(|| malformed(seen)));
    verdict(view, found, "follow the grammar", "do not follow the grammar", true)
}

fn seconds(view: &View<'_>) -> Verdict {
    if !view.declared.delay_seconds {
        return Verdict::skip("the contract accepts any form");
    }
    let found = each(view, |seen| match seen.retry {
        Retry::Absent | Retry::Garbage => None,
        Retry::Seconds(0) => {
            Some(Some("0: legal per RFC 9110, and a client waits 60 s or not at all".to_owned()))
        }
        Retry::Seconds(_) => Some(None),
        Retry::Date(_) | Retry::ObsoleteDate(_) => {
            Some(Some("a date: legal per RFC 9110, and `parseInt` makes NaN of it: 60 s, or 1 ms".to_owned()))
        }
    });
    verdict(
        view,
        found,
        "are whole seconds from 1",
        "are legal per RFC 9110, and not for the contract's clients",
        true,
    )
}

fn bounded(view: &View<'_>) -> Verdict {
    const TIMER: u64 = 2_147_483;
    const DAY: u64 = 86_401;
    let window = view.window.map(|window| u64::try_from(window).unwrap_or_default().div_ceil(1_000_000_000));
    let daily = &view.declared.daily_code;
    let found = each(view, |seen| {
        let Retry::Seconds(value) = seen.retry else { return None };
        let of_the_day = match daily.is_empty() {
            // Without a code the probe that goes slowly up to the day's quota tells.
            true => view.declared.daily.is_some() && seen.record.probe == Probe::Daily,
            false => envelope::code(view, seen).as_ref() == Some(daily),
        };
        let most = match window {
            _ if of_the_day => DAY,
            Some(window) => window + 1,
            None => TIMER,
        };
        Some((value > most.min(TIMER)).then(|| {
            let guess = match value {
                value if value > 1_000_000_000 => "it looks like a time since 1970",
                value if window.is_some_and(|window| value / 1_000 <= window) => "it looks like milliseconds",
                value if value > TIMER => "timers of JavaScript overflow and fire at once",
                _ => "longer than the window",
            };
            format!("{value}, at most {}: {guess}", most.min(TIMER))
        }))
    });
    verdict(view, found, "are within the window", "are longer than the window", true)
}

/// Hints of the body about the wait, in seconds.
fn hint(value: &Value, depth: usize) -> Option<(String, f64)> {
    let Value::Object(members) = value else { return None };
    for (name, member) in members {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let number = member.as_f64().or_else(|| member.as_str()?.parse().ok());
        match (plain.as_str(), number) {
            ("retryafter" | "retryafterseconds" | "retryafters", Some(number)) => {
                return Some((name.clone(), number));
            }
            ("retryafterms" | "retryaftermillis", Some(number)) => return Some((name.clone(), number / 1e3)),
            _ => {}
        }
        if depth < 4
            && let Some(found) = hint(member, depth + 1)
        {
            return Some(found);
        }
    }
    None
}

fn hints(view: &View<'_>) -> Verdict {
    let found = each(view, |seen| {
        let wait = seen.retry.wait(seen.date)?;
        let (name, hint) = hint(&json(seen)?, 0)?;
        let wait = show::seconds(wait);
        Some(
            ((hint - wait).abs() > 1.0)
                .then(|| format!("Retry-After {}, {name} {hint} s", show::text(seen.retry_text()))),
        )
    });
    verdict(view, found, "agree with their body", "contradict their body", false)
}

fn on_503(view: &View<'_>) -> Verdict {
    let mut n = 0;
    let mut wrong = Vec::new();
    for seen in view.seen.iter().filter(|seen| seen.record.status == 503 && seen.fate != Fate::Unknown) {
        let lines = lines_of(seen);
        if lines.is_empty() {
            continue;
        }
        n += 1;
        let repeated = (lines.len() > 1).then(|| format!("lines {}", lines.join(" and ")));
        wrong.extend(repeated.or_else(|| malformed(seen)).map(|words| (seen, words)));
    }
    verdict(view, (n, wrong), "follow the grammar", "do not follow the grammar", true)
}
