//! An exhausted key, silence, and what it may do then.

use std::time::Duration;

use super::super::hand::Hand;
use super::super::prober::Done;
use super::super::world::World;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.rest().await?;
    hand.drain_fast(0, 1).await?;
    let whole = hand.now() + hand.prober.window() + Duration::from_secs(1);
    hand.wait(whole.saturating_sub(Duration::from_millis(200))).await?;
    hand.fresh().await?;
    hand.wait(whole).await?;
    hand.drain_fast(1, 1).await
}
