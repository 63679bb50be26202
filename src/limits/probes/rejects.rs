//! Whether refused requests lengthen the wait: a quiet key beside one that hammers.

use std::time::Duration;

use super::super::hand::Hand;
use super::super::prober::Done;
use super::super::world::World;
use super::arming::{poll, promise};

/// A limiter that counts refusals has to have counted as many as the limit before none is left of what was served.
const BLOWS: u64 = 10;
const MOST_BLOWS: u64 = 2_000;
const POLL: Duration = Duration::from_millis(50);
/// Polls at the fine distance, then at a coarse one.
const FINE: u32 = 20;
const COARSE: u32 = 12;

/// Round 0 is quiet, round 1 hammers.
pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    let drain = hand.drain(0, 1).await?;
    let promise = promise(hand, &drain);
    if hand.round == 1 {
        let from = hand.now();
        let blows = u32::try_from(blows(hand.prober.limit())).unwrap_or(u32::MAX - 2);
        let every = promise.saturating_sub(from) / (blows + 2);
        for blow in 1..=blows {
            hand.wait(from + every * blow).await?;
            if hand.send(1).await?.admitted() {
                break;
            }
        }
    }
    hand.wait(promise.saturating_sub(Duration::from_millis(200))).await?;
    hand.fresh().await?;
    if poll(hand, 2, promise, POLL, FINE).await?.is_none() {
        let every = hand.prober.window() / 10;
        poll(hand, 2, hand.now() + every, every, COARSE).await?;
    }
    Ok(())
}

/// How many requests hammer on an exhausted key.
pub(crate) fn blows(limit: u64) -> u64 {
    limit.saturating_add(2).clamp(BLOWS, MOST_BLOWS)
}
