//! How long a step waits before its next try.

use std::time::Duration;

use crate::model::Retry;

/// The wait after `tried` tries: it grows by the factor, and a share of it is drawn at random.
pub(super) fn pause(retry: &Retry, tried: u32, seed: u64) -> Duration {
    const LONGEST: f64 = 300.0;
    let exponent = i32::try_from(tried.saturating_sub(1)).unwrap_or(i32::MAX);
    let full = (retry.interval.as_secs_f64() * retry.backoff.powi(exponent)).min(LONGEST);
    let share = mixed(seed ^ u64::from(tried)) * retry.jitter;
    Duration::from_secs_f64(full * (1.0 - share))
}

/// A number from 0 to 1 that looks random (SplitMix64's finaliser).
fn mixed(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let unit = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let retry = |backoff, jitter| Retry {
            span: Span::default(),
            max: 5,
            interval: Duration::from_millis(100),
            backoff,
            jitter,
        };
        assert_eq!(pause(&retry(2.0, 0.0), 1, 7), Duration::from_millis(100));
        assert_eq!(pause(&retry(2.0, 0.0), 3, 7), Duration::from_millis(400));
        assert_eq!(pause(&retry(10.0, 0.0), 5_000, 7), Duration::from_secs(300));
        for tried in 1..50 {
            let wait = pause(&retry(1.0, 0.5), tried, 7);
            assert!((Duration::from_millis(50)..=Duration::from_millis(100)).contains(&wait), "{wait:?}");
        }
    }
}
