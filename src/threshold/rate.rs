//! Rates as text and as exact fractions: `2000/s`, `60/60s`, `0.5/s`, `90/m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::yaml::duration_from_text;

/// Digits behind the point that a number of requests may have.
const DECIMALS: u32 = 6;
/// Most requests per second.
const FASTEST: u128 = 1_000_000;

/// Requests per time, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests.
    pub requests: u64,
    /// In so many nanoseconds; never 0.
    pub nanos: u64,
}

impl Rate {
    /// No requests at all.
    pub const ZERO: Self = Self { requests: 0, nanos: 1 };

    /// So many requests in such a time, in lowest terms; `None` if the time is 0 or beyond 500 years.
    pub fn new(requests: u64, per: Duration) -> Option<Self> {
        let nanos = u64::try_from(per.as_nanos()).ok().filter(|nanos| *nanos > 0)?;
        let divisor = gcd(requests, nanos).max(1);
        Some(Self { requests: requests / divisor, nanos: nanos / divisor })
    }

    /// Requests per second, for people and reports.
    pub fn per_second(self) -> f64 {
        self.requests as f64 * 1e9 / self.nanos as f64
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let how = || format!("`{text}` is no rate; write requests per time: 2000/s, 0.5/s, 60/60s, 90/m");
        let (count, per) = text.split_once('/').ok_or_else(how)?;
        let (count, scale) = decimal(count.trim()).ok_or_else(how)?;
        let per = per.trim();
        let per = if per.starts_with(|first: char| first.is_ascii_digit()) {
            per.to_owned()
        } else {
            format!("1{per}")
        };
        let per = duration_from_text(&per).filter(|per| !per.is_zero()).ok_or_else(how)?;
        let rate = per.checked_mul(scale).and_then(|per| Self::new(count, per)).ok_or_else(how)?;
        if u128::from(rate.requests) * 1_000_000_000 > FASTEST * u128::from(rate.nanos) {
            return Err(format!("`{text}` is more than {FASTEST} requests a second"));
        }
        Ok(rate)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.per_second())
    }
}

/// A number as a whole one and what it is to be divided by.
fn decimal(text: &str) -> Option<(u64, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let decimals = u32::try_from(fraction.len()).ok().filter(|decimals| *decimals <= DECIMALS)?;
    if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
        return None;
    }
    Some((format!("{whole}{fraction}").parse().ok()?, 10_u32.pow(decimals)))
}

fn gcd(one: u64, other: u64) -> u64 {
    let (mut one, mut other) = (one, other);
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact_fractions_in_lowest_terms() {
        for (text, requests, nanos) in [
            ("2000/s", 1, 500_000),
            ("60/60s", 1, 1_000_000_000),
            ("0.5/s", 1, 2_000_000_000),
            ("90/m", 3, 2_000_000_000),
            ("1/100ms", 1, 100_000_000),
            (" 7 / 1s ", 7, 1_000_000_000),
            ("0/s", 0, 1),
        ] {
            assert_eq!(text.parse(), Ok(Rate { requests, nanos }), "{text}");
        }
        for wrong in
            ["2000", "/s", "x/s", "1/", "1/0s", "-1/s", "1./s", "1.0000001/s", "1/parsec", "1000001/s"]
        {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }
}
