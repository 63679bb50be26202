//! Constant arrivals around the limit, on a fixed schedule that does not wait for answers.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::super::hand::{Hand, Link, Why};
use super::super::log::Probe;
use super::super::plan::{STEADY_WINDOWS, WARM_UP_WINDOWS};
use super::super::prober::{Cut, Done};
use super::super::world::World;

/// Lateness beyond which an arrival is skipped instead of sent too close to the next.
const BUDGET: Duration = Duration::from_millis(5);
const MOST_LINKS: usize = 64;

/// The round is the percentage of the limit. What a bucket has in store is used up before; phase 0 is the time
/// in which the key recovers from that, phase 1 the rest.
pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    hand.arm().await?;
    let probe = hand.as_probe(Probe::Arming);
    let drained = hand.drain_fast(2, 1).await;
    hand.as_probe(probe);
    drained?;
    let (limit, window, rtt) = {
        let state = hand.prober.state.borrow();
        (state.limit, state.window, state.rtt)
    };
    let rate = u128::from(limit) * u128::from(hand.round);
    let slots = limit.saturating_mul(u64::from(hand.round) * u64::from(STEADY_WINDOWS)) / 100;
    let gap = Duration::from_nanos(u64::try_from(window.as_nanos() * 100 / rate.max(1)).unwrap_or(u64::MAX));
    let side_by_side = rtt.as_nanos() * 2 / gap.as_nanos().max(1) + 2;
    let mut idle = hand.links(usize::try_from(side_by_side).unwrap_or(MOST_LINKS).min(MOST_LINKS)).await?;
    let request = hand.read();
    let world = hand.prober.world;
    let start = hand.now() + Duration::from_millis(20);
    let (mut missed, mut inflight) = (0, FuturesUnordered::new());
    for slot in 0..slots {
        let due = start + gap * u32::try_from(slot).unwrap_or(u32::MAX);
        in_time(hand, due)?;
        // Answers are taken while waiting: when they came is part of the record.
        let mut wait = pin!(hand.wait(due));
        let mut waiting = true;
        while waiting {
            let done = if inflight.is_empty() {
                wait.as_mut().await?;
                None
            } else {
                match select(wait.as_mut(), inflight.next()).await {
                    Either::Left((waited, _)) => {
                        waited?;
                        None
                    }
                    Either::Right((done, _)) => done,
                }
            };
            waiting = done.is_some();
            if let Some(done) = done {
                idle.extend(settle(hand, done, &request)?);
            }
        }
        if world.now().saturating_sub(due) > BUDGET.max(gap / 2) {
            missed += 1;
            continue;
        }
        let mut link: Link<W::Connection> = match idle.pop() {
            Some(link) => link,
            None => hand.prober.open().await?,
        };
        hand.prober.spend(1)?;
        let phase = u8::from(due >= start + window * WARM_UP_WINDOWS);
        let request = &request;
        inflight.push(async move {
            let reply = world.exchange(&mut link.connection, request).await;
            (link, phase, due, reply)
        });
        // A new future sends nothing before it is polled.
        if let Some(done) = inflight.next().now_or_never().flatten() {
            idle.extend(settle(hand, done, request)?);
        }
    }
    while let Some(done) = inflight.next().await {
        settle(hand, done, &request)?;
    }
    if missed > 0 {
        hand.prober.state.borrow_mut().missed.push((hand.probe, hand.round, missed));
    }
    Ok(())
}

fn in_time<W: World>(hand: &Hand<'_, W>, due: Duration) -> Done {
    if due > hand.prober.task.max_time {
        Err(Cut::because("it would not end within max-seconds"))
    } else {
        Ok(())
    }
}

type Sent<C> = (Link<C>, u8, Duration, super::super::world::Reply);

/// Records an answer and gives the connection back, if it can be used again.
fn settle<W: World>(
    hand: &Hand<'_, W>,
    (link, phase, due, reply): Sent<W::Connection>,
    request: &super::super::world::Outgoing,
) -> Result<Option<Link<W::Connection>>, Cut> {
    let why = Why { due: Some(due), ..Why::phase(phase) };
    hand.prober.record(hand, why, link.name, request, reply)?;
    Ok(hand.prober.world.usable(&link.connection).then_some(link))
}
