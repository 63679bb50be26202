//! One key exhausted, another one used in between: they must not share a limit.

use super::super::hand::Hand;
use super::super::prober::Done;
use super::super::world::World;

/// How often the sandwich is made anew when the exhausted key recovered meanwhile.
pub(super) const MOST_ROUNDS: u32 = 3;
const OTHERS: u32 = 3;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>, other: &mut Hand<'_, W>) -> Done {
    other.arm().await?;
    hand.rest().await?;
    for round in 0..MOST_ROUNDS {
        (hand.round, other.round) = (round, round);
        hand.drain_fast(0, 2).await?;
        for _ in 0..OTHERS {
            other.send(1).await?;
        }
        if hand.send(2).await?.refused() {
            break;
        }
    }
    Ok(())
}
