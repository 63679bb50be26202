//! Finds limit and window where nobody says them: counts to the first refusal, then brackets the first admission.

use std::time::Duration;

use super::super::hand::Hand;
use super::super::log::{At, Probe};
use super::super::prober::{Cut, Done, Prober};
use super::super::seen::{self, Seen};
use super::super::world::World;

/// Most requests for a limit that no header names.
const MOST: u64 = 5_000;
const SECOND: Duration = Duration::from_secs(1);
/// Edges that are looked for at most.
const MOST_EDGES: u32 = 4;
/// How often over a limit that comes back little by little is spent to learn how fast it does, and for how long at most.
const ENOUGH: u64 = 3;
const LONGEST_REFILL: Duration = Duration::from_secs(120);
/// Time between polls around a promise, and how many.
const POLL: Duration = Duration::from_millis(50);
const MOST_POLLS: u32 = 40;
/// Doublings of the distance between polls: up to about a day in all.
const DOUBLINGS: u32 = 17;

/// A probe consumes what it measures, so a limit costs as many requests as it has.
pub(in super::super) async fn discover<W: World>(prober: &Prober<'_, W>) -> Done {
    let mut hand = Hand::new(prober, Probe::Arming, 0, Some(0));
    let start = hand.now();
    let (count, refusal) = count(&mut hand).await?;
    let (named_limit, named_window) = named(prober);
    if prober.limit() == 0 {
        prober.state.borrow_mut().limit = named_limit.unwrap_or(count).max(1);
    }
    if !prober.window().is_zero() {
        return Ok(());
    }
    let window = match named_window {
        Some(window) => window,
        None => {
            let limit = prober.limit();
            bracket(&mut hand, start, &refusal, limit).await?
        }
    };
    prober.state.borrow_mut().window = window;
    Ok(())
}

async fn count<W: World>(hand: &mut Hand<'_, W>) -> Result<(u64, Seen), Cut> {
    for count in 0..MOST.min(hand.prober.task.max_requests) {
        let seen = hand.send(3).await?;
        if seen.refused() && count == 0 && seen.status != 429 {
            let status = seen.status;
            return Err(Cut::because(format!(
                "the first request is answered {status}; name one that succeeds"
            )));
        }
        if seen.refused() {
            return Ok((count, seen));
        }
    }
    Err(Cut::because("no request was refused; declare the limit with --limit, such as 60/60s"))
}

/// What the headers of the answers so far say.
fn named<W: World>(prober: &Prober<'_, W>) -> (Option<u64>, Option<Duration>) {
    let state = prober.state.borrow();
    let answers = state.records.iter().filter(|record| record.key.is_some());
    answers
        .map(|record| seen::policy(&record.headers))
        .fold((None, None), |all, one| (all.0.or(one.0), all.1.or(one.1)))
}

/// The window as whole seconds: how long the whole limit takes to come back.
async fn bracket<W: World>(
    hand: &mut Hand<'_, W>,
    start: At,
    refusal: &Seen,
    limit: u64,
) -> Result<Duration, Cut> {
    let Some(first) = recovery(hand, refusal, None).await? else {
        return Err(Cut::because(
            "no request was admitted again; declare the limit with --limit, such as 60/60s",
        ));
    };
    let (came, last) = spend(hand, 1, limit).await?;
    if came.saturating_mul(2) <= limit {
        return refill(hand, last.sent, limit).await.map(whole_seconds);
    }
    edges(hand, start, first, last, limit).await.map(whole_seconds)
}

