//! Dates of HTTP (RFC 9110, section 5.6.7).

use std::time::SystemTime;

/// A date of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpDate {
    /// The moment; of a leap second the one before it.
    pub at: SystemTime,
    /// Whether it is written as dates are to be sent, and not in one of the older forms that may only be read.
    pub is_current: bool,
}

impl HttpDate {
    /// Reads a header field's value. A date on the wrong day of the week is none, nor is one before 1970.
    pub fn read(line: &str) -> Option<Self> {
        let line = line.trim_matches([' ', '\t']);
        Self::without_leap_second(line).or_else(|| {
            let line = line.replacen("23:59:60", "23:59:59", 1);
            Self::without_leap_second(&line)
        })
    }

    /// The parser knows no 60th second.
    /// The time it means.
    pub fn at(self) -> SystemTime {
        self.at
    }

    /// Whether it is written in the form that is to be sent.
    pub fn is_current(&self) -> bool {
        self.is_current
    }

    fn without_leap_second(line: &str) -> Option<Self> {
        let at = httpdate::parse_http_date(line).ok()?;
        // Only the current form has a comma behind three letters, and the parser takes it only as it is to be sent.
        Some(Self { at, is_current: line.as_bytes().get(3) == Some(&b',') })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        for (line, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some((784_111_777, true))),
            (" Sun, 06 Nov 1994 08:49:37 GMT\t", Some((784_111_777, true))),
            ("Sat, 31 Dec 2016 23:59:60 GMT", Some((1_483_228_799, true))),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some((784_111_777, false))),
            ("Sun Nov  6 08:49:37 1994", Some((784_111_777, false))),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:60 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 UTC", None),
            ("1994-11-06T08:49:37Z", None),
            ("", None),
        ] {
            let since =
                |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
            let read = HttpDate::read(line).map(|date| (since(date.at), date.is_current));
            assert_eq!(read, expected, "{line}");
        }
    }
}
