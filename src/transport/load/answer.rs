//! Reads one HTTP/1.1 answer out of the bytes that have come so far: where its head ends, how long its body is.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use httparse::{EMPTY_HEADER, Status};

use super::super::body;
use crate::model::{Cut, Header, Request, Response, TransportError, TransportErrorKind};

/// Most header lines of an answer.
const LINES: usize = 128;
/// Longest line before a chunk or behind the last one, in bytes.
const CHUNK_LINE: usize = 8 << 10;

/// How much of an answer is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes of a head.
    pub head: usize,
    /// Most bytes of a body; the rest is cut.
    pub body: usize,
}

/// How a body ends (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    Close,
}

/// A head that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    status: u16,
    length: usize,
    framing: Framing,
    keep_alive: bool,
}

/// An answer as it lies in the bytes.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where the head ends.
    pub head: usize,
    /// The body, if it lies there in one piece.
    body: Range<usize>,
    /// The body, if it came in chunks.
    joined: Option<Vec<u8>>,
    /// Bytes of the whole answer.
    pub length: usize,
    /// Whether the connection may be used again.
    pub keep_alive: bool,
    /// Why the body is not whole.
    pub cut: Option<Cut>,
}

impl Answer {
    /// The body as it came, chunks joined.
    pub fn body<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        match &self.joined {
            Some(joined) => joined,
            None => bytes.get(self.body.clone()).unwrap_or_default(),
        }
    }

    /// The answer as every judge knows it.
    pub fn response(
        &self,
        bytes: &[u8],
        request: &Request,
        first_byte: Duration,
        received_at: SystemTime,
        limits: Limits,
    ) -> Response {
        let mut lines = [EMPTY_HEADER; LINES];
        let mut parser = httparse::Response::new(&mut lines);
        let _ = parser.parse(bytes.get(..self.head).unwrap_or_default());
        let version = if parser.version == Some(0) { "HTTP/1.0" } else { "HTTP/1.1" };
        let headers: Vec<Header> = parser
            .headers
            .iter()
            .map(|line| Header {
                name: line.name.to_ascii_lowercase(),
                value: Bytes::copy_from_slice(line.value),
            })
            .collect();
        let coding = headers.iter().find(|header| header.name == "content-encoding");
        let (decoded, fault) = match coding {
            Some(coding) => body::decoded(&coding.value, self.body(bytes), limits.body),
            None => (Bytes::copy_from_slice(self.body(bytes)), None),
        };
        Response {
            version,
            status: self.status,
            headers,
            body: decoded,
            cut: self.cut.clone().or(fault),
            first_byte,
            received_at,
            url: request.url.clone(),
        }
    }
}

/// Reads as far as it goes. `head` keeps the head once it is read, and `start` moves behind interim answers. `None` means
/// that more bytes are needed, unless `ended`: then there is always a result.
pub(super) fn read(
    all: &[u8],
    start: &mut usize,
    head: &mut Option<Head>,
    (bodiless, ended): (bool, bool),
    limits: Limits,
) -> Result<Option<Answer>, TransportError> {
    let found = loop {
        if let Some(found) = head {
            break *found;
        }
        match read_head(all.get(*start..).unwrap_or_default(), bodiless, limits)? {
            Some(interim) if (100..200).contains(&interim.status) && interim.status != 101 => {
                *start += interim.length;
            }
            Some(found) => {
                *head = Some(found);
                break found;
            }
            None if ended => return Err(closed(all.is_empty())),
            None => return Ok(None),
        }
    };
    let bytes = all.get(*start..).unwrap_or_default();
    let Head { status, length, framing, keep_alive } = found;
    let mut answer =
        Answer { status, head: length, body: length..length, joined: None, length, keep_alive, cut: None };
    match framing {
        Framing::Length(body) => {
            let there = bytes.len() - length;
            let taken = body.min(limits.body);
            if there < taken && !ended {
                return Ok(None);
            }
            answer.body = length..length + taken.min(there);
            answer.length = answer.body.end;
            if body > limits.body && there >= taken {
                answer.cut = Some(Cut::TooLarge(limits.body));
            } else if there < body {
                answer.cut = Some(Cut::Broken(format!("the connection ended after {there} of {body} bytes")));
            }
        }
        Framing::Close => {
            let there = bytes.len() - length;
            if there <= limits.body && !ended {
                return Ok(None);
            }
            answer.cut = (there > limits.body).then_some(Cut::TooLarge(limits.body));
            answer.body = length..length + there.min(limits.body);
            answer.length = answer.body.end;
        }
        Framing::Chunked => {
            let (joined, end) = chunks(bytes.get(length..).unwrap_or_default(), limits.body);
            answer.cut = match end {
                Chunks::Whole(end) => {
                    answer.length = length + end;
                    None
                }
                Chunks::More if !ended => return Ok(None),
                Chunks::More => Some(Cut::Broken("the connection ended before the last chunk".to_owned())),
                Chunks::TooLarge => Some(Cut::TooLarge(limits.body)),
                Chunks::Broken => Some(Cut::Broken("a chunk does not begin with its size".to_owned())),
            };
            answer.joined = Some(joined);
        }
    }
    answer.keep_alive &= answer.cut.is_none() && !ended && answer.length == bytes.len();
    Ok(Some(answer))
}

