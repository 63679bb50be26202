//! One by one from a whole limit to its end, then refusals sampled over time, then one request at the promise.

use std::time::Duration;

use super::super::hand::Hand;
use super::super::prober::{Cut, Done};
use super::super::seen::Seen;
use super::super::world::World;

const SAMPLES: u32 = 10;
const SPACING: Duration = Duration::from_millis(100);
const SECOND: Duration = Duration::from_secs(1);
/// When to ask again after a promise that was not kept, from the promise.
pub(super) const AFTERWARDS: [Duration; 7] = [
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    let drain = hand.try_drain(0, 3).await?;
    if drain.refusals.is_empty() {
        return Ok(());
    }
    let mut promises: Vec<Seen> = drain.refusals.clone();
    // Over a short window the samples stand closer, so that they all lie within it.
    let spacing = SPACING.min(hand.prober.window() / 25);
    let from = hand.now();
    for sample in 1..=SAMPLES {
        hand.wait(from + spacing * sample).await?;
        let seen = hand.send(1).await?;
        if seen.admitted() {
            // Whoever was promised something has had it.
            promises.clear();
        } else if seen.refused() {
            promises.push(seen);
        }
    }
    let earliest = promises.iter().filter_map(|seen| seen.promise).min();
    let Some(earliest) = earliest else {
        return Err(Cut::because("no refusal says how long to wait, so there is no promise to test"));
    };
    let early = earliest.saturating_sub(SECOND);
    // Within the samples it would be one more of them.
    if early > hand.now() + spacing {
        hand.send_at(2, early).await?;
    }
    let kept = hand.send_at(3, earliest).await?;
    if kept.admitted() {
        hand.prober.state.borrow_mut().episode(drain.start, kept.sent);
        return Ok(());
    }
    afterwards(hand, 4, earliest).await
}

/// Asks again at growing distances from a promise that was not kept.
pub(super) async fn afterwards<W: World>(hand: &mut Hand<'_, W>, phase: u8, promise: Duration) -> Done {
    for later in AFTERWARDS {
        hand.wait(promise + later).await?;
        if hand.send(phase).await?.admitted() {
            break;
        }
    }
    Ok(())
}
