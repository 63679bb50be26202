//! A sliding log: the instant of every request that counts, each for one window.

use std::collections::VecDeque;
use std::time::Duration;

use super::nanos::{duration, nanos, since};
use super::{Decision, Model};

/// The requests of the last window; never more than the limit of them.
#[derive(Debug, Clone)]
pub(super) struct SlidingLog {
    limit: u64,
    window: u128,
    count_rejects: bool,
    /// Oldest first.
    log: VecDeque<u128>,
    /// When a request last stopped counting.
    expired: Option<u128>,
}

impl SlidingLog {
    /// Nothing was logged yet.
    pub(super) fn new(limit: u64, window: u128, count_rejects: bool) -> Self {
        Self { limit, window, count_rejects, log: VecDeque::new(), expired: None }
    }

    /// How much of the limit is left.
    fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.log.len() as u64)
    }

    /// Forgets what is a window old.
    pub(super) fn expire(&mut self, now: u128) {
        while let Some(oldest) = self.log.front()
            && oldest + self.window <= now
        {
            self.expired = Some(oldest + self.window);
            self.log.pop_front();
        }
    }

    /// When the next request is admitted, if none comes before.
    pub(super) fn free_at(&self) -> Option<u128> {
        self.log.front().filter(|_| self.remaining() == 0).map(|oldest| oldest + self.window)
    }

    /// When nothing counts any more.
    pub(super) fn empty_at(&self) -> Option<u128> {
        self.log.back().map(|newest| newest + self.window)
    }

    /// Decides in nanoseconds.
    pub(super) fn admit(&mut self, now: u128) -> Decision {
        self.expire(now);
        let admitted = self.remaining() > 0;
        if admitted {
            self.log.push_back(now);
        } else if self.count_rejects {
            // As many as the limit are enough to refuse; older ones only expire earlier.
            self.log.pop_front();
            self.log.push_back(now);
        }
        self.standing(now, admitted)
    }

    /// How the key stands at an instant.
    pub(super) fn standing(&self, now: u128, admitted: bool) -> Decision {
        let until = |instant: Option<u128>| instant.map_or(Duration::ZERO, |instant| since(instant, now));
        Decision {
            admitted,
            limit: self.limit,
            remaining: self.remaining(),
            reset: until(self.empty_at()),
            wait: until(self.free_at()),
        }
    }
}

#[cfg(test)]
impl SlidingLog {
    /// How many requests are kept.
    pub(super) fn kept(&self) -> usize {
        self.log.len()
    }
}

impl Model for SlidingLog {
    fn arrive(&mut self, now: Duration) -> Decision {
        self.admit(nanos(now))
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let now = nanos(now);
        let gone = self.log.partition_point(|logged| logged + self.window <= now);
        let expiry = |index: usize| self.log.get(index).map(|logged| logged + self.window);
        let before = gone.checked_sub(1).and_then(expiry).or(self.expired);
        (before.map(duration), expiry(gone).map(duration))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
