//! A bucket that refills in steps: nothing between two of them.

use std::time::Duration;

use super::nanos::{count, duration, nanos, since};
use super::{Decision, Model};

/// A level, exact: a token is as many units as the window has nanoseconds, each refill brings `limit * step` units.
#[derive(Debug, Clone)]
pub(super) struct IntervalRefill {
    token: u128,
    burst: u64,
    step: u128,
    refill: u128,
    level: u128,
    /// The last refill that was taken into account; the first request counts as one.
    refilled: Option<u128>,
}

impl IntervalRefill {
    /// A full bucket, whose steps are counted from the first request.
    pub(super) fn new(limit: u64, window: u128, burst: u64, step: u128) -> Self {
        let refill = u128::from(limit).saturating_mul(step);
        Self { token: window, burst, step, refill, level: u128::from(burst) * window, refilled: None }
    }

    fn capacity(&self) -> u128 {
        u128::from(self.burst) * self.token
    }

    /// Refills from one to another.
    fn steps(&self, from: u128, to: u128) -> u128 {
        to.saturating_sub(from) / self.step
    }

    /// The refill after which so much is missing no more.
    fn time_for(&self, missing: u128, refilled: u128) -> u128 {
        refilled.saturating_add(missing.div_ceil(self.refill).saturating_mul(self.step))
    }
}

impl Model for IntervalRefill {
    fn arrive(&mut self, now: Duration) -> Decision {
        let now = nanos(now);
        let last = self.refilled.unwrap_or(now);
        let steps = self.steps(last, now);
        let refilled = last + steps * self.step;
        self.refilled = Some(refilled);
        self.level = self.level.saturating_add(steps.saturating_mul(self.refill)).min(self.capacity());
        let admitted = self.level >= self.token;
        if admitted {
            self.level -= self.token;
        }
        let until = |missing: u128| match missing {
            0 => Duration::ZERO,
            _ => since(self.time_for(missing, refilled), now),
        };
        Decision {
            admitted,
            limit: self.burst,
            remaining: count(self.level / self.token),
            reset: until(self.capacity() - self.level),
            wait: until(self.token.saturating_sub(self.level)),
        }
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let (now, Some(last)) = (nanos(now), self.refilled) else { return (None, None) };
        let full = self.time_for(self.capacity() - self.level, last);
        let before = (last + self.steps(last, now) * self.step).min(full);
        (Some(duration(before)), (now < full).then(|| duration(before + self.step)))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
