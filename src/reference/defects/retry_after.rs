//! What a client is told when a limit is used up.

use super::edit::{add_header, drop_header, header, set_header};
use super::{Defect, How, On};
use crate::limiter::{Fault, Headers, RetryAfter};
use crate::reference::reply::Reply;

const WAIT: &str = "example clients: wait the seconds of Retry-After";
const GRAMMAR: &str = "RFC 9110 section 10.2.3: seconds or an HTTP-date";
const ONCE: &str = "RFC 9110 section 5.3: a field without a list has one line";
const STANDING: &str = "troubleshooting: responses have rate limit headers";
const NAME: &str = "Retry-After";

const ERRORS: Defect = Defect { breaks: GRAMMAR, expected: &["RTA003"], ..Defect::of("retry-after") };
const HEADERS: Defect = Defect { breaks: STANDING, expected: &[], on: On::All, ..ERRORS };

/// Changes Retry-After where a limit is used up.
fn wait(reply: &mut Reply, change: impl Fn(&str) -> String) {
    if reply.status == 429 {
        set_header(&mut reply.headers, NAME, change);
    }
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "retry-after-missing",
        description: "a 429 has no Retry-After",
        breaks: WAIT,
        expected: &["RTA001"],
        limits: &["RA001"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Missing)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-renamed",
        description: "a 429 has X-Retry-After instead",
        breaks: WAIT,
        expected: &["RTA001"],
        limits: &["RA001"],
        how: How::Reply(|reply, _| {
            if reply.status == 429
                && let Some(seconds) = header(&reply.headers, NAME).map(str::to_owned)
            {
                drop_header(&mut reply.headers, NAME);
                add_header(&mut reply.headers, "X-Retry-After", &seconds);
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "retry-after-missing-for-a-day",
        description: "only a daily quota that is used up has no Retry-After",
        breaks: WAIT,
        expected: &["RTA001"],
        limits: &["RA001"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::MissingForDay)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-twice",
        description: "Retry-After is sent in two lines that differ",
        breaks: ONCE,
        expected: &["RTA002"],
        limits: &["RA002"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Twice)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-empty",
        description: "Retry-After is empty",
        limits: &["RA003"],
        how: How::Reply(|reply, _| wait(reply, |_| String::new())),
        ..ERRORS
    },
    Defect {
        id: "retry-after-negative",
        description: "Retry-After is negative",
        limits: &["RA003"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Negative)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-fraction",
        description: "Retry-After has a fraction",
        limits: &["RA003"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Fraction)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-unit",
        description: "Retry-After has a unit",
        limits: &["RA003"],
        how: How::Reply(|reply, _| wait(reply, |seconds| format!("{seconds}s"))),
        ..ERRORS
    },
    Defect {
        id: "retry-after-words",
        description: "Retry-After says `later`",
        limits: &["RA003"],
        how: How::Reply(|reply, _| wait(reply, |_| "later".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "retry-after-nan",
        description: "Retry-After is NaN",
        limits: &["RA003"],
        how: How::Reply(|reply, _| wait(reply, |_| "NaN".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "retry-after-timestamp",
        description: "Retry-After is a timestamp as of RFC 3339",
        limits: &["RA003"],
        how: How::Reply(|reply, _| wait(reply, |_| "2030-01-01T00:00:00Z".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "retry-after-zero",
        description: "Retry-After is 0, which invites to come back at once",
        breaks: WAIT,
        expected: &["RTA004"],
        limits: &["RA004", "RC001"],
        also: &["GP001", "HD006", "RC004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Zero)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-date",
        description: "Retry-After is an HTTP-date, which the example clients cannot read",
        breaks: WAIT,
        expected: &["RTA004"],
        limits: &["RA004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Date { skew: 0 })]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-days",
        description: "Retry-After asks for four months",
        breaks: WAIT,
        expected: &["RTA005"],
        limits: &["RA005"],
        how: How::Reply(|reply, _| wait(reply, |_| "9999999".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "retry-after-epoch",
        description: "Retry-After is the second since 1970 at which to come back",
        breaks: WAIT,
        expected: &["RTA005"],
        limits: &["RA005"],
        also: &["HD006", "RC002", "RC003", "RC004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Epoch)]),
        ..ERRORS
    },
    Defect {
        id: "retry-after-milliseconds",
        description: "Retry-After counts milliseconds",
        breaks: WAIT,
        expected: &["RTA005"],
        limits: &["RA005"],
        also: &["HD006", "RC002", "RC003", "RC004"],
        how: How::Limit(&[Fault::RetryAfter(RetryAfter::Milliseconds)]),
        ..ERRORS
    },
    Defect {
        id: "limit-headers-missing",
        description: "no answer has rate limit headers",
        expected: &["EXP005"],
        limits: &["HD001"],
        how: How::Limit(&[Fault::Headers(Headers::Missing)]),
        ..HEADERS
    },
    Defect {
        id: "limit-headers-missing-when-used-up",
        description: "the answer that needs them, the 429, has no rate limit headers",
        expected: &["EXP005"],
        limits: &["HD001"],
        how: How::Limit(&[Fault::Headers(Headers::MissingOnRefusals)]),
        ..HEADERS
    },
    Defect {
        id: "limit-remaining-untrue",
        description: "a 429 says that one request remains",
        expected: &["LIM002"],
        limits: &["HD005"],
        how: How::Reply(|reply, _| {
            if reply.status == 429 {
                set_header(&mut reply.headers, "X-RateLimit-Remaining", |_| "1".to_owned());
            }
        }),
        ..HEADERS
    },
    Defect {
        id: "limit-remaining-negative",
        description: "a 429 says that -1 requests remain",
        expected: &["LIM001"],
        limits: &["HD002"],
        how: How::Reply(|reply, _| {
            if reply.status == 429 {
                set_header(&mut reply.headers, "X-RateLimit-Remaining", |_| "-1".to_owned());
            }
        }),
        ..HEADERS
    },
    Defect {
        id: "limit-header-words",
        description: "X-RateLimit-Limit is a sentence",
        expected: &["LIM001"],
        limits: &["HD002"],
        how: How::Reply(|reply, _| {
            set_header(&mut reply.headers, "X-RateLimit-Limit", |limit| format!("{limit} per window"));
        }),
        ..HEADERS
    },
    Defect {
        id: "limit-reset-past",
        description: "X-RateLimit-Reset is negative",
        expected: &["LIM001"],
        limits: &["HD006"],
        how: How::Reply(|reply, _| {
            set_header(&mut reply.headers, "X-RateLimit-Reset", |seconds| format!("-{seconds}"));
        }),
        ..HEADERS
    },
];
