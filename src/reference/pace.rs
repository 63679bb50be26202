//! The time that limits are measured in: the real one, or one that stands still while requests come quickly.

use std::time::{Duration, Instant};

/// A clock for limits. With a shortest gap, shorter ones between two requests take no time: a suite that is run on a
/// busy machine then meets the same refusals as on an idle one, and a client that waits is still served afterwards.
#[derive(Debug)]
pub(super) struct Pace {
    shortest_gap: Duration,
    last: Option<Instant>,
    left_out: Duration,
}

impl Pace {
    /// A clock that leaves out gaps below this; with zero it is the real one.
    pub(super) fn new(shortest_gap: Duration) -> Self {
        Self { shortest_gap, last: None, left_out: Duration::ZERO }
    }

    /// The time of a request that comes now.
    pub(super) fn at(&mut self, now: Instant) -> Instant {
        let gap = self.last.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        if gap < self.shortest_gap {
            self.left_out += gap;
        }
        self.last = Some(now);
        now.checked_sub(self.left_out).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn only_waits_take_time() {
        let start = Instant::now();
        let mut pace = Pace::new(250 * MILLI);
        assert_eq!(pace.at(start), start);
        assert_eq!(pace.at(start + 100 * MILLI), start);
        assert_eq!(pace.at(start + 349 * MILLI), start);
        assert_eq!(pace.at(start + 1_349 * MILLI), start + 1_000 * MILLI);
        assert_eq!(pace.at(start + 1_350 * MILLI), start + 1_000 * MILLI);
    }

    #[test]
    fn without_a_shortest_gap_it_is_the_real_time() {
        let start = Instant::now();
        let mut pace = Pace::new(Duration::ZERO);
        for millis in [0, 1, 1, 900] {
            assert_eq!(pace.at(start + millis * MILLI), start + millis * MILLI);
        }
    }
}
