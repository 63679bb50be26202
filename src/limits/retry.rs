//! What `Retry-After` says, as it stands on the wire.

use std::time::SystemTime;

use crate::rules::HttpDate;

/// What `Retry-After` says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Retry {
    /// There is none.
    Absent,
    /// Whole seconds.
    Seconds(u64),
    /// A date in the one form that may be sent.
    Date(SystemTime),
    /// A date in a form that may only be read.
    ObsoleteDate(SystemTime),
    /// Neither.
    Garbage,
}

impl Retry {
    /// The lines of the field as received, and what the first one says.
    pub(super) fn read(headers: &[(String, String)]) -> (Vec<&str>, Self) {
        let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
        let lines: Vec<&str> = lines.map(|(_, value)| value.as_str()).collect();
        let said = lines.first().map_or(Self::Absent, |line| Self::of(line.trim_matches([' ', '\t'])));
        (lines, said)
    }

    /// Reads a value (RFC 9110, section 10.2.3).
    pub(super) fn of(text: &str) -> Self {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Seconds(text.parse().unwrap_or(u64::MAX));
        }
        match HttpDate::read(text) {
            Some(date) if date.is_current => Self::Date(date.at),
            Some(date) => Self::ObsoleteDate(date.at),
            None => Self::Garbage,
        }
    }

    /// How long it asks to wait, in nanoseconds. Dates are measured from the answer's own `Date`: two clocks are
    /// never mixed.
    pub(super) fn wait(self, date: Option<SystemTime>) -> Option<i64> {
        match self {
            Self::Seconds(seconds) => i64::try_from(seconds).ok()?.checked_mul(1_000_000_000),
            Self::Date(at) | Self::ObsoleteDate(at) => {
                i64::try_from(at.duration_since(date?).unwrap_or_default().as_nanos()).ok()
            }
            Self::Absent | Self::Garbage => None,
        }
    }
}

/// What is wrong with a value that is neither digits nor a date, in words, and what common clients make of it.
pub(super) fn garbage(text: &str) -> &'static str {
    let text = text.trim();
    let is = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() {
        "it is empty; `parseInt` makes NaN of it: a retry after 1 ms, or the default"
    } else if text.strip_prefix('-').is_some_and(is) {
        "it is negative; a timer set to it fires at once"
    } else if text.split_once('.').is_some_and(|(whole, part)| is(whole) && is(part)) {
        "it is a fraction; `parseInt` cuts it off, `int()` and urllib3 raise an error"
    } else if text.contains(',') {
        "it is a list; clients take the first value, or none"
    } else if text.starts_with('+') {
        "it has a sign, which the grammar does not know"
    } else if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        "digits with something behind them; `parseInt` takes the digits as seconds, whatever the unit"
    } else {
        "`parseInt` makes NaN of it: a retry after 1 ms, or the default"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[(&str, &str)]) -> Vec<(String, String)> {
        lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn retry_after_is_read_as_it_stands() {
        let headers = lines(&[("Retry-After", "7"), ("retry-after", "9")]);
        assert_eq!(Retry::read(&headers), (vec!["7", "9"], Retry::Seconds(7)));
        assert_eq!(Retry::read(&[]), (vec![], Retry::Absent));
        for text in ["0.5", "-1", "+5", "5s", "", "3, 5", "abc"] {
            assert_eq!(Retry::of(text), Retry::Garbage, "{text}");
            assert!(!garbage(text).is_empty());
        }
        let at = |text: &str| HttpDate::read(text).map(|date| date.at);
        let date = at("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(Retry::of("Sun, 06 Nov 1994 08:49:40 GMT").wait(date), Some(3_000_000_000));
        assert_eq!(Retry::of("Sun, 06 Nov 1994 08:49:30 GMT").wait(date), Some(0));
        assert!(matches!(Retry::of("Sunday, 06-Nov-94 08:49:40 GMT"), Retry::ObsoleteDate(_)));
        assert_eq!(Retry::Seconds(u64::MAX).wait(None), None);
    }
}
