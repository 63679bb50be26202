//! What to build: the parameters of every family, their names, and the most that each admits by its definition.

use std::time::Duration;

use super::Model;
use super::ban::Ban;
use super::concurrency::Concurrency;
use super::fixed_window::FixedWindow;
use super::gcra::Gcra;
use super::interval_refill::IntervalRefill;
use super::nanos::{count, nanos};
use super::sliding_counter::SlidingCounter;
use super::sliding_log::SlidingLog;
use super::token_bucket::TokenBucket;

/// Where fixed windows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At `offset` after the origin of time, and every window before and after that.
    Clock {
        /// Taken modulo the window.
        offset: Duration,
    },
    /// With the first request that comes when no window is open.
    FirstRequest,
}

/// How requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// So many requests in each window.
    FixedWindow {
        /// Where the windows begin.
        anchor: Anchor,
    },
    /// So many requests in any interval as long as the window.
    SlidingLog {
        /// Whether refused requests use up the limit, too.
        count_rejects: bool,
    },
    /// The requests of this window and a share of those of the last one, as large as the part of it that an interval
    /// of one window still covers. Windows begin at multiples of the window since the origin of time.
    SlidingCounter,
    /// A bucket that refills evenly, at the limit each window.
    TokenBucket {
        /// What it holds.
        burst: u64,
    },
    /// The same decisions by a theoretical arrival time (ITU-T I.371, the virtual scheduling algorithm).
    Gcra {
        /// Requests that may come at once.
        burst: u64,
    },
    /// A bucket that refills in steps, counted from the key's first request.
    IntervalRefill {
        /// What it holds.
        burst: u64,
        /// Time between refills; each brings this time's share of the limit.
        step: Duration,
    },
    /// A sliding log whose first refusal shuts the key out.
    Ban {
        /// For how long.
        block: Duration,
        /// Whether requests that come meanwhile start that time anew.
        extends: bool,
    },
    /// So many requests under way at the same time; the window means nothing.
    Concurrency,
}

/// An algorithm with its numbers. Limit, window, burst and step are at least 1 (request or nanosecond); a zero is
/// taken for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How requests are counted.
    pub algorithm: Algorithm,
    /// Requests in a window.
    pub limit: u64,
    /// The window.
    pub window: Duration,
}

impl Policy {
    /// The model, before any request.
    pub fn build(&self) -> Box<dyn Model> {
        let (limit, window) = (self.limit.max(1), nanos(self.window).max(1));
        match self.algorithm {
            Algorithm::FixedWindow { anchor } => Box::new(FixedWindow::new(limit, window, anchor)),
            Algorithm::SlidingLog { count_rejects } => {
                Box::new(SlidingLog::new(limit, window, count_rejects))
            }
            Algorithm::SlidingCounter => Box::new(SlidingCounter::new(limit, window)),
            Algorithm::TokenBucket { burst } => Box::new(TokenBucket::new(limit, window, burst.max(1))),
            Algorithm::Gcra { burst } => Box::new(Gcra::new(limit, window, burst.max(1))),
            Algorithm::IntervalRefill { burst, step } => {
                Box::new(IntervalRefill::new(limit, window, burst.max(1), nanos(step).max(1)))
            }
            Algorithm::Ban { block, extends } => Box::new(Ban::new(limit, window, nanos(block), extends)),
            Algorithm::Concurrency => Box::new(Concurrency::new(limit)),
        }
    }

    /// What remaining requests count down from: what a bucket holds, or the limit.
    pub fn capacity(&self) -> u64 {
        match self.algorithm {
            Algorithm::TokenBucket { burst }
            | Algorithm::Gcra { burst }
            | Algorithm::IntervalRefill { burst, .. } => burst.max(1),
            _ => self.limit.max(1),
        }
    }

    /// What people call it, with its numbers: `token bucket, 60 per 60 s, burst 20`.
    pub fn name(&self) -> String {
        let Self { algorithm, limit, window } = self;
        let per = format!("{limit} per {}", span(*window));
        match algorithm {
            Algorithm::FixedWindow { anchor: Anchor::FirstRequest } => {
                format!("fixed window opened by the first request, {per}")
            }
            Algorithm::FixedWindow { anchor: Anchor::Clock { offset } } if offset.is_zero() => {
                format!("fixed window by the clock, {per}")
            }
            Algorithm::FixedWindow { anchor: Anchor::Clock { offset } } => {
                format!("fixed window by the clock, {per}, offset {}", span(*offset))
            }
            Algorithm::SlidingLog { count_rejects: false } => format!("sliding log, {per}"),
            Algorithm::SlidingLog { count_rejects: true } => {
                format!("sliding log that counts rejects, {per}")
            }
            Algorithm::SlidingCounter => format!("sliding counter, {per}"),
            Algorithm::TokenBucket { burst } => format!("token bucket, {per}, burst {burst}"),
            Algorithm::Gcra { burst } => format!("GCRA, {per}, burst {burst}"),
            Algorithm::IntervalRefill { burst, step } => {
                format!("bucket refilled every {}, {per}, burst {burst}", span(*step))
            }
            Algorithm::Ban { block, extends } => {
                let anew = if *extends { ", anew by each request" } else { "" };
                format!("ban for {}{anew}, {per}", span(*block))
            }
            Algorithm::Concurrency => format!("concurrency, {limit} at a time"),
        }
    }

    /// The most requests that the definition admits in any interval of this length, its end not included.
    pub fn most_in(&self, interval: Duration) -> u64 {
        let (limit, window) = (u128::from(self.limit.max(1)), nanos(self.window).max(1));
        let length = nanos(interval);
        if length == 0 {
            return 0;
        }
        // From the first to the last nanosecond of the interval.
        let reach = length - 1;
        count(match self.algorithm {
            Algorithm::FixedWindow { anchor: Anchor::Clock { .. } } => {
                // Worst from the last nanosecond of a window on.
                limit.saturating_mul(1 + reach.div_ceil(window))
            }
            Algorithm::FixedWindow { anchor: Anchor::FirstRequest } => {
                // Windows that open within the interval; or one that opened before it, with what its first request
                // left, and those that open from the second nanosecond on.
                let opened_within = limit.saturating_mul(1 + reach / window);
                opened_within.max((limit - 1).saturating_add(limit.saturating_mul(reach.div_ceil(window))))
            }
            Algorithm::SlidingLog { .. } | Algorithm::Ban { .. } => {
                limit.saturating_mul(length.div_ceil(window))
            }
            Algorithm::SlidingCounter => {
                limit.saturating_add(limit.saturating_mul(reach.saturating_sub(1)) / window)
            }
            Algorithm::TokenBucket { burst } | Algorithm::Gcra { burst } => {
                u128::from(burst.max(1)).saturating_add(limit.saturating_mul(length) / window)
            }
            Algorithm::IntervalRefill { burst, step } => {
                let step = nanos(step).max(1);
                let refills = reach.div_ceil(step);
                let refilled = limit.saturating_mul(refills.saturating_mul(step)) / window;
                u128::from(burst.max(1)).saturating_add(refilled)
            }
            Algorithm::Concurrency => u128::MAX,
        })
    }
}

/// A time for people, in the largest unit that needs no fraction: `60 s`, `1500 ms`.
fn span(time: Duration) -> String {
    let nanos = time.as_nanos();
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")];
    match units.into_iter().find(|(size, _)| nanos.is_multiple_of(*size)) {
        Some((size, unit)) => format!("{} {unit}", nanos / size),
        None => format!("{nanos} ns"),
    }
}
