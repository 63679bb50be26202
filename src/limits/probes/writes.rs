//! Writes beyond the limit, each with a marker of its own, and a look for all markers afterwards.

use std::time::Duration;

use super::super::hand::{Hand, Why};
use super::super::plan::looks;
use super::super::prober::{Cut, Done};
use super::super::task::Writes;
use super::super::world::World;
use super::arming::promise;

/// Writes beyond the limit.
const BEYOND: u64 = 10;
/// Most bytes of a list that are searched.
const LIST_BYTES: usize = 16 << 20;
/// How often one look is tried that the limit refuses.
const MOST_TRIES: usize = 3;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    let Some(writes) = &hand.prober.task.writes else { return Ok(()) };
    hand.rest().await?;
    let start = hand.now();
    let markers: Vec<String> = (0..hand.prober.limit() + BEYOND).map(|number| marker(hand, number)).collect();
    let mut drain = super::super::hand::Drain { start, ..Default::default() };
    let mut admitted = false;
    for marker in &markers {
        let request = hand.outgoing(&writes.write.marked(marker));
        let seen = hand.dispatch(Why { note: marker, ..Why::phase(0) }, &request).await?;
        admitted |= seen.admitted();
        if seen.refused() {
            drain.refusals.push(seen);
        }
    }
    if !admitted {
        return Err(Cut::because("no write was answered 2xx; look at --write and --body"));
    }
    // The first look comes when the key is whole again, so that it can afford it.
    let whole = promise(hand, &drain).max(hand.now() + hand.prober.window());
    hand.wait(whole).await?;
    let first = hand.now();
    look(hand, 1, writes, &markers).await?;
    for (phase, after) in (2..).zip(looks(hand.prober.task.profile)) {
        hand.wait(first + Duration::from_secs(*after)).await?;
        look(hand, phase, writes, &markers).await?;
    }
    Ok(())
}

/// A marker that is part of no other, and of no other run's.
fn marker<W: World>(hand: &Hand<'_, W>, number: u64) -> String {
    format!("tg{:08x}n{number:06}", hand.prober.task.seed & 0xffff_ffff)
}

/// Looks for all markers, with one request or with one for each.
async fn look<W: World>(hand: &mut Hand<'_, W>, phase: u8, writes: &Writes, markers: &[String]) -> Done {
    if !writes.list.target.contains("{{marker}}") {
        return look_once(hand, phase, writes, "", markers).await;
    }
    for marker in markers {
        look_once(hand, phase, writes, marker, std::slice::from_ref(marker)).await?;
    }
    Ok(())
}

async fn look_once<W: World>(
    hand: &mut Hand<'_, W>,
    phase: u8,
    writes: &Writes,
    marker: &str,
    wanted: &[String],
) -> Done {
    let mut request = hand.outgoing(&writes.list.marked(marker));
    request.keep = LIST_BYTES;
    for _ in 0..MOST_TRIES {
        let seen = hand.dispatch(Why { note: marker, ..Why::phase(phase) }, &request).await?;
        hand.prober.search(wanted);
        if !seen.refused() {
            return Ok(());
        }
        let drain = super::super::hand::Drain { start: seen.head, refusals: vec![seen] };
        hand.wait(promise(hand, &drain)).await?;
    }
    Ok(())
}
