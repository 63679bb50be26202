//! Limits that are not kept, or not as they are told. Most of it shows in many answers and in no single one.

use std::time::Duration;

use super::{Defect, How};
use crate::limiter::{Class, Enforced, Fault, Headers, Identity, RetryAfter};

const WAIT: &str = "example clients: wait the seconds of Retry-After";
const LIMIT: &str = "rate limits: so many requests in so much time";
const KEYS: &str = "rate limits: each key has its own";
const STANDING: &str = "troubleshooting: responses have rate limit headers";
const DAY: &str = "error codes: the daily limit";
const REFUSED: &str = "error codes: a request over the limit is refused";

/// In a window of one second every wait is told as one second.
const TWO_SECONDS: Duration = Duration::from_secs(2);

/// What a prober of limits finds.
const FOUND: Defect = Defect { breaks: LIMIT, ..Defect::of("limits") };
const WAITS: Defect = Defect { breaks: WAIT, ..FOUND };
const HEADERS: Defect = Defect { breaks: STANDING, ..FOUND };
const SHARED: Defect = Defect { breaks: KEYS, ..FOUND };

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "wait-rounded-down",
        description: "Retry-After is the wait rounded down to whole seconds",
        limits: &["RC001", "RA004"],
        also: &["GP001"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Floor)]),
        ..WAITS
    },
    Defect {
        id: "wait-rounded",
        description: "Retry-After is the wait rounded to the nearest second",
        limits: &["RC001", "RA004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Round)]),
        ..WAITS
    },
    Defect {
        id: "wait-whole-window",
        description: "Retry-After is the whole window, however much of it is over",
        limits: &["RC002", "RC004"],
        also: &["HD006"],
        from_window: TWO_SECONDS,
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Window)]),
        ..WAITS
    },
    Defect {
        id: "wait-jitter-below",
        description: "Retry-After is up to two seconds too short, now more and now less",
        limits: &["RC001", "RC004"],
        also: &["HD006", "GP001"],
        from_window: TWO_SECONDS,
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::JitterBelow)]),
        ..WAITS
    },
    Defect {
        id: "wait-rfc-850-date",
        description: "Retry-After is a date in the obsolete form of RFC 850",
        breaks: "RFC 9110 section 5.6.7: the form of dates",
        expected: &["RTA003"],
        limits: &["RA003", "RA004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Rfc850)]),
        ..WAITS
    },
    Defect {
        id: "wait-date-past",
        description: "Retry-After is an HTTP-date of a minute ago",
        expected: &["RTA004"],
        limits: &["RA004", "RC001"],
        also: &["GP001", "HD006", "RC004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Date { skew: -60 })]),
        ..WAITS
    },
    Defect {
        id: "wait-date-skewed",
        description: "Retry-After is an HTTP-date by a clock that is an hour fast",
        expected: &["RTA004"],
        limits: &["RA004", "RC002"],
        also: &["HD006", "RC003", "RC004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Date { skew: 3_600 })]),
        ..WAITS
    },
    Defect {
        id: "daily-wait-is-window",
        description: "Retry-After of a day that is used up is a window long",
        breaks: DAY,
        limits: &["DQ003"],
        also: &["DQ004", "HD006", "RC001", "RC004"],
        how: How::Limit(&[Fault::DayToldAsWindow]),
        ..WAITS
    },
    Defect {
        id: "day-never-ends",
        description: "a day that is used up stays used up after its end",
        breaks: DAY,
        limits: &["DQ004"],
        also: &["RC001", "RC004"],
        how: How::Limit(&[Fault::DayNeverEnds]),
        ..WAITS
    },
    Defect {
        id: "rejects-counted",
        description: "refused requests use up the limit, too",
        limits: &["RC005"],
        also: &["RC004", "PF002", "GP001"],
        how: How::Limit(&[Fault::Enforces(Enforced::CountsRejects)]),
        ..FOUND
    },
    Defect {
        id: "ban-of-two-windows",
        description: "the first request over the limit shuts its key out for two windows",
        limits: &["RA005", "RC006", "GP001", "PF002"],
        also: &["HD006", "RC002", "RC004"],
        how: How::Limit(&[Fault::Enforces(Enforced::Bans { windows: 2, extends: false })]),
        ..FOUND
    },
    Defect {
        id: "ban-extended",
        description: "each refused request shuts its key out for a window anew",
        limits: &["RC005"],
        also: &["GP001", "PF002", "RC004"],
        how: How::Limit(&[Fault::Enforces(Enforced::Bans { windows: 1, extends: true })]),
        ..FOUND
    },
    Defect {
        id: "limit-one-less",
        description: "one request less is admitted than the limit says",
        limits: &["CT001", "HD005"],
        also: &["GP001", "PF002", "RC006", "ST003"],
        how: How::Limit(&[Fault::Enforces(Enforced::Off(-1))]),
        ..FOUND
    },
    Defect {
        id: "limit-one-more",
        description: "one request more is admitted than the limit says",
        limits: &["CT001", "CC001"],
        also: &["CC002", "HD004", "PF002"],
        how: How::Limit(&[Fault::Enforces(Enforced::Off(1))]),
        ..FOUND
    },
    Defect {
        id: "limit-three-times",
        description: "three times the limit is admitted",
        limits: &["CT001", "CT002", "CC001"],
        also: &["CC002", "HD004", "PF002", "RC006"],
        how: How::Limit(&[Fault::Enforces(Enforced::Times(3))]),
        ..FOUND
    },
    Defect {
        id: "limit-in-thirds",
        description: "a third of the limit is enforced in each third of the window",
        limits: &["CT001"],
        also: &["HD005", "PF002", "RC006", "ST003", "GP001"],
        how: How::Limit(&[Fault::Enforces(Enforced::Finer { parts: 3 })]),
        ..FOUND
    },
    Defect {
        id: "window-longer",
        description: "the window is one and a half times as long as documented",
        limits: &["CT003", "RA005", "ST003", "PF002"],
        also: &["GP001", "RC006", "RC004"],
        how: How::Limit(&[Fault::Enforces(Enforced::Window { percent: 150 })]),
        ..FOUND
    },
    Defect {
        id: "check-then-act",
        description: "counts are read, and written back two milliseconds later: requests in between are lost",
        limits: &["CC001", "CC002", "CT001"],
        also: &["CT002", "CC003", "HD004", "PF002"],
        how: How::Limit(&[Fault::Races { gap: Duration::from_millis(2) }]),
        ..FOUND
    },
    Defect {
        id: "nodes-by-connection",
        description: "three nodes count for themselves and take connections in turn",
        limits: &["CC001", "CC003"],
        also: &["CC002", "CT002", "IS005", "RC002", "RC003", "PF002"],
        how: How::Limit(&[Fault::Identity(Identity::Nodes { count: 3 })]),
        ..FOUND
    },
    Defect {
        id: "nodes-by-request",
        description: "three nodes count for themselves and take requests in turn",
        limits: &["CT001", "CC001", "HD004"],
        also: &["CC002", "CC003", "CT002", "CT004", "HD005", "IS002", "PF002", "RC002", "RC003", "RC004"],
        how: How::Limit(&[Fault::Identity(Identity::NodesByRequest { count: 3 })]),
        ..FOUND
    },
    Defect {
        id: "limit-per-connection",
        description: "each connection has a limit of its own",
        limits: &["CC003"],
        also: &["CC001", "CC002", "CT002", "IS005", "PF002", "RC002", "RC003"],
        how: How::Limit(&[Fault::Identity(Identity::PerConnection)]),
        ..FOUND
    },
    Defect {
        id: "limiter-fails-open",
        description: "the store of the limiter is away: all is admitted, -1 requests remain",
        expected: &["LIM001"],
        limits: &["CT001", "HD002"],
        also: &["CC001", "CC002", "CT002"],
        how: How::Limit(&[Fault::FailsOpen]),
        ..FOUND
    },
    Defect {
        id: "keys-share-a-limit",
        description: "all keys use up the same limit, as they come from one address",
        expected: &["EXP001"],
        limits: &["IS001"],
        how: How::Limit(&[Fault::Identity(Identity::Shared)]),
        ..SHARED
    },
    Defect {
        id: "limit-per-route",
        description: "each route has a limit of its own for a key",
        limits: &["IS002"],
        also: &["RC002", "RC003"],
        how: How::Limit(&[Fault::Identity(Identity::PerRoute)]),
        ..SHARED
    },
    Defect {
        id: "unauthorized-counted",
        description: "requests without a good key use up the limits of all keys",
        limits: &["IS003"],
        how: How::Limit(&[Fault::Counts(Class::Unauthorized)]),
        ..SHARED
    },
    Defect {
        id: "forwarded-for-trusted",
        description: "another X-Forwarded-For is another limit",
        limits: &["IS004"],
        how: How::Limit(&[Fault::Identity(Identity::ForwardedFor)]),
        ..SHARED
    },
    Defect {
        id: "limit-per-target",
        description: "another spelling of the same address, such as with `?x=1`, is another limit",
        limits: &["IS005"],
        how: How::Limit(&[Fault::Identity(Identity::RawTarget)]),
        ..SHARED
    },
    Defect {
        id: "http2-never-limited",
        description: "requests over HTTP/2 are answered before the limit is asked",
        breaks: REFUSED,
        limits: &["IS005", "CC003"],
        also: &["CC001", "CT002", "HD001"],
        how: How::Limit(&[Fault::NeverLimitsHttp2]),
        ..SHARED
    },
    Defect {
        id: "preflight-counted",
        description: "preflights use up the limit, and are refused when it is used up",
        limits: &["IS006"],
        how: How::Limit(&[Fault::Counts(Class::Preflight)]),
        ..SHARED
    },
    Defect {
        id: "health-counted",
        description: "questions for the health use up the limit, and are refused when it is used up",
        limits: &["IS006"],
        how: How::Limit(&[Fault::Counts(Class::Health)]),
        ..SHARED
    },
    Defect {
        id: "refused-write-is-done",
        description: "a write is done before the limit is asked, and then refused",
        breaks: REFUSED,
        limits: &["WS001"],
        how: How::Limit(&[Fault::EffectFirst]),
        ..FOUND
    },
    // A suite sees it, too, but only after minutes of waiting.
    Defect {
        id: "limit-delays",
        description: "requests over the limit wait for their turn and are never refused",
        breaks: REFUSED,
        limits: &["CT001"],
        how: How::Limit(&[Fault::Delays]),
        ..FOUND
    },
    Defect {
        id: "list-never-limited",
        description: "the list of leads is answered before the limit is asked",
        breaks: REFUSED,
        expected: &["EXP001"],
        limits: &["CT001"],
        also: &["CC001", "CT002", "HD001"],
        how: How::Limit(&[Fault::NeverLimits { route: "GET /leads" }]),
        ..FOUND
    },
    Defect {
        id: "refusal-cut-now-and-then",
        description: "one in 100 refusals has a body that is cut in the middle",
        breaks: "error format: all errors have one structure",
        limits: &["EN001"],
        also: &["EN002"],
        how: How::Limit(&[Fault::Malformed { one_in: 100 }]),
        ..FOUND
    },
    Defect {
        id: "remaining-before",
        description: "X-RateLimit-Remaining counts the request itself as one that remains",
        limits: &["HD005"],
        how: How::Limit(&[Fault::Headers(Headers::RemainingBefore)]),
        ..HEADERS
    },
    Defect {
        id: "remaining-below-zero",
        description: "X-RateLimit-Remaining goes on below zero with each refusal",
        expected: &["LIM001"],
        limits: &["HD002", "HD005"],
        how: How::Limit(&[Fault::Headers(Headers::RemainingBelowZero)]),
        ..HEADERS
    },
    Defect {
        id: "remaining-lags",
        description: "X-RateLimit-Remaining does not know the requests of the last two milliseconds",
        limits: &["CC002"],
        also: &["CT004", "HD004", "HD005"],
        how: How::Limit(&[Fault::Headers(Headers::RemainingLags { gap: Duration::from_millis(2) })]),
        ..HEADERS
    },
    Defect {
        id: "limit-header-varies",
        description: "X-RateLimit-Limit goes up and down by one",
        limits: &["HD003"],
        also: &["CT003"],
        how: How::Limit(&[Fault::Headers(Headers::LimitVaries)]),
        ..HEADERS
    },
    Defect {
        id: "limit-header-doubled",
        description: "X-RateLimit-Limit is twice the limit",
        limits: &["CT003"],
        how: How::Limit(&[Fault::Headers(Headers::LimitDoubled)]),
        ..HEADERS
    },
    Defect {
        id: "reset-epoch",
        description: "X-RateLimit-Reset is the second since 1970, not seconds from now",
        limits: &["HD006"],
        how: How::Limit(&[Fault::Headers(Headers::ResetEpoch)]),
        ..HEADERS
    },
    Defect {
        id: "reset-constant",
        description: "X-RateLimit-Reset is always the whole window",
        limits: &["HD006"],
        from_window: TWO_SECONDS,
        how: How::Limit(&[Fault::Headers(Headers::ResetConstant)]),
        ..HEADERS
    },
];
