//! Answers that no HTTP library would send: cut, contradictory, or no HTTP at all.

use super::{Apis, Defect, How};
use crate::reference::proxy::Bytes;

const LENGTH: &str = "RFC 9112 section 6.3: the length of a body";
const CUT: &str = "RFC 9112 section 8: incomplete messages";
const CHUNKS: &str = "RFC 9112 section 7.1: chunks";
const HEAD: &str = "RFC 9112 section 2.1: the form of a message";
const STATUS_LINE: &str = "RFC 9112 section 4: the status line";
const FIELDS: &str = "RFC 9112 section 5: header lines";
const FRAMING: &str = "Content-Length";

/// What a client does not take for an answer at all.
const ERRORS: Defect = Defect { breaks: HEAD, ..Defect::of("transport") };
/// What a client takes for an answer whose body ends too early.
const SHORT: Defect = Defect { breaks: CUT, expected: &["HTP004"], ..ERRORS };

/// Changes the head as text.
fn rehead(answer: &mut Bytes, change: impl Fn(&str) -> String) {
    answer.head = change(&String::from_utf8_lossy(&answer.head)).into_bytes();
}

/// Changes the value of a header line.
fn reline(answer: &mut Bytes, name: &str, change: impl Fn(&str) -> String) {
    rehead(answer, |head| {
        let line = |line: &str| match line.split_once(": ") {
            Some((known, value)) if known.eq_ignore_ascii_case(name) => format!("{known}: {}", change(value)),
            _ => line.to_owned(),
        };
        head.split("\r\n").map(line).collect::<Vec<_>>().join("\r\n")
    });
}

/// Removes a header line.
fn without(answer: &mut Bytes, name: &str) {
    let is_it = |line: &str| line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name));
    rehead(answer, |head| head.split("\r\n").filter(|line| !is_it(line)).collect::<Vec<_>>().join("\r\n"));
}

/// Puts bytes behind the last header line.
fn append(answer: &mut Bytes, line: &[u8]) {
    answer.head.truncate(answer.head.len().saturating_sub(2));
    answer.head.extend_from_slice(line);
    answer.head.extend_from_slice(b"\r\n\r\n");
}

/// Sends the body in chunks of the given form.
fn chunked(answer: &mut Bytes, chunks: impl Fn(&str) -> String) {
    without(answer, FRAMING);
    append(answer, b"transfer-encoding: chunked");
    answer.body = chunks(&String::from_utf8_lossy(&answer.body)).into_bytes();
}

/// One number more or less than the length of the body.
fn lengthen(answer: &mut Bytes, by: i64) {
    reline(answer, FRAMING, |length| (length.parse().unwrap_or(0_i64) + by).to_string());
}

/// Something else instead of the answer.
fn instead(answer: &mut Bytes, bytes: &[u8]) {
    answer.head = bytes.to_vec();
    answer.body.clear();
}

