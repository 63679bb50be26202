//! The generic cell rate algorithm (ITU-T I.371): a request is early or not against a theoretical arrival time.

use std::time::Duration;

use super::nanos::{count, duration, nanos};
use super::{Decision, Model};

/// All times in units of a nanosecond divided by the limit, in which the time between two requests, a window divided
/// by the limit, is the window's number of nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct Gcra {
    limit: u128,
    interval: u128,
    burst: u64,
    /// The theoretical arrival time of the next request.
    arrival: u128,
    /// The last request, in nanoseconds.
    at: u128,
    /// When one more request last became possible, in nanoseconds.
    opened: Option<u128>,
}

impl Gcra {
    /// As if nothing had come for long.
    pub(super) fn new(limit: u64, window: u128, burst: u64) -> Self {
        Self { limit: limit.into(), interval: window, burst, arrival: 0, at: 0, opened: None }
    }

    /// How much earlier than its theoretical arrival time a request may come.
    fn tolerance(&self) -> u128 {
        u128::from(self.burst - 1) * self.interval
    }

    /// By how many intervals, the begun one included, the theoretical arrival time is ahead of an instant.
    fn ahead(&self, now: u128) -> u128 {
        self.arrival.saturating_sub(now.saturating_mul(self.limit)).div_ceil(self.interval)
    }

    /// The instant from which on it is ahead by no more than that.
    fn instant(&self, ahead: u128) -> u128 {
        self.arrival.saturating_sub(ahead * self.interval).div_ceil(self.limit)
    }

    /// When one more request last became possible up to an instant.
    fn opened_at(&self, now: u128) -> Option<u128> {
        let ahead = self.ahead(now);
        if ahead == self.ahead(self.at) { self.opened } else { Some(self.instant(ahead)) }
    }
}

impl Model for Gcra {
    fn arrive(&mut self, now: Duration) -> Decision {
        let at = nanos(now);
        self.opened = self.opened_at(at);
        self.at = at;
        let now = at.saturating_mul(self.limit);
        let arrival = self.arrival.max(now);
        let latest = now.saturating_add(self.tolerance());
        let admitted = arrival <= latest;
        if admitted {
            self.arrival = arrival.saturating_add(self.interval);
        }
        // A request is possible for each whole interval that the theoretical arrival time stays below the latest.
        let room = latest.saturating_add(self.interval).saturating_sub(self.arrival);
        Decision {
            admitted,
            limit: self.burst,
            remaining: count(room / self.interval),
            reset: duration(self.arrival.saturating_sub(now).div_ceil(self.limit)),
            wait: duration(self.arrival.saturating_sub(latest).div_ceil(self.limit)),
        }
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let now = nanos(now);
        let after = self.ahead(now).checked_sub(1).map(|ahead| self.instant(ahead));
        (self.opened_at(now).map(duration), after.map(duration))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
