//! The daily quota: slowly up to it, and what its refusals say. Its key is of no use afterwards.

use std::time::Duration;

use super::super::hand::{Hand, Why};
use super::super::log::Probe;
use super::super::prober::{Cut, Done, Prober};
use super::super::task::Profile;
use super::super::world::World;

/// Requests beyond the quota before it is taken not to be there.
const BEYOND: u64 = 10;
/// When further refusals are sampled, after the first.
const SAMPLES: [u64; 3] = [1, 10, 60];

/// The phase of the request once an armed promise has come due.
pub(in super::super) const RETURN: u8 = 4;

/// Sends one request, and nothing before it.
pub(in super::super) async fn once_due<W: World>(prober: &Prober<'_, W>, key: usize) -> Done {
    let mut hand = Hand::new(prober, Probe::Daily, 0, Some(key));
    let request = hand.read();
    hand.once(Why::phase(RETURN), &request).await.map(drop)
}

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    let Some(daily) = hand.prober.task.declared.daily else { return Ok(()) };
    hand.arm().await?;
    if let Some(key) = hand.key
        && let Some(key) = hand.prober.state.borrow_mut().keys.get_mut(key)
    {
        key.spent = true;
    }
    let limit = f64::from(u32::try_from(hand.prober.limit().max(1)).unwrap_or(u32::MAX));
    let pace = hand.prober.window().div_f64(0.8 * limit);
    let mut first = None;
    let mut at = hand.now();
    for _ in 0..daily.saturating_add(BEYOND) {
        hand.wait(at).await?;
        let seen = hand.send(0).await?;
        let beyond_window =
            seen.promise.is_some_and(|promise| promise > seen.head + hand.prober.window() * 2);
        if seen.daily || seen.refused() && beyond_window {
            first = Some(seen);
            break;
        }
        at = hand.now().max(at + pace);
    }
    let Some(first) = first else {
        return Err(Cut::because(format!("the daily quota of {daily} refused nothing")));
    };
    let samples = if hand.prober.task.profile == Profile::Quick { &SAMPLES[..1] } else { &SAMPLES[..] };
    for after in samples {
        hand.wait(first.head + Duration::from_secs(*after)).await?;
        hand.send(1).await?;
    }
    hand.wait(hand.now() + hand.prober.window()).await?;
    let last = hand.send(2).await?;
    // The end of the day is worth a request if it comes in time, and if no later one is to see it.
    match last.promise.filter(|at| !hand.prober.task.arm && last.daily && *at <= hand.prober.task.max_time) {
        Some(end) => hand.send_at(3, end).await.map(drop),
        None => Ok(()),
    }
}
