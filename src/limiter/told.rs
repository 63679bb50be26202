//! How waits are written: the true way, and the ways of faults.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::fault::RetryAfter;

/// Whole seconds, rounded up and at least 1: whoever waits them has waited long enough.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// The second since 1970 that comes so much later, rounded up.
pub(super) fn epoch(at: SystemTime, later: Duration) -> u64 {
    seconds(at.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_add(later))
}

/// The lines of Retry-After: in the given form, or the true one. `turn` counts refusals.
pub(super) fn retry_after(
    form: Option<RetryAfter>,
    wait: Duration,
    window: Duration,
    turn: u64,
    at: SystemTime,
) -> Vec<String> {
    let whole = seconds(wait);
    let number = match form {
        None => whole,
        Some(RetryAfter::Missing | RetryAfter::MissingForDay) => return Vec::new(),
        Some(RetryAfter::Floor) => wait.as_secs(),
        Some(RetryAfter::Round) => wait.saturating_add(Duration::from_millis(500)).as_secs(),
        Some(RetryAfter::Window) => seconds(window),
        Some(RetryAfter::JitterBelow) => whole.saturating_sub((turn * 7 + 3) % 3).max(1),
        Some(RetryAfter::Zero) => 0,
        Some(RetryAfter::Negative) => return vec!["-1".to_owned()],
        Some(RetryAfter::Fraction) => {
            return vec![format!("{}.{:03}", wait.as_secs(), wait.subsec_millis())];
        }
        Some(RetryAfter::Milliseconds) => whole.saturating_mul(1_000),
        Some(RetryAfter::Epoch) => epoch(at, wait),
        Some(RetryAfter::Date { skew }) => return vec![date(at, whole, skew)],
        Some(RetryAfter::Rfc850) => return vec![rfc850(&date(at, whole, 0))],
        Some(RetryAfter::Twice) => {
            return vec![whole.to_string(), whole.saturating_add(60).to_string()];
        }
    };
    vec![number.to_string()]
}

/// The HTTP-date so many seconds from now; a date beyond what can be written is now.
fn date(at: SystemTime, seconds: u64, skew: i64) -> String {
    let later = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_add(skew);
    let by = Duration::from_secs(later.unsigned_abs());
    let moved = if later < 0 { at.checked_sub(by) } else { at.checked_add(by) };
    // The last year that has four digits.
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    let moved = moved.filter(|moved| (UNIX_EPOCH..=last).contains(moved));
    httpdate::fmt_http_date(moved.unwrap_or(at.clamp(UNIX_EPOCH, last)))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 9110 section 5.6.7).
fn rfc850(date: &str) -> String {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let parts: Vec<&str> = date.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let [day, number, month, year, time, zone] = parts[..] else { return date.to_owned() };
    let day = DAYS.into_iter().find(|name| name.starts_with(day)).unwrap_or(day);
    let year = year.get(2..).unwrap_or(year);
    format!("{day}, {number}-{month}-{year} {time} {zone}")
}