fn read_head(bytes: &[u8], bodiless: bool, limits: Limits) -> Result<Option<Head>, TransportError> {
    let mut lines = [EMPTY_HEADER; LINES];
    let mut parser = httparse::Response::new(&mut lines);
    let length = match parser.parse(bytes) {
        Ok(Status::Complete(length)) if length <= limits.head => length,
        Ok(Status::Partial) if bytes.len() < limits.head => return Ok(None),
        Ok(_) => return Err(not_http(format!("the head is longer than {} bytes", limits.head))),
        Err(error) => return Err(not_http(format!("the answer is not HTTP/1.1: {error}"))),
    };
    let status = parser.code.unwrap_or_default();
    let mut keep_alive = parser.version == Some(1);
    let (mut size, mut chunked, mut coded) = (None, false, false);
    for line in parser.headers.iter() {
        if line.name.eq_ignore_ascii_case("content-length") {
            let value = std::str::from_utf8(line.value).ok().map(str::trim);
            let digits =
                value.filter(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()));
            let value: usize = digits
                .and_then(|value| value.parse().ok())
                .ok_or_else(|| not_http("its content-length is no length".to_owned()))?;
            if size.is_some_and(|known| known != value) {
                return Err(not_http("it has two lengths that differ".to_owned()));
            }
            size = Some(value);
        } else if line.name.eq_ignore_ascii_case("transfer-encoding") {
            coded = true;
            chunked = line.value.trim_ascii().to_ascii_lowercase().ends_with(b"chunked");
        } else if line.name.eq_ignore_ascii_case("connection") {
            let value = line.value.to_ascii_lowercase();
            let has = |word: &[u8]| value.split(|byte| *byte == b',').any(|part| part.trim_ascii() == word);
            keep_alive = if has(b"close") { false } else { keep_alive || has(b"keep-alive") };
        }
    }
    let framing = match (bodiless || matches!(status, 100..200 | 204 | 304), coded, chunked, size) {
        (true, ..) => Framing::Length(0),
        (_, true, true, _) => Framing::Chunked,
        (_, true, false, _) | (_, false, _, None) => Framing::Close,
        (_, false, _, Some(size)) => Framing::Length(size),
    };
    keep_alive &= framing != Framing::Close && !(coded && size.is_some()) && status != 101;
    Ok(Some(Head { status, length, framing, keep_alive }))
}

/// How far the chunks go.
#[derive(Debug, PartialEq, Eq)]
enum Chunks {
    Whole(usize),
    More,
    TooLarge,
    Broken,
}

/// Joins chunks (RFC 9112, section 7.1), trailers left out.
fn chunks(bytes: &[u8], most: usize) -> (Vec<u8>, Chunks) {
    let (mut joined, mut at) = (Vec::new(), 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (size, line) = match httparse::parse_chunk_size(rest) {
            Ok(Status::Complete((line, size))) => (usize::try_from(size).unwrap_or(usize::MAX), line),
            Ok(Status::Partial) if rest.len() <= CHUNK_LINE => return (joined, Chunks::More),
            Ok(Status::Partial) | Err(_) => return (joined, Chunks::Broken),
        };
        at += line;
        if size == 0 {
            break;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let room = most - joined.len();
        joined.extend_from_slice(&rest[..rest.len().min(size).min(room)]);
        if size > room {
            return (joined, Chunks::TooLarge);
        }
        match rest.get(size..).map(|end| (end.first(), end.get(1))) {
            Some((Some(b'\r'), Some(b'\n'))) => at += size + 2,
            Some((Some(b'\r'), None) | (None, _)) | None => return (joined, Chunks::More),
            Some(_) => return (joined, Chunks::Broken),
        }
    }
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.windows(2).position(|pair| pair == b"\r\n") {
            Some(0) => return (joined, Chunks::Whole(at + 2)),
            Some(end) => at += end + 2,
            None if rest.len() > CHUNK_LINE => return (joined, Chunks::Broken),
            None => return (joined, Chunks::More),
        }
    }
}

