//! The first requests: does anybody answer, how long is the way, and what time is it there.

use std::time::Duration;

use super::super::hand::{Hand, Why};
use super::super::log::Probe;
use super::super::prober::{Cut, Done, Prober};
use super::super::seen;
use super::super::task::Call;
use super::super::world::{Outgoing, World};

const REQUESTS: usize = 5;

/// A request that uses up nobody's limit: to the first exempt path, or without a key.
pub(super) fn harmless<W: World>(hand: &Hand<'_, W>) -> Outgoing {
    let task = hand.prober.task;
    let call = match task.exempt.first() {
        Some(path) => Call { method: "GET".to_owned(), target: path.clone(), ..Call::default() },
        None => task.request.clone(),
    };
    hand.outgoing(&call)
}

/// Sends to the first exempt path, or without a key.
pub(in super::super) async fn warmup<W: World>(prober: &Prober<'_, W>) -> Done {
    let mut hand = Hand::new(prober, Probe::Warmup, 0, None);
    let request = harmless(&hand);
    for _ in 0..REQUESTS {
        hand.once(Why::default(), &request).await?;
    }
    let mut state = prober.state.borrow_mut();
    let state = &mut *state;
    let mut trips: Vec<Duration> = Vec::new();
    for record in state.records.iter().filter(|record| record.error.is_none()) {
        trips.push(record.head.saturating_sub(record.sent));
        // The clock of seconds was somewhere between this and a second later; the latest beginning is the best.
        let zero = seen::date(&record.headers).map(|date| date.saturating_sub(record.head));
        state.server_zero = state.server_zero.max(zero);
    }
    trips.sort_unstable();
    let Some(median) = trips.get(trips.len() / 2) else {
        let error = state.records.iter().find_map(|record| record.error.clone()).unwrap_or_default();
        return Err(Cut::because(format!("the target does not answer: {error}")));
    };
    state.rtt = *median;
    Ok(())
}
