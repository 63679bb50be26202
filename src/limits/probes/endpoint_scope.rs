//! The same key at another endpoint, while the first is exhausted.

use super::super::hand::{Hand, Why};
use super::super::prober::Done;
use super::super::world::World;
use super::isolation::MOST_ROUNDS;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    let Some(other) = &hand.prober.task.other else { return Ok(()) };
    let request = hand.outgoing(other);
    hand.rest().await?;
    for round in 0..MOST_ROUNDS {
        hand.round = round;
        hand.drain_fast(0, 2).await?;
        hand.dispatch(Why::phase(1), &request).await?;
        if hand.send(2).await?.refused() {
            break;
        }
    }
    Ok(())
}
