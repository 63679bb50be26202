//! The daily quota's promise, asked about once it has come due: a day later, by another process.

use super::envelope::code;
use super::{Rule, Verdict, rule};
use crate::limits::armed::{Armed, in_words, offset, wall};
use crate::limits::log::Probe;
use crate::limits::probes::RETURN;
use crate::limits::show;
use crate::limits::view::{Seen, View};
use crate::model::RuleSource as Source;

/// How far the server's `Date` may move against our clock meanwhile: it is cut to seconds, and clocks drift.
const DRIFT_MS: u64 = 5_000;

pub(super) static RULES: &[Rule] = &[rule! {
    "DQ005" "daily-quota-returns" "limit daily", Contract Error,
    Source::Contract("rate limits: the daily quota"),
    says: "Who waits as long as the day's refusal says is served",
    tested: "`tollgate limits --arm FILE` uses up the day of a key and keeps the promise; `--verify FILE`, once the promise has come due, sends exactly one request with that key. Nobody else may use the key meanwhile",
    passes: "the request is served. It is not judged if there is no answer, if it is neither 2xx nor a 429 with the same code, or if the server's `Date` is missing or moved by more than 5 s against our clock",
    by: Daily returns
}];

fn returns(view: &View<'_>) -> Verdict {
    let Some(armed) = &view.log.head.armed else {
        return Verdict::skip(
            "no promise was armed: `tollgate limits --arm FILE` keeps one, and `--verify FILE` asks once it has come due",
        );
    };
    let Some(seen) = view.of(Probe::Daily).find(|seen| seen.record.phase == RETURN) else {
        return match armed.wait(view.log.head.started_unix_ms) {
            Some(wait) => Verdict::unsure(format!(
                "too early, nothing was sent: come back at {}, in {}",
                armed.due(),
                in_words(wait)
            )),
            None => {
                Verdict::guarded(format!("G2: the one request was not sent: {}", view.why_not(Probe::Daily)))
            }
        };
    };
    let verdict = match doubt(view, armed, seen) {
        Some(guard) => Verdict::guarded(guard),
        None if seen.admitted() => Verdict::pass(format!("served {}", after(view, armed, seen))),
        None => Verdict::fail(format!(
            "refused still {}: Retry-After of the day's refusal was too short",
            after(view, armed, seen)
        )),
    };
    let told = |code: &str| if code.is_empty() { String::new() } else { format!(" {}", show::text(code)) };
    let now = code(view, seen).unwrap_or_default();
    verdict
        .line(format!(
            "armed: {}, {}: {}{}, Retry-After: {}: promise {}",
            view.alias(seen.record.key),
            armed.request,
            armed.status,
            told(&armed.code),
            armed.retry_after,
            armed.due()
        ))
        .line(format!(
            "#{}: {}{}, Retry-After: {}",
            seen.seq(),
            seen.record.status,
            told(&now),
            seen.retry_text()
        ))
        .on([seen.seq()])
}

/// Why the answer proves nothing, if it does not.
fn doubt(view: &View<'_>, armed: &Armed, seen: &Seen<'_>) -> Option<String> {
    if let Some(guard) = view.doubt(&[seen], &[]) {
        return Some(guard);
    }
    let seq = seen.seq();
    if !seen.admitted() && seen.record.status != 429 {
        let status = seen.record.status;
        return Some(format!("G2: #{seq} was answered {status}, which says nothing of the quota"));
    }
    let moved = armed.date_offset_ms.zip(seen.date.and_then(|date| offset(date, wall(view.log, seen.h))));
    let Some((then, now)) = moved else {
        return Some(
            "G6: without Date in both answers nobody knows whether the clocks kept together".to_owned(),
        );
    };
    let moved = then.abs_diff(now);
    if moved > DRIFT_MS {
        return Some(format!(
            "G6: the server's Date moved by {}.{:03} s against this machine's clock since the promise",
            moved / 1_000,
            moved % 1_000
        ));
    }
    if armed.wait(wall(view.log, seen.s)).is_some() {
        return Some(format!("G1: #{seq} was sent before the promise, {}", armed.due()));
    }
    let other = code(view, seen).unwrap_or_default();
    (!seen.admitted() && other != armed.code).then(|| {
        format!(
            "G3: #{seq} was refused with {}, the day with {}: another limit, so somebody else may use the key",
            show::text(&other),
            show::text(&armed.code)
        )
    })
}

/// How long after the promise it was sent.
fn after(view: &View<'_>, armed: &Armed, seen: &Seen<'_>) -> String {
    let late = wall(view.log, seen.s).saturating_sub(armed.promised_unix_s.saturating_mul(1_000));
    format!("{} after the promise", in_words(std::time::Duration::from_millis(late)))
}
