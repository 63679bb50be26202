//! A sliding counter: this window's requests, and of the last window's the share that is less than a window old.

use std::time::Duration;

use super::nanos::{count, duration, nanos};
use super::{Decision, Model};

/// Two counters. A request is admitted if the weighted sum with it does not exceed the limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlidingCounter {
    limit: u128,
    window: u128,
    /// The number of the window that `current` counts.
    number: u128,
    last: u128,
    current: u128,
}

impl SlidingCounter {
    /// Nothing was counted.
    pub(super) fn new(limit: u64, window: u128) -> Self {
        Self { limit: limit.into(), window, number: 0, last: 0, current: 0 }
    }

    /// The counters as they are at an instant, and how far its window has gone.
    fn at(&self, now: u128) -> (Self, u128) {
        let (number, gone) = (now / self.window, now % self.window);
        let (last, current) = match number.saturating_sub(self.number) {
            0 => (self.last, self.current),
            1 => (self.current, 0),
            _ => (0, 0),
        };
        (Self { number: number.max(self.number), last, current, ..*self }, gone)
    }

    /// What is left, in requests, when so much of the window has gone.
    fn remaining(&self, gone: u128) -> u128 {
        let used = self.last * (self.window - gone) + self.current * self.window;
        (self.limit * self.window).saturating_sub(used) / self.window
    }

    /// How much of this window must have gone for so many to remain; none if not even its end is enough.
    fn gone_for(&self, remaining: u128) -> Option<u128> {
        let weight = self.limit.checked_sub(self.current + remaining)?;
        if weight >= self.last {
            return Some(0);
        }
        // last * (window - gone) <= weight * window
        let gone = self.window - weight * self.window / self.last;
        (gone < self.window).then_some(gone)
    }

    /// The first instant at which a request is admitted, if none comes before.
    fn free_at(&self) -> u128 {
        let mut counters = *self;
        loop {
            if let Some(gone) = counters.gone_for(1) {
                return counters.number * self.window + gone;
            }
            // Two windows without a request leave nothing, and then there is room.
            let (last, number) = (counters.current, counters.number + 1);
            counters = Self { number, last, current: 0, ..counters };
        }
    }
}

impl Model for SlidingCounter {
    fn arrive(&mut self, now: Duration) -> Decision {
        let now = nanos(now);
        let (mut counters, gone) = self.at(now);
        let admitted = counters.remaining(gone) > 0;
        if admitted {
            counters.current += 1;
        }
        *self = counters;
        let remaining = counters.remaining(gone);
        let start = now - gone;
        let whole = match (counters.last, counters.current) {
            (0, 0) => now,
            (_, 0) => start + self.window,
            _ => start + 2 * self.window,
        };
        let wait = if remaining > 0 { 0 } else { counters.free_at().saturating_sub(now) };
        Decision {
            admitted,
            limit: count(self.limit),
            remaining: count(remaining),
            reset: duration(whole - now),
            wait: duration(wait),
        }
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let now = nanos(now);
        let (counters, gone) = self.at(now);
        let start = now - gone;
        let remaining = counters.remaining(gone);
        let before = counters.gone_for(remaining).unwrap_or(0);
        let after = counters.gone_for(remaining + 1).unwrap_or(self.window);
        (Some(duration(start + before)), Some(duration(start + after)))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(*self)
    }
}
