//! Whole nanoseconds, wide enough to be multiplied by a limit.

use std::time::Duration;

/// A time in nanoseconds; what is longer than 584 years counts as that, so that products fit.
pub(super) fn nanos(time: Duration) -> u128 {
    time.as_nanos().min(u128::from(u64::MAX))
}

/// A time of so many nanoseconds; the longest one if they are more than 584 years.
pub(super) fn duration(nanos: u128) -> Duration {
    u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
}

/// The part of `later` after `earlier`.
pub(super) fn since(later: u128, earlier: u128) -> Duration {
    duration(later.saturating_sub(earlier))
}

/// A count that is known to be small enough; the largest one otherwise.
pub(super) fn count(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
