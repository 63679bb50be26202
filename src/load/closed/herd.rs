//! How many users come back at once after they were told to wait.

use std::collections::VecDeque;

/// What is close, in nanoseconds.
const CLOSE: u64 = 100_000_000;
/// Most returns that are remembered.
const MOST: usize = 100_000;

/// The returns of the last tenth of a second.
#[derive(Debug, Default)]
pub(super) struct Herd {
    last: VecDeque<u64>,
    most: usize,
    /// Waits that came to their end.
    pub(super) waits: u64,
}

impl Herd {
    /// A user comes back, at a time in nanoseconds since the start; times ascend, but for what threads are apart.
    pub(super) fn back(&mut self, at: u64) {
        self.waits += 1;
        while self.last.front().is_some_and(|first| at.saturating_sub(*first) > CLOSE)
            || self.last.len() >= MOST
        {
            self.last.pop_front();
        }
        self.last.push_back(at);
        self.most = self.most.max(self.last.len());
    }

    /// Most returns within a tenth of a second, for each user; nothing if nobody waited.
    pub(super) fn index(&self, users: u32) -> Option<f64> {
        (self.waits > 0).then(|| self.most as f64 / f64::from(users.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_count_together_within_a_tenth_of_a_second() {
        let mut herd = Herd::default();
        assert_eq!(herd.index(4), None);
        [0, 50, 100, 151, 400, 600].into_iter().for_each(|ms| herd.back(ms * 1_000_000));
        assert_eq!((herd.index(4), herd.waits), (Some(0.75), 6));
    }
}
