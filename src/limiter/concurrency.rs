//! A concurrency limit: so many requests under way at the same time.

use std::time::Duration;

use super::{Decision, Model};

/// Counts what is under way.
#[derive(Debug, Clone)]
pub(super) struct Concurrency {
    limit: u64,
    under_way: u64,
}

impl Concurrency {
    /// Nothing is under way.
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, under_way: 0 }
    }
}

impl Model for Concurrency {
    fn arrive(&mut self, _now: Duration) -> Decision {
        let admitted = self.under_way < self.limit;
        if admitted {
            self.under_way += 1;
        }
        let remaining = self.limit - self.under_way;
        // A request can end at any instant.
        Decision { admitted, limit: self.limit, remaining, reset: Duration::ZERO, wait: Duration::ZERO }
    }

    fn leave(&mut self, _now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    fn edges(&self, _now: Duration) -> (Option<Duration>, Option<Duration>) {
        (None, None)
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
