//! A key is used up, the target is started anew, and the key asks again.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::super::hand::{Hand, Why};
use super::super::prober::{Cut, Done};
use super::super::world::World;

/// How long the target may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pauses between questions whether it does; each is twice as long as the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    hand.drain_fast(0, 1).await?;
    let world = hand.prober.world;
    let most = hand.prober.task.max_time;
    match select(pin!(world.restart()), pin!(world.sleep_until(most))).await {
        Either::Left((outcome, _)) => outcome.map_err(Cut::because)?,
        Either::Right(_) => {
            let most = most.as_secs();
            return Err(Cut::because(format!("the restart did not end within max-seconds {most}")));
        }
    }
    let request = hand.read();
    let until = hand.now() + PATIENCE;
    let (mut pause, longest) = PAUSES;
    loop {
        // It may refuse connections, or a gateway may answer for it, until it is there.
        if hand.fresh().await.is_ok() {
            let seen = hand.once(Why::phase(1), &request).await?;
            if seen.admitted() || seen.refused() && seen.status < 500 {
                return Ok(());
            }
        }
        if hand.now() > until {
            let patience = PATIENCE.as_secs();
            return Err(Cut::because(format!(
                "the target did not answer within {patience} s after its restart"
            )));
        }
        hand.wait(hand.now() + pause).await?;
        pause = (pause * 2).min(longest);
    }
}
