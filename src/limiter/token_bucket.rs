//! A token bucket that refills evenly: a token for each request, a window's worth of them each window.

use std::time::Duration;

use super::nanos::{count, duration, nanos};
use super::{Decision, Model};

/// A level, exact: a token is as many units as the window has nanoseconds, so each nanosecond brings `limit` units.
#[derive(Debug, Clone)]
pub(super) struct TokenBucket {
    limit: u128,
    token: u128,
    burst: u64,
    level: u128,
    /// When the level was this.
    at: u128,
    /// When a token was last completed.
    completed: Option<u128>,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) fn new(limit: u64, window: u128, burst: u64) -> Self {
        let level = u128::from(burst) * window;
        Self { limit: limit.into(), token: window, burst, level, at: 0, completed: None }
    }

    fn capacity(&self) -> u128 {
        u128::from(self.burst) * self.token
    }

    /// The level at an instant, without the request that may come then.
    fn level_at(&self, now: u128) -> u128 {
        let brought = now.saturating_sub(self.at).saturating_mul(self.limit);
        self.level.saturating_add(brought).min(self.capacity())
    }

    /// Time until so much is missing no more, the nanosecond begun included.
    fn time_for(&self, missing: u128) -> u128 {
        missing.div_ceil(self.limit)
    }

    /// When a token was last completed up to an instant.
    fn completed_at(&self, now: u128) -> Option<u128> {
        let tokens = self.level_at(now) / self.token;
        if tokens == self.level / self.token {
            return self.completed;
        }
        Some(self.at + self.time_for(tokens * self.token - self.level))
    }
}

impl Model for TokenBucket {
    fn arrive(&mut self, now: Duration) -> Decision {
        let now = nanos(now).max(self.at);
        self.completed = self.completed_at(now);
        self.level = self.level_at(now);
        self.at = now;
        let admitted = self.level >= self.token;
        if admitted {
            self.level -= self.token;
        }
        Decision {
            admitted,
            limit: self.burst,
            remaining: count(self.level / self.token),
            reset: duration(self.time_for(self.capacity() - self.level)),
            wait: duration(self.time_for(self.token.saturating_sub(self.level))),
        }
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let now = nanos(now);
        let level = self.level_at(now);
        let next = level / self.token * self.token + self.token;
        let after = (level < self.capacity()).then(|| now + self.time_for(next - level));
        (self.completed_at(now).map(duration), after.map(duration))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
