//! Clients on one key that each wait as long as they are told, and no longer.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::super::hand::Hand;
use super::super::log::At;
use super::super::plan::FLEET_WINDOWS;
use super::super::prober::{Cut, Done};
use super::super::world::World;

/// Shortest pause after a refusal, whatever it promises: a promise of nothing must not become a storm.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    if hand.prober.state.borrow().unlimited {
        return Err(Cut::because("the limit is not enforced, so nobody would ever wait"));
    }
    hand.arm().await?;
    let end = hand.now() + hand.prober.window() * FLEET_WINDOWS;
    let clients = (0..u32::from(hand.prober.task.fleet))
        .map(|client| client_of(Hand::new(hand.prober, hand.probe, client, hand.key), end));
    try_join_all(clients).await.map(drop)
}

async fn client_of<W: World>(mut hand: Hand<'_, W>, end: At) -> Done {
    while hand.now() < end {
        let seen = hand.send(0).await?;
        if seen.admitted() {
            continue;
        }
        let wait = seen.promise.unwrap_or_else(|| hand.now() + hand.prober.window());
        let at = wait.max(hand.now() + SHORTEST_PAUSE);
        if at >= end {
            break;
        }
        hand.wait(at).await?;
    }
    Ok(())
}
