//! Finds an edge: exhausts a key, waits, and polls for the first admission.

use std::time::Duration;

use super::super::hand::{Drain, Hand};
use super::super::log::{At, Probe};
use super::super::prober::{Cut, Done};
use super::super::world::World;

/// Time between polls, so how old a window may be at most when it is found.
const POLL: Duration = Duration::from_millis(50);
const MOST_POLLS: u32 = 40;

/// Learns where windows begin, before many keys are used at once.
pub(super) async fn calibrate<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.prober.state.borrow_mut().calibrating = true;
    let found = find(hand).await;
    hand.prober.state.borrow_mut().calibrating = false;
    found
}

async fn find<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    let drain = drain(hand).await?;
    let from = promise(hand, &drain).saturating_sub(Duration::from_secs(1));
    let admitted = poll(hand, 1, from, POLL, MOST_POLLS).await?;
    let admitted =
        admitted.ok_or_else(|| Cut::because("cannot find an edge: no request was admitted again"))?;
    hand.prober.state.borrow_mut().episode(drain.start, admitted);
    Ok(())
}

async fn drain<W: World>(hand: &mut Hand<'_, W>) -> Result<Drain, Cut> {
    let drain = hand.try_drain(0, 1).await?;
    if drain.refusals.is_empty() {
        return Err(Cut::because("cannot find an edge: no request was refused"));
    }
    Ok(drain)
}

/// When the last refusal says that requests are admitted again; after a window if it does not, or what it says is
/// far beyond that.
pub(super) fn promise<W: World>(hand: &Hand<'_, W>, drain: &Drain) -> At {
    let window = hand.prober.window();
    let last = drain.refusals.last();
    let from = last.map_or(drain.start, |seen| seen.head);
    let promised = last.and_then(|seen| seen.promise).filter(|at| *at <= from + window.saturating_mul(3));
    promised.unwrap_or(drain.start + window)
}

/// Asks from a moment on until a request is admitted, and says when that was sent.
pub(super) async fn poll<W: World>(
    hand: &mut Hand<'_, W>,
    phase: u8,
    from: At,
    every: Duration,
    most: u32,
) -> Result<Option<At>, Cut> {
    for turn in 0..most {
        let at = from + every * turn;
        if at > hand.now() {
            hand.wait(at).await?;
        } else if turn > 0 {
            continue;
        }
        let seen = hand.send(phase).await?;
        if seen.admitted() {
            return Ok(Some(seen.sent));
        }
    }
    Ok(None)
}

/// Exhausts a key again in the middle of another probe; the requests are recorded as arming.
pub(super) async fn exhaust<W: World>(hand: &mut Hand<'_, W>, refusals: usize) -> Result<Drain, Cut> {
    let probe = hand.as_probe(Probe::Arming);
    let drain = hand.drain(2, refusals).await;
    hand.as_probe(probe);
    drain
}
