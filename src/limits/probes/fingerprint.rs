//! A few bursts at chosen times, whose counts differ from algorithm to algorithm.

use super::super::hand::Hand;
use super::super::prober::Done;
use super::super::world::World;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    let start = hand.now();
    let quarter = hand.prober.limit().div_ceil(4);
    for _ in 0..quarter {
        hand.send(0).await?;
    }
    let (window, late) = (hand.prober.window(), hand.prober.window().mul_f64(0.02));
    let times = [window / 2, window + late, window * 3 / 2 + late];
    for (phase, after) in (1..).zip(times) {
        hand.wait(start + after).await?;
        hand.drain_fast(phase, 4).await?;
    }
    Ok(())
}
