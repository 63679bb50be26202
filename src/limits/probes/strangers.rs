//! Requests without a key and with a wrong one, between two of a key: they must not use up what is the key's.

use super::super::hand::{Hand, Why};
use super::super::prober::Done;
use super::super::world::World;

const STRANGERS: usize = 10;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    hand.send(0).await?;
    let mut stranger = Hand::new(hand.prober, hand.probe, hand.round, None);
    let nobody = stranger.read();
    let mut wrong = nobody.clone();
    let key = hand.key.and_then(|key| hand.prober.task.keys.get(key));
    // The end of a key is the part that no scheme of prefixes and check digits leaves alone.
    wrong.headers.extend(key.map(|key| (key.line.0.clone(), format!("{}0wrong", key.line.1))));
    for turn in 0..STRANGERS {
        let (note, request) = if turn % 2 == 0 { ("no key", &nobody) } else { ("wrong key", &wrong) };
        stranger.dispatch(Why { note, ..Why::phase(1) }, request).await?;
    }
    hand.send(2).await?;
    Ok(())
}
