//! The value of `Retry-After` (RFC 9110, section 10.2.3).

use std::borrow::Cow;

use super::HttpDate;
use crate::model::Response;

/// What a `Retry-After` line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Whole seconds; more than 64 bits count as the most they hold.
    Seconds(u64),
    /// A date in the one form that may be sent (IMF-fixdate).
    Date,
    /// A date in a form that may only be read (RFC 9110, section 5.6.7).
    ObsoleteDate,
    /// Neither.
    Garbage,
}

impl Wait {
    /// Reads a value.
    pub(super) fn of(text: &str) -> Self {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Seconds(text.parse().unwrap_or(u64::MAX));
        }
        match HttpDate::read(text) {
            Some(date) if date.is_current => Self::Date,
            Some(_) => Self::ObsoleteDate,
            None => Self::Garbage,
        }
    }
}

/// The first `Retry-After` line as text, without the blanks around it, and what it says.
pub(super) fn of(response: &Response) -> Option<(Cow<'_, str>, Wait)> {
    let line = response.header("retry-after")?;
    let wait = Wait::of(line.trim_matches([' ', '\t']));
    Some((line, wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_and_dates_are_legal() {
        for (text, wait) in [
            ("1", Wait::Seconds(1)),
            ("007", Wait::Seconds(7)),
            ("0", Wait::Seconds(0)),
            ("99999999999999999999999", Wait::Seconds(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Wait::Date),
            ("Sat, 31 Dec 2016 23:59:60 GMT", Wait::Date),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Wait::ObsoleteDate),
            ("Sun Nov  6 08:49:37 1994", Wait::ObsoleteDate),
            ("", Wait::Garbage),
            ("0.5", Wait::Garbage),
            ("-1", Wait::Garbage),
            ("+5", Wait::Garbage),
            ("5s", Wait::Garbage),
            ("5, 5", Wait::Garbage),
            ("٣", Wait::Garbage),
            ("2024-01-16T10:30:00Z", Wait::Garbage),
        ] {
            assert_eq!(Wait::of(text), wait, "{text}");
        }
    }
}
