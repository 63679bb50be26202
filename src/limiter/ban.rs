//! A ban: the first request over the limit shuts its key out for a while.

use std::time::Duration;

use super::nanos::{duration, nanos, since};
use super::sliding_log::SlidingLog;
use super::{Decision, Model};

/// A sliding log, and until when nothing passes.
#[derive(Debug, Clone)]
pub(super) struct Ban {
    log: SlidingLog,
    block: u128,
    extends: bool,
    /// Until when the last ban lasts, or lasted.
    until: Option<u128>,
}

impl Ban {
    /// Nobody is shut out.
    pub(super) fn new(limit: u64, window: u128, block: u128, extends: bool) -> Self {
        Self { log: SlidingLog::new(limit, window, false), block, extends, until: None }
    }
}

impl Model for Ban {
    fn arrive(&mut self, now: Duration) -> Decision {
        let now = nanos(now);
        let banned = self.until.is_some_and(|until| now < until);
        let decision = if banned {
            self.log.expire(now);
            self.log.standing(now, false)
        } else {
            self.log.admit(now)
        };
        if !decision.admitted && (!banned || self.extends) {
            self.until = Some(now + self.block);
        }
        let until = self.until.filter(|until| now < *until);
        let latest = |instant: Option<u128>| {
            instant.into_iter().chain(until).max().map_or(Duration::ZERO, |instant| since(instant, now))
        };
        let remaining = if until.is_some() { 0 } else { decision.remaining };
        let (reset, wait) = (latest(self.log.empty_at()), latest(self.log.free_at()));
        Decision { remaining, reset, wait, ..decision }
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let (before, after) = self.log.edges(now);
        match self.until.map(duration) {
            Some(until) if until <= now => (before.max(Some(until)), after),
            Some(until) => (before, Some(after.map_or(until, |after| after.min(until)))),
            None => (before, after),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
