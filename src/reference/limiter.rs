//! A fixed window and a daily quota for each key; the clock is handed in.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    /// Requests in a window, at least 1.
    pub(super) limit: u32,
    /// The window; it opens with the first request and ends this much later.
    pub(super) window: Duration,
    /// Requests in 24 hours, counted from the first request.
    pub(super) daily: Option<u32>,
}

/// Which of a key's two limits is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The short window.
    Window,
    /// The day.
    Day,
}

/// What became of one request, and how its key stands afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    /// The limit that refused, or none if the request is admitted.
    pub(super) refused: Option<Scope>,
    /// Requests in the window of the limit that will refuse first.
    pub(super) limit: u32,
    /// What is left of it.
    pub(super) remaining: u32,
    /// Time until it is full again.
    pub(super) reset: Duration,
}

impl Decision {
    /// Whole seconds until the limit is full again, rounded up and at least 1: whoever waits them is admitted.
    pub(super) fn reset_seconds(&self) -> u64 {
        let whole = self.reset.as_secs();
        let rounded = if self.reset.subsec_nanos() == 0 { whole } else { whole.saturating_add(1) };
        rounded.max(1)
    }

    /// The order in which limits bind: nothing left comes first, and of two such the later reset.
    fn tightness(&self) -> (u32, std::cmp::Reverse<Duration>) {
        (self.remaining, std::cmp::Reverse(self.reset))
    }
}

/// One counter: open from its first request until its window is over.
#[derive(Debug, Clone, Copy)]
struct Counter {
    opened: Instant,
    used: u32,
}

impl Counter {
    fn fresh(now: Instant) -> Self {
        Self { opened: now, used: 0 }
    }

    fn roll(&mut self, window: Duration, now: Instant) {
        if now.saturating_duration_since(self.opened) >= window {
            *self = Self::fresh(now);
        }
    }

    fn standing(&self, limit: u32, window: Duration, now: Instant) -> Decision {
        Decision {
            refused: None,
            limit,
            remaining: limit.saturating_sub(self.used),
            reset: window.saturating_sub(now.saturating_duration_since(self.opened)),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Counters {
    window: Counter,
    day: Counter,
}

/// The counters of every key. Only registered keys are handed in, so the map cannot grow beyond them.
#[derive(Debug)]
pub(super) struct Limiter<K> {
    keys: HashMap<K, Counters>,
}

impl<K: Eq + Hash> Limiter<K> {
    /// Nobody has asked for anything yet.
    pub(super) fn new() -> Self {
        Self { keys: HashMap::new() }
    }

    /// Counts a request if both limits admit it; a refused request counts for neither.
    pub(super) fn admit(&mut self, key: K, quota: Quota, now: Instant) -> Decision {
        let counters = self
            .keys
            .entry(key)
            .or_insert_with(|| Counters { window: Counter::fresh(now), day: Counter::fresh(now) });
        counters.window.roll(quota.window, now);
        counters.day.roll(DAY, now);

        let standings = |counters: &Counters| {
            let window = (Scope::Window, counters.window.standing(quota.limit, quota.window, now));
            let day = quota.daily.map(|daily| (Scope::Day, counters.day.standing(daily, DAY, now)));
            [Some(window), day].into_iter().flatten().min_by_key(|(_, standing)| standing.tightness())
        };
        let tightest = standings(counters);
        if let Some((scope, standing)) = tightest
            && standing.remaining == 0
        {
            return Decision { refused: Some(scope), ..standing };
        }
        counters.window.used += 1;
        // Without a daily quota nothing stops this counter.
        counters.day.used = counters.day.used.saturating_add(1);
        standings(counters).map_or_else(
            || counters.window.standing(quota.limit, quota.window, now),
            |(_, standing)| standing,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota { limit: 3, window: Duration::from_secs(10), daily: None };

    fn at(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn admits_the_limit_and_not_one_more() {
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        let seen: Vec<_> = (0..5)
            .map(|tick| {
                let decision = limiter.admit("key", QUOTA, at(start, tick));
                (decision.refused, decision.remaining, decision.reset_seconds())
            })
            .collect();
        let refused = Some(Scope::Window);
        let expected = [(None, 2, 10), (None, 1, 10), (None, 0, 10), (refused, 0, 10), (refused, 0, 10)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_new_window_opens_exactly_when_the_old_one_ends() {
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        for _ in 0..3 {
            limiter.admit("key", QUOTA, start);
        }
        let early = limiter.admit("key", QUOTA, at(start, 9_999));
        assert_eq!((early.refused, early.reset_seconds()), (Some(Scope::Window), 1));
        let fresh = limiter.admit("key", QUOTA, at(start, 10_000));
        assert_eq!((fresh.refused, fresh.remaining, fresh.reset_seconds()), (None, 2, 10));
    }

    #[test]
    fn the_window_opens_with_a_request_not_with_the_clock() {
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        limiter.admit("key", QUOTA, start);
        limiter.admit("key", QUOTA, at(start, 25_000));
        assert_eq!(limiter.admit("key", QUOTA, at(start, 34_999)).remaining, 1);
        assert_eq!(limiter.admit("key", QUOTA, at(start, 35_000)).remaining, 2);
    }

    #[test]
    fn whoever_waits_the_rounded_seconds_is_admitted_and_refusals_do_not_count() {
        let quota = Quota { limit: 1, window: Duration::from_millis(2_500), daily: None };
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        limiter.admit("key", quota, start);
        for offset in [0, 1, 499, 500, 501, 1_499, 2_499] {
            let refused = limiter.admit("key", quota, at(start, offset));
            assert_eq!(refused.refused, Some(Scope::Window));
            assert!(offset + refused.reset_seconds() * 1_000 >= 2_500, "at {offset}");
        }
        assert_eq!(limiter.admit("key", quota, at(start, 2_500)).refused, None);
    }

    #[test]
    fn keys_do_not_share() {
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        for _ in 0..4 {
            limiter.admit("one", QUOTA, start);
        }
        assert_eq!(limiter.admit("two", QUOTA, start).remaining, 2);
    }

    #[test]
    fn the_day_refuses_until_it_is_over() {
        let quota = Quota { limit: 100, window: Duration::from_secs(1), daily: Some(2) };
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        assert_eq!(limiter.admit("key", quota, start).limit, 2);
        limiter.admit("key", quota, at(start, 5_000));
        let refused = limiter.admit("key", quota, at(start, 10_500));
        assert_eq!((refused.refused, refused.reset_seconds()), (Some(Scope::Day), 86_390));
        assert_eq!(limiter.admit("key", quota, at(start, 86_400_000)).refused, None);
    }

    #[test]
    fn the_later_of_two_exhausted_limits_answers() {
        let quota = Quota { limit: 2, window: Duration::from_secs(60), daily: Some(2) };
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        limiter.admit("key", quota, start);
        let last = limiter.admit("key", quota, start);
        assert_eq!((last.limit, last.remaining, last.reset_seconds()), (2, 0, 86_400));
        assert_eq!(limiter.admit("key", quota, start).refused, Some(Scope::Day));
    }
}