/// The time from one edge to the next. Windows by the clock had begun long before the first request, and an edge that was
/// found with far polls may have been long before, too: then the one after the next is looked for more closely.
async fn edges<W: World>(
    hand: &mut Hand<'_, W>,
    start: At,
    first: Recovery,
    last: Seen,
    limit: u64,
) -> Result<Duration, Cut> {
    let mut window = first.admitted.saturating_sub(start);
    // What a window is at least and at most, as far as this is known.
    let (mut least, mut most) = (first.refused.saturating_sub(start), Duration::MAX);
    let mut about = window;
    let (mut before, mut last) = (first, last);
    for _ in 0..MOST_EDGES {
        let Some(next) = recovery(hand, &last, Some((before.admitted, (least, about)))).await? else { break };
        window = next.admitted.saturating_sub(before.admitted);
        least = least.max(next.refused.saturating_sub(before.admitted));
        most = most.min(next.admitted.saturating_sub(before.refused));
        if most.saturating_sub(least) <= (POLL * 4).max(window / 50) {
            break;
        }
        about = most.max(least);
        (_, last) = spend(hand, 1, limit).await?;
        before = next;
    }
    Ok(window)
}

/// When a limit came back.
struct Recovery {
    /// When the last request was sent that was refused.
    refused: At,
    /// When the first one was sent that was admitted.
    admitted: At,
}

/// Asks until a request is admitted: closely around the promise of a refusal, or around what another recovery took;
/// then at doubling distances.
async fn recovery<W: World>(
    hand: &mut Hand<'_, W>,
    refusal: &Seen,
    about: Option<(At, (Duration, Duration))>,
) -> Result<Option<Recovery>, Cut> {
    let close = match (refusal.promise, about) {
        (Some(promise), _) => Some((promise.saturating_sub(SECOND).max(refusal.head), POLL)),
        (None, Some((from, (least, most)))) => {
            Some((from + least, POLL.max(most.saturating_sub(least) / (MOST_POLLS / 2))))
        }
        (None, None) => None,
    };
    let mut refused = refusal.sent;
    if let Some((from, every)) = close {
        for turn in 0..MOST_POLLS {
            let at = from + every * turn;
            if at < hand.now() {
                continue;
            }
            let seen = hand.send_at(4, at).await?;
            if seen.admitted() {
                return Ok(Some(Recovery { refused, admitted: seen.sent }));
            }
            refused = seen.sent;
        }
    }
    for doubling in 0..DOUBLINGS {
        hand.wait(hand.now() + SECOND * 2_u32.pow(doubling)).await?;
        let seen = hand.send(4).await?;
        if seen.admitted() {
            return Ok(Some(Recovery { refused, admitted: seen.sent }));
        }
        refused = seen.sent;
    }
    Ok(None)
}

/// Sends until a request is refused, at most twice the limit: how many were admitted with those before, and the last
/// answer.
async fn spend<W: World>(hand: &mut Hand<'_, W>, before: u64, limit: u64) -> Result<(u64, Seen), Cut> {
    let mut admitted = before;
    loop {
        let seen = hand.send(5).await?;
        if seen.refused() || admitted > before.saturating_add(limit.saturating_mul(2)) {
            return Ok((admitted, seen));
        }
        admitted += 1;
    }
}

/// The time in which a limit comes back that comes back little by little: it is spent again and again, and everything that
/// came meanwhile is divided by the time, which makes the share of one request small.
async fn refill<W: World>(hand: &mut Hand<'_, W>, empty: At, limit: u64) -> Result<Duration, Cut> {
    let (mut came, mut end, mut pause) = (0, empty, POLL * 4);
    loop {
        hand.wait(end + pause).await?;
        let last;
        (came, last) = spend(hand, came, limit).await?;
        end = last.sent;
        let whole = end.saturating_sub(empty).mul_f64(ratio(limit, came));
        if came >= limit.saturating_mul(ENOUGH) || end > empty + LONGEST_REFILL {
            return Ok(whole);
        }
        // Never so long that the limit may be whole again, and what else comes is lost.
        pause = if came == 0 { pause * 2 } else { (whole / 2).min(LONGEST_REFILL) };
    }
}

fn ratio(limit: u64, came: u64) -> f64 {
    let float = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    float(limit) / float(came.max(1))
}

fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs((time + SECOND / 2).as_secs().max(1))
}