/// Another status line.
fn status_line(answer: &mut Bytes, change: impl Fn(&str) -> String) {
    rehead(answer, |head| match head.split_once("\r\n") {
        Some((line, rest)) => format!("{}\r\n{rest}", change(line)),
        None => head.to_owned(),
    });
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "cut-in-body",
        description: "the connection ends in the middle of the body",
        how: How::Transport(|answer| answer.body.truncate(answer.body.len() / 2)),
        ..SHORT
    },
    Defect {
        id: "cut-before-body",
        description: "the connection ends before the body",
        how: How::Transport(|answer| answer.body.clear()),
        ..SHORT
    },
    Defect {
        id: "cut-in-head",
        description: "the connection ends in the middle of the head",
        breaks: CUT,
        expected: &["HTP023"],
        how: How::Transport(|answer| {
            answer.head.truncate(answer.head.len() / 2);
            answer.body.clear();
        }),
        ..ERRORS
    },
    Defect {
        id: "no-answer",
        description: "the connection ends without an answer",
        breaks: CUT,
        expected: &["HTP023"],
        how: How::Transport(|answer| instead(answer, b"")),
        ..ERRORS
    },
    Defect {
        id: "only-interim",
        description: "the connection ends after a `100 Continue`",
        breaks: "RFC 9110 section 15.2: a final response follows",
        expected: &["HTP023"],
        how: How::Transport(|answer| instead(answer, b"HTTP/1.1 100 Continue\r\n\r\n")),
        ..ERRORS
    },
    Defect {
        id: "garbage",
        description: "the greeting of a secure shell is the answer",
        expected: &["HTP005"],
        how: How::Transport(|answer| instead(answer, b"SSH-2.0-OpenSSH_9.6\r\n")),
        ..ERRORS
    },
    Defect {
        id: "tls-alert",
        description: "an alert of TLS is the answer",
        expected: &["HTP005"],
        how: How::Transport(|answer| instead(answer, &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])),
        ..ERRORS
    },
    Defect {
        id: "no-head",
        description: "the body comes without a head",
        expected: &["HTP005"],
        how: How::Transport(|answer| answer.head.clear()),
        ..ERRORS
    },
    Defect {
        id: "length-too-large",
        description: "Content-Length is ten bytes too large",
        breaks: LENGTH,
        how: How::Transport(|answer| lengthen(answer, 10)),
        ..SHORT
    },
    Defect {
        id: "length-too-small",
        description: "Content-Length is five bytes too small",
        breaks: LENGTH,
        expected: &["ENV003"],
        how: How::Transport(|answer| lengthen(answer, -5)),
        ..ERRORS
    },
    Defect {
        id: "lengths-differ",
        description: "two lines of Content-Length differ",
        breaks: LENGTH,
        expected: &["HTP005"],
        how: How::Transport(|answer| append(answer, b"content-length: 7")),
        ..ERRORS
    },
    Defect {
        id: "length-negative",
        description: "Content-Length is negative",
        breaks: LENGTH,
        expected: &["HTP005"],
        how: How::Transport(|answer| reline(answer, FRAMING, |length| format!("-{length}"))),
        ..ERRORS
    },
    Defect {
        id: "chunk-size-not-hex",
        description: "the size of a chunk is no number",
        breaks: CHUNKS,
        how: How::Transport(|answer| chunked(answer, |body| format!("size\r\n{body}\r\n0\r\n\r\n"))),
        ..SHORT
    },
    Defect {
        id: "chunk-too-short",
        description: "a chunk is shorter than its size says",
        breaks: CHUNKS,
        how: How::Transport(|answer| {
            chunked(answer, |body| format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len() - 3));
        }),
        ..SHORT
    },
    Defect {
        id: "chunk-last-missing",
        description: "the last chunk never comes",
        breaks: CHUNKS,
        how: How::Transport(|answer| chunked(answer, |body| format!("{:x}\r\n{body}\r\n", body.len()))),
        ..SHORT
    },
    Defect {
        id: "chunked-with-length",
        description: "a body in chunks has a Content-Length, too",
        breaks: LENGTH,
        expected: &["HTP009"],
        how: How::Transport(|answer| {
            let line = format!("content-length: {}", answer.body.len());
            chunked(answer, |body| format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
            append(answer, line.as_bytes());
        }),
        ..ERRORS
    },
    Defect {
        id: "header-not-text",
        description: "the bytes of X-Request-Id are no text",
        breaks: "RFC 9110 section 5.5: the bytes of a field",
        expected: &["RID003"],
        apis: Apis::Nested,
        how: How::Transport(|answer| {
            without(answer, "x-request-id");
            append(answer, b"x-request-id: req_\xc3\x28\xff");
        }),
        ..ERRORS
    },
    Defect {
        id: "header-without-colon",
        description: "a header line has no colon",
        breaks: FIELDS,
        expected: &["HTP005"],
        how: How::Transport(|answer| append(answer, b"X-Trace 4711")),
        ..ERRORS
    },
    Defect {
        id: "header-with-space",
        description: "a space stands before the colon of a header line",
        breaks: "RFC 9112 section 5.1: no space before the colon",
        expected: &["HTP005"],
        how: How::Transport(|answer| append(answer, b"X-Trace : 4711")),
        ..ERRORS
    },
    Defect {
        id: "header-folded",
        description: "a header line goes on in the next",
        breaks: "RFC 9112 section 5.2: no folded lines",
        expected: &["HTP005"],
        how: How::Transport(|answer| append(answer, b"X-Trace: 47\r\n 11")),
        ..ERRORS
    },
    Defect {
        id: "header-with-nul",
        description: "a NUL byte stands in a header line",
        breaks: "RFC 9110 section 5.5: the bytes of a field",
        expected: &["HTP005"],
        how: How::Transport(|answer| append(answer, b"X-Trace: 47\x0011")),
        ..ERRORS
    },
    Defect {
        id: "header-flood",
        description: "the head has 500 lines",
        breaks: "RFC 9110 section 5.4: fields of a reasonable size",
        expected: &["HTP005"],
        how: How::Transport(|answer| {
            let lines: Vec<String> = (0..500).map(|number| format!("X-Trace-{number}: 1")).collect();
            append(answer, lines.join("\r\n").as_bytes());
        }),
        ..ERRORS
    },
    Defect {
        id: "media-type-twice",
        description: "two lines of Content-Type differ",
        breaks: "RFC 9110 section 8.3: one media type",
        expected: &["HTP021"],
        how: How::Transport(|answer| append(answer, b"content-type: text/html")),
        ..ERRORS
    },
    Defect {
        id: "version-1-0",
        description: "the answer is HTTP/1.0",
        breaks: "RFC 9110 section 6.2: the highest version that is conformed to",
        expected: &["HTP022"],
        how: How::Transport(|answer| status_line(answer, |line| line.replace("HTTP/1.1", "HTTP/1.0"))),
        ..ERRORS
    },
    Defect {
        id: "version-9",
        description: "the answer is HTTP/9.9",
        breaks: STATUS_LINE,
        expected: &["HTP005"],
        how: How::Transport(|answer| status_line(answer, |line| line.replace("HTTP/1.1", "HTTP/9.9"))),
        ..ERRORS
    },
    Defect {
        id: "status-missing",
        description: "the status line has no number",
        breaks: STATUS_LINE,
        expected: &["HTP005"],
        how: How::Transport(|answer| status_line(answer, |_| "HTTP/1.1 Not Found".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "status-two-digits",
        description: "the status has two digits",
        breaks: STATUS_LINE,
        expected: &["HTP005"],
        how: How::Transport(|answer| status_line(answer, |_| "HTTP/1.1 40 Bad Request".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "status-204",
        description: "errors have the status 204, which has no body, and a body",
        breaks: "RFC 9110 section 15.3.5: 204 has no content",
        expected: &["EXP001"],
        how: How::Transport(|answer| status_line(answer, |_| "HTTP/1.1 204 No Content".to_owned())),
        ..ERRORS
    },
    Defect {
        id: "date-missing",
        description: "errors have no Date",
        breaks: "RFC 9110 section 6.6.1: Date",
        expected: &["HTP003"],
        limits: &["DT001"],
        how: How::Transport(|answer| without(answer, "date")),
        ..ERRORS
    },
    Defect {
        id: "date-not-gmt",
        description: "Date is a timestamp as of RFC 3339",
        breaks: "RFC 9110 section 5.6.7: the form of dates",
        expected: &["HTP003"],
        how: How::Transport(|answer| reline(answer, "date", |_| "2024-01-16T10:30:00Z".to_owned())),
        ..ERRORS
    },
];
