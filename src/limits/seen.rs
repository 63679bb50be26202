//! What the prober itself has to understand of an answer, to know what to send next. Verdicts read the log anew.

use std::time::{Duration, UNIX_EPOCH};

use super::log::{At, Record};

/// Longest `Retry-After` that is believed to be seconds.
const LONGEST: u64 = 400 * 86_400;

/// One answer, as far as it steers the probing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Seen {
    /// The status; 0 without an answer.
    pub(super) status: u16,
    /// When it was sent.
    pub(super) sent: At,
    /// When the head was there.
    pub(super) head: At,
    /// When `Retry-After` says that the next one is admitted.
    pub(super) promise: Option<At>,
    /// Whether the answer names the daily limit's code.
    pub(super) daily: bool,
    /// Whether a frame refused it in place of an answer, with a key that was served before.
    pub(super) rejected: bool,
}

impl Seen {
    /// Reads a record.
    pub(super) fn of(record: &Record, daily_code: &str) -> Self {
        let wait = retry_after(&record.headers);
        let refused = record.status != 0 && !success(record.status);
        let code = daily_code.as_bytes();
        let daily = refused && !code.is_empty() && record.body.windows(code.len()).any(|part| part == code);
        Self {
            status: record.status,
            sent: record.sent,
            head: record.head,
            promise: wait.filter(|_| refused).map(|wait| record.head + wait),
            daily,
            rejected: false,
        }
    }

    /// Answered as the request is answered below the limit.
    pub(super) fn admitted(&self) -> bool {
        success(self.status)
    }

    /// Answered otherwise. The same request is known to succeed below the limit, so this is a refusal whatever its
    /// status.
    pub(super) fn refused(&self) -> bool {
        self.rejected || self.status != 0 && !self.admitted()
    }
}

fn success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// The only value of a field; the first if there are several.
pub(super) fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The wait that an answer asks for: delay seconds, or a date seen against the answer's own.
fn retry_after(headers: &[(String, String)]) -> Option<Duration> {
    let text = value(headers, "retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|seconds| *seconds <= LONGEST).map(Duration::from_secs);
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = date(headers)?;
    Some(until.duration_since(UNIX_EPOCH).ok()?.saturating_sub(now))
}

/// The answer's `Date`, since 1970.
pub(super) fn date(headers: &[(String, String)]) -> Option<Duration> {
    httpdate::parse_http_date(value(headers, "date")?).ok()?.duration_since(UNIX_EPOCH).ok()
}

/// The limit and the window that the headers of an answer name.
pub(super) fn policy(headers: &[(String, String)]) -> (Option<u64>, Option<Duration>) {
    let named = |name| value(headers, name).map(str::trim);
    let limit = named("x-ratelimit-limit")
        .or_else(|| named("ratelimit-limit"))
        .or_else(|| named("x-rate-limit-limit"));
    let policy = named("ratelimit-policy").or(limit).unwrap_or_default();
    let parameter = |key: &str| {
        policy.split([';', ',']).find_map(|part| part.trim().strip_prefix(key)?.trim().parse::<u64>().ok())
    };
    let count = limit.and_then(|text| text.split([',', ';']).next()?.trim().parse().ok());
    (count.or_else(|| parameter("q=")), parameter("w=").map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[(&str, &str)]) -> Vec<(String, String)> {
        lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_promise_counts_from_the_answer() {
        let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for (value, wait) in [
            ("7", Some(7)),
            ("007", Some(7)),
            ("0", Some(0)),
            ("-1", None),
            ("0.5", None),
            ("", None),
            ("99999999999", None),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", Some(0)),
        ] {
            let headers = lines(&[date, ("retry-after", value)]);
            assert_eq!(retry_after(&headers), wait.map(Duration::from_secs), "{value}");
            let record = Record { status: 429, head: Duration::from_secs(10), headers, ..Record::default() };
            let promise = wait.map(|wait| Duration::from_secs(10 + wait));
            assert_eq!(Seen::of(&record, "").promise, promise, "{value}");
        }
    }

    #[test]
    fn a_refusal_may_have_any_status_and_a_failure_is_none() {
        let seen = |status| Seen::of(&Record { status, ..Record::default() }, "");
        assert!(seen(503).refused() && seen(429).refused() && !seen(200).refused() && !seen(0).refused());
        let body = b"{\"code\":\"DAILY\"}".to_vec();
        let record = Record { status: 429, body, ..Record::default() };
        assert!(Seen::of(&record, "DAILY").daily && !Seen::of(&record, "WINDOW").daily);
        assert!(!Seen::of(&record, "").daily);
    }

    #[test]
    fn headers_of_every_generation_name_the_policy() {
        let minute = Some(Duration::from_secs(60));
        for (headers, expected) in [
            (lines(&[("X-RateLimit-Limit", "100")]), (Some(100), None)),
            (lines(&[("RateLimit-Limit", "100, 100;w=60")]), (Some(100), minute)),
            (lines(&[("RateLimit-Policy", "\"a\";q=50;w=60")]), (Some(50), minute)),
            (lines(&[]), (None, None)),
        ] {
            assert_eq!(policy(&headers), expected);
        }
    }
}
