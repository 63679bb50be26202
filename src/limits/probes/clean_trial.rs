//! One refusal, silence until what it promises, one request: the only fair test of a promise.

use std::time::Duration;

use super::super::hand::{Hand, MOST_TOGETHER};
use super::super::prober::{Cut, Done};
use super::super::seen::Seen;
use super::super::world::World;
use super::sequential::afterwards;

/// When the refusal is provoked, after the drain has begun. Of four that stand 0.3 s apart at least one is refused
/// with a fraction of a second that rounding takes away.
const PHASES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(350),
    Duration::from_millis(650),
    Duration::from_millis(950),
];

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.rest().await?;
    let start = hand.now();
    let refusal = match use_up(hand).await? {
        Some(refusal) => refusal,
        None => {
            let place = usize::try_from(hand.round).unwrap_or_default() % PHASES.len();
            // Within a window of less than a second the phases stand closer.
            let phase = PHASES[place].mul_f64(hand.prober.window().as_secs_f64().min(1.0));
            hand.wait(start + phase).await?;
            first_refusal(hand).await?
        }
    };
    let Some(promise) = refusal.promise else {
        return Err(Cut::because(
            "the refusal does not say how long to wait, so there is no promise to test",
        ));
    };
    if hand.send_at(1, promise).await?.refused() {
        afterwards(hand, 2, promise).await?;
    }
    Ok(())
}

/// Sends as many requests as are admitted at least; a refusal among them is the first. Where one by one would take
/// too much of the window they are sent many at once, but never so many that two could be refused.
async fn use_up<W: World>(hand: &mut Hand<'_, W>) -> Result<Option<Seen>, Cut> {
    let (slow, limit) = {
        let state = hand.prober.state.borrow();
        (state.burst(state.limit) > state.part(0.1), state.limit)
    };
    let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
    if slow {
        let mut links = hand.links(left.saturating_sub(1).min(MOST_TOGETHER)).await?;
        while left > 1 && !links.is_empty() {
            let width = links.len().min(left - 1);
            let seen = hand.together(0, &mut links[..width]).await?;
            left -= width;
            if let Some(refused) = seen.into_iter().find(Seen::refused) {
                return Ok(Some(refused));
            }
        }
    }
    for _ in 0..left {
        let seen = hand.send(0).await?;
        if seen.refused() {
            return Ok(Some(seen));
        }
    }
    Ok(None)
}

/// Sends until one is refused: at once for most limiters, a little later for those that refill meanwhile.
async fn first_refusal<W: World>(hand: &mut Hand<'_, W>) -> Result<Seen, Cut> {
    let most = hand.prober.limit().saturating_mul(2).saturating_add(5);
    for _ in 0..most {
        let seen = hand.send(0).await?;
        if seen.refused() {
            return Ok(seen);
        }
    }
    Err(Cut::because("no request was refused, so nothing was promised"))
}
