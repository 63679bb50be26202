//! Limiter models as pure state machines: the reference server limits with them, a prober replays a log into them.
//!
//! Each model is one file and counts in whole nanoseconds, so that nothing drifts and no edge is a matter of
//! rounding. Time is handed in, as the time since any fixed origin; one model is one key. A [`Limiter`] has many keys,
//! tells each what it decided, and may have one [`Fault`] or several.

mod ban;
mod concurrency;
mod fault;
mod fixed_window;
mod gcra;
mod headers;
mod interval_refill;
mod keyed;
mod nanos;
mod policy;
mod sliding_counter;
mod sliding_log;
mod slot;
mod token_bucket;
mod told;

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::time::Duration;

pub use fault::{Class, Enforced, Fault, Headers, Identity, RetryAfter};
pub use headers::{HeaderFamily, Lines};
pub use keyed::{Answer, Arrival, DAY, Limiter, Quota, Scope};
pub use policy::{Algorithm, Anchor, Policy};
pub use told::seconds;

/// One request's fate, and how its key stands afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may pass.
    pub admitted: bool,
    /// What `remaining` counts down from: the requests of a window, or what a bucket holds.
    pub limit: u64,
    /// How many more would be admitted at this very instant.
    pub remaining: u64,
    /// Until the limit is whole again if nothing else came (window models: until the window ends; buckets: until
    /// full). Zero if that is not a matter of time.
    pub reset: Duration,
    /// Until the next request would be admitted if nothing else came; zero if it would be now, or if that is not a
    /// matter of time.
    pub wait: Duration,
}

/// A limit on the requests of one key.
pub trait Model: Send + Debug {
    /// Decides on a request at `now`, a time since any fixed origin; calls come in non-decreasing time.
    fn arrive(&mut self, now: Duration) -> Decision;

    /// A request that was admitted has ended; matters to concurrency limits only.
    fn leave(&mut self, _now: Duration) {}

    /// The instants nearest before (or at) and after `now` at which the state changes by itself (window edges,
    /// refills), for replay: a decision within measurement error of such an edge proves nothing. `None` if there is
    /// no such edge.
    fn edges(&self, now: Duration) -> (Option<Duration>, Option<Duration>);

    /// A copy that goes its own way.
    fn boxed_clone(&self) -> Box<dyn Model>;
}

impl Clone for Box<dyn Model> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
