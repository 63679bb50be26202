//! A fixed window: so many requests until it ends, then as many again.

use std::time::Duration;

use super::nanos::{duration, nanos, since};
use super::{Anchor, Decision, Model};

/// Counts the requests of one window.
#[derive(Debug, Clone)]
pub(super) struct FixedWindow {
    limit: u64,
    window: u128,
    /// By how much windows lag behind multiples of their length; none if a request opens them.
    offset: Option<u128>,
    /// Where the window that was last used ends, and how much of it is used.
    end: Option<u128>,
    used: u64,
    /// Where the window before it ended.
    ended: Option<u128>,
}

impl FixedWindow {
    /// Nothing is used, and no window is open.
    pub(super) fn new(limit: u64, window: u128, anchor: Anchor) -> Self {
        let offset = match anchor {
            Anchor::Clock { offset } => Some(nanos(offset) % window),
            Anchor::FirstRequest => None,
        };
        Self { limit, window, offset, end: None, used: 0, ended: None }
    }

    /// The end of the window that a request at this time falls into or opens.
    fn end_at(&self, now: u128) -> u128 {
        match self.offset {
            // One window earlier than the first that begins after the origin, so that nothing is negative.
            Some(offset) => (now + self.window - offset) / self.window * self.window + offset,
            None => now + self.window,
        }
    }
}

impl Model for FixedWindow {
    fn arrive(&mut self, now: Duration) -> Decision {
        let now = nanos(now);
        let end = match self.end {
            Some(end) if now < end => end,
            over => {
                self.ended = over;
                self.used = 0;
                self.end_at(now)
            }
        };
        self.end = Some(end);
        let admitted = self.used < self.limit;
        if admitted {
            self.used += 1;
        }
        let (remaining, reset) = (self.limit - self.used, since(end, now));
        let wait = if remaining == 0 { reset } else { Duration::ZERO };
        Decision { admitted, limit: self.limit, remaining, reset, wait }
    }

    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>) {
        let now = nanos(now);
        if self.offset.is_some() {
            let end = self.end_at(now);
            return (end.checked_sub(self.window).map(duration), Some(duration(end)));
        }
        match self.end {
            Some(end) if now < end => (self.ended.map(duration), Some(duration(end))),
            over => (over.map(duration), None),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
