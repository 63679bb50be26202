//! Days on which acceptances end.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use time::{Date, Duration, Month, OffsetDateTime};

/// A calendar day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day of a moment.
    pub fn of(moment: SystemTime) -> Self {
        Self(OffsetDateTime::from(moment).date())
    }

    /// The day so many days later; the last day there is if that is out of reach.
    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(Duration::days(i64::from(days))))
    }
}

impl FromStr for Day {
    type Err = ();

    /// Reads `2026-12-31` and nothing else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(()) };
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(());
        }
        let month: u8 = month.parse().map_err(drop)?;
        let month = Month::try_from(month).map_err(drop)?;
        let (year, day) = (year.parse().map_err(drop)?, day.parse().map_err(drop)?);
        Date::from_calendar_date(year, month, day).map(Self).map_err(drop)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

/// When new entries of a baseline end, as `--expires` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expires {
    /// On this day.
    On(Day),
    /// So many days after today.
    In(u32),
}

impl Expires {
    /// The day, counted from today.
    pub fn day(self, today: Day) -> Day {
        match self {
            Self::On(day) => day,
            Self::In(days) => today.plus(days),
        }
    }
}

impl Default for Expires {
    /// A quarter of a year.
    fn default() -> Self {
        Self::In(90)
    }
}

impl FromStr for Expires {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let days = text.strip_suffix('d').filter(|days| days.bytes().all(|b| b.is_ascii_digit()));
        let days = days.and_then(|days| days.parse().ok()).filter(|days| (1..=3_660).contains(days));
        days.map(Self::In)
            .or_else(|| text.parse().ok().map(Self::On))
            .ok_or_else(|| "write a day such as 2026-12-31, or days from today such as 30d".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn days_are_read_and_written_in_one_form() {
        assert_eq!(day("2028-02-29").to_string(), "2028-02-29");
        for wrong in
            ["", "2027-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-01-01T00:00:00Z", "+026-01-01"]
        {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        assert_eq!(Day::of(SystemTime::UNIX_EPOCH), day("1970-01-01"));
        assert!(day("2026-12-31") < day("2027-01-01"));
    }

    #[test]
    fn an_end_is_a_day_or_a_number_of_days() {
        let today = day("2026-12-20");
        let on = |text: &str| text.parse::<Expires>().map(|expires| expires.day(today));
        assert_eq!(on("30d"), Ok(day("2027-01-19")));
        assert_eq!(on("2027-06-30"), Ok(day("2027-06-30")));
        assert_eq!(Expires::default().day(today), day("2027-03-20"));
        assert_eq!(day("9999-12-31").plus(5), day("9999-12-31"));
        for wrong in ["", "d", "0d", "30", "-3d", "4000d", "30h", "tomorrow"] {
            assert!(on(wrong).is_err(), "{wrong}");
        }
    }
}
