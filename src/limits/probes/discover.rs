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
        None => bracket(&mut hand, start, &refusal).await?,
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

/// The window as whole seconds: as promised, if the promise is kept and not much too long; otherwise as polled.
async fn bracket<W: World>(hand: &mut Hand<'_, W>, start: At, refusal: &Seen) -> Result<Duration, Cut> {
    let mut last = refusal.clone();
    if let Some(promise) = refusal.promise {
        last = hand.send_at(4, promise).await?;
    }
    for doubling in 0..DOUBLINGS {
        if last.admitted() {
            break;
        }
        hand.wait(last.head + SECOND * 2_u32.pow(doubling)).await?;
        last = hand.send(4).await?;
    }
    if !last.admitted() {
        return Err(Cut::because(
            "no request was admitted again; declare the limit with --limit, such as 60/60s",
        ));
    }
    // A bucket gives one request back early, so the time to the next is a lower bound only: what a limit per
    // second allows is also what a longer bucket gives back in its part of the window.
    let took = last.sent.saturating_sub(start);
    Ok(Duration::from_secs((took + SECOND / 2).as_secs().max(1)))
}