fn closed(silent: bool) -> TransportError {
    let message = if silent {
        "the connection was closed before an answer began"
    } else {
        "the connection was closed before the head of the answer was whole"
    };
    TransportError { kind: TransportErrorKind::Closed, message: message.to_owned() }
}

fn not_http(message: String) -> TransportError {
    TransportError { kind: TransportErrorKind::NotHttp, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { head: 1_000, body: 40 };

    /// The status, the body, what else is in the answer, and whether the connection stays.
    type Seen = Result<Option<(u16, String, Option<Cut>, bool)>, TransportErrorKind>;

    fn seen(text: &str, bodiless: bool, ended: bool) -> Seen {
        let mut start = 0;
        let answer = read(text.as_bytes(), &mut start, &mut None, (bodiless, ended), LIMITS);
        let answer = answer.map_err(|error| error.kind)?;
        Ok(answer.map(|answer| {
            let body = String::from_utf8_lossy(answer.body(&text.as_bytes()[start..])).into_owned();
            (answer.status, body, answer.cut, answer.keep_alive)
        }))
    }

    fn whole(status: u16, body: &str, keep_alive: bool) -> Seen {
        Ok(Some((status, body.to_owned(), None, keep_alive)))
    }

    #[test]
    fn whole_answers_are_read_by_their_framing() {
        let open = |text: &str| seen(text, false, false);
        assert_eq!(open("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"), whole(200, "hi", true));
        assert_eq!(
            open("HTTP/1.1 429 \r\nContent-Length: 0\r\nConnection: Close\r\n\r\n"),
            whole(429, "", false)
        );
        assert_eq!(open("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi"), whole(200, "hi", false));
        assert_eq!(open("HTTP/1.1 204 No\r\n\r\n"), whole(204, "", true));
        assert_eq!(
            open(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x=1\r\nhi\r\n1\r\n!\r\n0\r\nt: 1\r\n\r\n"
            ),
            whole(200, "hi!", true)
        );
        assert_eq!(
            open("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx"),
            whole(200, "x", true)
        );
        assert_eq!(seen("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", true, false), whole(200, "", true));
        assert_eq!(seen("HTTP/1.1 200 OK\r\n\r\nall", false, true), whole(200, "all", false));
        // What comes behind an answer was not asked for: the connection is not used again.
        assert_eq!(open("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxy"), whole(200, "x", false));
    }

    #[test]
    fn every_prefix_of_an_answer_asks_for_more() {
        for text in [
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ] {
            for end in 0..text.len() {
                assert_eq!(seen(&text[..end], false, false), Ok(None), "{:?}", &text[..end]);
            }
        }
    }

    #[test]
    fn what_breaks_is_told() {
        let ended = |text: &str| seen(text, false, true);
        assert_eq!(ended(""), Err(TransportErrorKind::Closed));
        assert_eq!(ended("HTTP/1.1 200"), Err(TransportErrorKind::Closed));
        assert_eq!(ended("SSH-2.0-x\r\n"), Err(TransportErrorKind::NotHttp));
        let two = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx";
        assert_eq!(ended(two), Err(TransportErrorKind::NotHttp));
        assert_eq!(ended("HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\nx"), Err(TransportErrorKind::NotHttp));
        let long = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1_000));
        assert_eq!(seen(&long, false, false), Err(TransportErrorKind::NotHttp));
        let cut = |text: &str| ended(text).ok().flatten().and_then(|(.., cut, _)| cut);
        assert!(matches!(cut("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi"), Some(Cut::Broken(_))));
        let chunked =
            |chunks: &str| cut(&format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}"));
        assert!(matches!(chunked("5\r\nhi"), Some(Cut::Broken(_))));
        assert!(matches!(chunked("zz\r\nhi"), Some(Cut::Broken(_))));
        assert!(matches!(chunked("1\r\nhi\r\n0\r\n\r\n"), Some(Cut::Broken(_))));
        assert_eq!(chunked(&format!("ff\r\n{}", "x".repeat(99))), Some(Cut::TooLarge(40)));
        let large = format!("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}", "x".repeat(99));
        assert_eq!(cut(&large), Some(Cut::TooLarge(40)));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in "(HTTP/1.1 200 OK\r\n)?((content-length|transfer-encoding|x): ?(chunked|[0-9]{1,20}|.{0,5})\r\n){0,4}(\r\n)?\\PC{0,80}", ended: bool) {
            let _ = seen(&text, false, ended);
        }
    }
}
