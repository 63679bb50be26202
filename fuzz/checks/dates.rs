//! Seconds and dates: what the rules say about a line is what its grammar says, read a second time here.

use std::sync::LazyLock;

use bytes::Bytes;
use time::{Date, Month, Weekday};
use tollgate::contract::{self, Compiled};
use tollgate::model::{Exchange, Header};
use tollgate::{judge, rules};

use super::exchange::{self, Forgetful};

/// When the answer was sent, by its own `Date`.
const SENT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
/// The same in seconds since 1970.
const SENT_AT: i64 = 784_111_777;
/// How far a timestamp may be away from `Date`, in seconds, the second that `Date` leaves out included.
const TOLERANCE: i64 = 6;

static CONTRACT: LazyLock<Compiled> = LazyLock::new(|| {
    let files = contract::embedded("lead-management-v1").expect("it is built in");
    contract::load(&files, &rules::all()).expect("it is valid")
});

/// Takes the bytes for the value of `Retry-After`, of `Date` and of a timestamp.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_matches([' ', '\t']);
    let is_date = imf_fixdate(line).is_some();
    let says = |name: &'static str, value: &str| spoken(&[("date", SENT), (name, value)], "");

    let digits = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let spoken_of_wait = says("retry-after", &text);
    let speaks = |name: &str| spoken_of_wait.contains(&name);
    assert_eq!(speaks("retry-after-grammar"), !digits && !is_date, "{line:?}");
    let zero = digits && line.bytes().all(|byte| byte == b'0');
    assert_eq!(speaks("retry-after-form"), zero || is_date, "{line:?}");
    let seconds = digits.then(|| line.parse::<u128>().unwrap_or(u128::MAX));
    assert_eq!(speaks("retry-after-large"), seconds.is_some_and(|seconds| seconds > 86_400), "{line:?}");

    let spoken_of_date = spoken(&[("date", &text)], "");
    let none = !spoken_of_date.contains(&"date-missing") && !spoken_of_date.contains(&"date-form");
    assert_eq!(none, is_date, "{line:?}");
    let read = httpdate::parse_http_date(text.trim()).is_ok();
    assert!(!read || !spoken_of_date.contains(&"date-missing"), "{line:?}");

    timestamp(&text);
}

/// What the rules say about a timestamp.
fn timestamp(text: &str) {
    let spoken = spoken(&[("date", SENT)], text);
    let speaks = |name: &str| spoken.contains(&name);
    let Some(moment) = rfc3339(text) else {
        assert!(speaks("timestamp-format"), "{text:?}");
        return;
    };
    if moment.leaps {
        return;
    }
    assert!(!speaks("timestamp-format"), "{text:?}");
    assert_eq!(speaks("timestamp-utc"), !text.ends_with('Z'), "{text:?}");
    assert_eq!(speaks("timestamp-fraction"), moment.digits != 3, "{text:?}");
    let distance = (moment.seconds - SENT_AT).abs();
    if distance != TOLERANCE && distance != TOLERANCE + 1 {
        assert_eq!(speaks("timestamp-skew"), distance > TOLERANCE, "{text:?}");
    }
}

/// The names of the rules that speak about a 429 with these header lines and this timestamp.
fn spoken(headers: &[(&str, &str)], timestamp: &str) -> Vec<&'static str> {
    let mut exchange: Exchange = exchange::of(exchange::CREATED);
    if let Ok(response) = &mut exchange.outcome {
        response.status = 429;
        response.headers = headers.iter().map(|(name, value)| Header::new(name, value)).collect();
        response.headers.push(Header::new("content-type", "application/json"));
        let body =
            serde_json::json!({ "success": false, "code": "RATE_LIMIT_EXCEEDED", "timestamp": timestamp });
        response.body = Bytes::from(body.to_string());
    }
    let judged = judge::judge(&exchange, Some(&CONTRACT), &Forgetful);
    judged.observations.iter().map(|observation| observation.rule.name).collect()
}

/// Reads a date as RFC 9110, section 5.6.7, wants it written. A second may leap at the end of a day, and no HTTP was
/// before 1970.
fn imf_fixdate(line: &str) -> Option<()> {
    let (name, rest) = line.split_once(", ")?;
    let rest = rest.strip_suffix(" GMT")?;
    let parts: Vec<&str> = rest.split([' ', ':']).collect();
    let [day, month, year, hour, minute, second] = parts[..] else { return None };
    let marks: String = rest.chars().filter(|mark| [' ', ':'].contains(mark)).collect();
    let month = Month::try_from(1 + month_index(month)?).ok()?;
    let date = Date::from_calendar_date(number(year, 4)?, month, u8::try_from(number(day, 2)?).ok()?).ok()?;
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    let leaps = (hour, minute, second) == (23, 59, 60);
    let in_time = date.year() >= 1970 && (leaps || hour < 24 && minute < 60 && second < 60);
    let weekday = match name {
        "Mon" => Weekday::Monday,
        "Tue" => Weekday::Tuesday,
        "Wed" => Weekday::Wednesday,
        "Thu" => Weekday::Thursday,
        "Fri" => Weekday::Friday,
        "Sat" => Weekday::Saturday,
        "Sun" => Weekday::Sunday,
        _ => return None,
    };
    (marks == "   ::" && in_time && date.weekday() == weekday).then_some(())
}

fn month_index(name: &str) -> Option<u8> {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    names.iter().position(|month| *month == name).and_then(|index| u8::try_from(index).ok())
}

/// A moment of RFC 3339.
struct Moment {
    /// Since 1970.
    seconds: i64,
    /// Digits of the fraction.
    digits: usize,
    /// Whether it is the 60th second of a minute.
    leaps: bool,
}

/// Reads `date-time` (RFC 3339, section 5.6), whose note lets a blank stand for the `T`.
fn rfc3339(text: &str) -> Option<Moment> {
    let date = text.get(..10)?;
    let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let clock = rest.get(..8)?;
    let mut rest = rest.get(8..)?;
    let mut digits = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        rest = fraction.get(digits..).filter(|_| digits > 0)?;
    }
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let sign = if rest.starts_with('+') { 1 } else { -1 };
            let (hours, minutes) = rest.strip_prefix(['+', '-'])?.split_once(':')?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))?
        }
    };
    let parts: Vec<&str> = date.split('-').chain(clock.split(':')).collect();
    let [year, month, day, hour, minute, second] = parts[..] else { return None };
    let month = Month::try_from(u8::try_from(number(month, 2)?).ok()?).ok()?;
    let date = Date::from_calendar_date(number(year, 4)?, month, u8::try_from(number(day, 2)?).ok()?).ok()?;
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    (hour < 24 && minute < 60 && second <= 60).then_some(())?;
    let days = i64::from(date.to_julian_day()) - 2_440_588;
    let seconds = days * 86_400 + i64::from(hour * 3600 + minute * 60 + second - offset);
    Some(Moment { seconds, digits, leaps: second == 60 })
}

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<i32> {
    let good = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| text.parse().ok())?
}
