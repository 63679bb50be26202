//! Timestamps that are no RFC 3339 in UTC with milliseconds, or not the time. Only the flat API has them.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;

use super::edit::{object, set};
use super::{Apis, Defect, How};
use crate::reference::reply::Reply;
use crate::reference::timestamp::rfc3339;

const FORM: &str = "error format: the timestamp, as 2024-01-16T10:30:00.000Z";
const TIME: &str = "error format: when the error occurred";

const ERRORS: Defect =
    Defect { apis: Apis::Flat, breaks: FORM, expected: &["TIM001"], ..Defect::of("timestamp") };

fn put(reply: &mut Reply, value: impl Into<Value>) {
    set(reply, "timestamp", value);
}

fn rewrite(reply: &mut Reply, change: impl Fn(&str) -> String) {
    let text = reply.body.as_ref().and_then(|body| body["timestamp"].as_str()).map(change);
    put(reply, text);
}

fn seconds() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "timestamp-missing",
        description: "errors have no timestamp",
        how: How::Reply(|reply, _| drop(object(reply).and_then(|body| body.shift_remove("timestamp")))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-null",
        description: "the timestamp is null",
        how: How::Reply(|reply, _| put(reply, Value::Null)),
        ..ERRORS
    },
    Defect {
        id: "timestamp-empty",
        description: "the timestamp is empty",
        how: How::Reply(|reply, _| put(reply, "")),
        ..ERRORS
    },
    Defect {
        id: "timestamp-epoch-seconds",
        description: "the timestamp is a number of seconds",
        how: How::Reply(|reply, _| put(reply, seconds())),
        ..ERRORS
    },
    Defect {
        id: "timestamp-epoch-text",
        description: "the timestamp is a number of milliseconds, as a text",
        how: How::Reply(|reply, _| put(reply, format!("{}000", seconds()))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-http-date",
        description: "the timestamp has the form of the Date header",
        how: How::Reply(|reply, _| put(reply, httpdate::fmt_http_date(SystemTime::now()))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-with-space",
        description: "a space stands between date and time",
        expected: &["ENV001"],
        how: How::Reply(|reply, _| rewrite(reply, |text| text.replace('T', " "))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-date-only",
        description: "the timestamp is a date",
        how: How::Reply(|reply, _| rewrite(reply, |text| text[..10].to_owned())),
        ..ERRORS
    },
    Defect {
        id: "timestamp-without-zone",
        description: "the timestamp has no zone",
        how: How::Reply(|reply, _| rewrite(reply, |text| text.replace('Z', ""))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-impossible",
        description: "the timestamp is the 30th of February",
        how: How::Reply(|reply, _| rewrite(reply, |text| format!("{}-02-30{}", &text[..4], &text[10..]))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-offset-without-colon",
        description: "the timestamp has the offset `+0000`",
        how: How::Reply(|reply, _| rewrite(reply, |text| text.replace('Z', "+0000"))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-offset-zero",
        description: "UTC is written `+00:00`",
        expected: &["TIM002"],
        how: How::Reply(|reply, _| rewrite(reply, |text| text.replace('Z', "+00:00"))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-local",
        description: "the timestamp is the right time in another zone",
        expected: &["TIM002"],
        how: How::Reply(|reply, _| {
            let local = rfc3339(SystemTime::now() + 2 * HOUR);
            put(reply, local.replace('Z', "+02:00"));
        }),
        ..ERRORS
    },
    Defect {
        id: "timestamp-without-milliseconds",
        description: "the timestamp ends at the second",
        expected: &["TIM003"],
        how: How::Reply(|reply, _| rewrite(reply, |text| format!("{}Z", &text[..19]))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-microseconds",
        description: "the timestamp has six digits of a second",
        expected: &["TIM003"],
        how: How::Reply(|reply, _| rewrite(reply, |text| text.replace('Z', "000Z"))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-constant",
        description: "every timestamp is that of the documentation's example",
        breaks: TIME,
        expected: &["TIM004"],
        how: How::Reply(|reply, _| put(reply, "2024-01-16T10:30:00.000Z")),
        ..ERRORS
    },
    Defect {
        id: "timestamp-hour-late",
        description: "the clock is an hour behind",
        breaks: TIME,
        expected: &["TIM004"],
        how: How::Reply(|reply, _| put(reply, rfc3339(SystemTime::now() - HOUR))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-local-as-utc",
        description: "a local time, two hours ahead, is sold as UTC",
        breaks: TIME,
        expected: &["TIM004"],
        how: How::Reply(|reply, _| put(reply, rfc3339(SystemTime::now() + 2 * HOUR))),
        ..ERRORS
    },
    Defect {
        id: "timestamp-epoch-zero",
        description: "every timestamp is the start of 1970",
        breaks: TIME,
        expected: &["TIM004"],
        how: How::Reply(|reply, _| put(reply, rfc3339(SystemTime::UNIX_EPOCH))),
        ..ERRORS
    },
];
