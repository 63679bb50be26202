//! An unexpected 429 on a functional step: wait as told, within bounds, and try again.

use std::time::Duration;

use crate::model::{Contract, Expect, Response};

/// Most times one step waits.
pub(super) const MOST_WAITS: u32 = 3;
/// The wait when the answer does not say how long.
const DEFAULT: Duration = Duration::from_secs(1);

/// Whether the step did not ask for this 429. It did if it names 429 itself, or says something about the answer's
/// content that holds; a class such as `4xx` alone asks for the API's own answer.
pub(super) fn is_unexpected(response: &Response, expect: &Expect, expectation_failed: bool) -> bool {
    if response.status != 429 {
        return false;
    }
    let by_number = expect.status.as_ref().is_some_and(|status| status.value.ranges.contains(&(429, 429)));
    let by_content = [&expect.error, &expect.message, &expect.text].into_iter().any(Option::is_some)
        || expect.details.is_some()
        || !expect.headers.is_empty()
        || !expect.body.is_empty();
    !by_number && (expectation_failed || !by_content)
}

/// What to do about an unexpected 429.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Advice {
    /// Wait so long, then send again.
    Wait(Duration),
    /// Do not wait; the text says why.
    GiveUp(String),
}

/// Reads `Retry-After` (seconds or HTTP-date, RFC 9110 section 10.2.3) and decides. A malformed value is
/// reported by its rule; here it only means the default wait.
pub(super) fn advice(
    response: &Response,
    code: Option<&str>,
    contract: Option<&Contract>,
    waits: u32,
    longest: Duration,
) -> Advice {
    let limit = contract
        .into_iter()
        .flat_map(|contract| &contract.rate_limits)
        .find(|limit| Some(&*limit.code) == code);
    if let Some(limit) = limit.filter(|limit| !limit.retry) {
        return Advice::GiveUp(format!("throttled: {} is not retried automatically", limit.code));
    }
    if waits >= MOST_WAITS {
        return Advice::GiveUp(format!("throttled: still 429 after {waits} waits"));
    }
    let wait = retry_after(response).unwrap_or(DEFAULT);
    if wait > longest {
        let (wait, longest) = (wait.as_secs(), longest.as_secs());
        return Advice::GiveUp(format!(
            "throttled: Retry-After asks for {wait} s, more than the {longest} s allowed"
        ));
    }
    Advice::Wait(wait)
}

fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.header("retry-after")?;
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(Duration::from_secs);
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(response.received_at).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Header, RateLimit};
    use std::time::UNIX_EPOCH;

    fn answer(retry_after: Option<&str>) -> Response {
        Response {
            version: "HTTP/1.1",
            status: 429,
            headers: retry_after.map(|value| Header::new("retry-after", value)).into_iter().collect(),
            body: bytes::Bytes::new(),
            cut: None,
            first_byte: Duration::ZERO,
            received_at: UNIX_EPOCH + Duration::from_secs(784_111_777),
            url: String::new(),
        }
    }

    fn wait(retry_after: Option<&str>) -> Advice {
        advice(&answer(retry_after), None, None, 0, Duration::from_secs(60))
    }

    #[test]
    fn the_wait_is_what_the_server_says_within_bounds() {
        let seconds = |n| Advice::Wait(Duration::from_secs(n));
        assert_eq!(wait(Some("7")), seconds(7));
        assert_eq!(wait(Some("Sun, 06 Nov 1994 08:49:40 GMT")), seconds(3));
        assert_eq!(wait(Some("Sun, 06 Nov 1994 08:49:30 GMT")), seconds(0));
        assert_eq!(wait(Some("soon")), seconds(1));
        assert_eq!(wait(None), seconds(1));
        assert!(matches!(wait(Some("61")), Advice::GiveUp(why) if why.contains("61 s")));
        assert!(matches!(wait(Some("99999999999999999999999")), Advice::Wait(_)));
        let fourth = advice(&answer(None), None, None, MOST_WAITS, Duration::from_secs(60));
        assert!(matches!(fourth, Advice::GiveUp(_)));
    }

    #[test]
    fn a_daily_quota_is_not_waited_for() {
        let daily = RateLimit { code: "DAILY".to_owned(), retry: false, ..RateLimit::default() };
        let contract = Contract { rate_limits: vec![daily], ..Contract::default() };
        let told = advice(&answer(Some("1")), Some("DAILY"), Some(&contract), 0, Duration::from_secs(60));
        assert!(matches!(told, Advice::GiveUp(why) if why.contains("DAILY")));
    }

    #[test]
    fn a_step_that_wants_a_429_gets_it() {
        use crate::model::{Check, Span, Spanned, StatusSet};
        let mut expect = Expect::default();
        assert!(is_unexpected(&answer(None), &expect, false));
        expect.error = Some(Check { span: Span::default(), matchers: Vec::new() });
        assert!(!is_unexpected(&answer(None), &expect, false));
        assert!(is_unexpected(&answer(None), &expect, true));
        expect.status = Some(Spanned::new(StatusSet { ranges: vec![(400, 499)] }, Span::default()));
        assert!(!is_unexpected(&answer(None), &expect, false));
        assert!(is_unexpected(&answer(None), &expect, true));
        expect.error = None;
        assert!(is_unexpected(&answer(None), &expect, false));
        expect.status =
            Some(Spanned::new(StatusSet { ranges: vec![(500, 599), (429, 429)] }, Span::default()));
        assert!(!is_unexpected(&answer(None), &expect, true));
        expect.status = Some(Spanned::new(StatusSet { ranges: vec![(200, 299)] }, Span::default()));
        assert!(is_unexpected(&answer(None), &expect, true));
    }
}
