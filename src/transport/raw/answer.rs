//! Reads one HTTP/1.1 answer: its header lines as they came, and its body up to a cap.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::chunked::Chunked;
use super::clock::Clock;

/// Most bytes of an answer's head, and most header lines.
const HEAD_BYTES: usize = 256 << 10;
const HEADER_LINES: usize = 256;
/// Most bytes of a body that are read at all.
const BODY_BYTES: u64 = 64 << 20;

/// What came back for one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// When the request's last byte had been handed to the system.
    pub sent: Duration,
    /// When the head was there.
    pub head: Duration,
    /// When the body had ended, or the failure.
    pub end: Duration,
    /// The status; 0 without an answer.
    pub status: u16,
    /// Header lines as received, in order, names as written by the server. Bytes outside of UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The first bytes of the body.
    pub body: Vec<u8>,
    /// Length of the whole body.
    pub body_length: u64,
    /// Why there is no whole answer.
    pub error: Option<String>,
    /// Whether the failure came before a single byte of the answer.
    pub silent: bool,
    /// The frame of HTTP/2 that came in its place.
    pub reset: Option<Reset>,
}

/// A frame that ends a stream or a connection (RFC 9113 sections 6.4 and 6.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// Whether it is `GOAWAY`, and not `RST_STREAM`.
    pub of_connection: bool,
    /// Its code (RFC 9113 section 7).
    pub code: u32,
}

/// Bytes of a connection that were read and belong to nobody yet.
#[derive(Debug, Default)]
pub(super) struct Buffer(Vec<u8>);

enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
}

/// Reads an answer into `answer`. Whether the connection can be used again is the result.
///
/// # Errors
/// Why there is no whole answer.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    buffer: &mut Buffer,
    answer: &mut Answer,
    clock: &Clock,
    to_head: bool,
    keep: usize,
) -> Result<bool, String> {
    let keeps_alive = loop {
        let keeps_alive = head(stream, buffer, answer).await?;
        // Interim answers (RFC 9110 section 15.2) come before the one that counts.
        if answer.status / 100 != 1 || answer.status == 101 {
            break keeps_alive;
        }
    };
    answer.head = clock.now();
    let framing = framing(answer, to_head)?;
    let closes = matches!(framing, Framing::UntilClose);
    body(stream, buffer, answer, framing, keep).await?;
    Ok(keeps_alive && !closes && buffer.0.is_empty())
}

async fn head(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    buffer: &mut Buffer,
    answer: &mut Answer,
) -> Result<bool, String> {
    loop {
        if !buffer.0.is_empty()
            && let Some(keeps_alive) = parse(&mut buffer.0, answer)?
        {
            return Ok(keeps_alive);
        }
        if buffer.0.len() > HEAD_BYTES {
            return Err("the head of the answer is too long".to_owned());
        }
        match stream.read_buf(&mut buffer.0).await {
            Ok(0) if buffer.0.is_empty() => {
                answer.silent = true;
                return Err("the connection was closed without an answer".to_owned());
            }
            Ok(0) => return Err("the connection ended within the head of the answer".to_owned()),
            Ok(_) => {}
            Err(error) => {
                answer.silent = buffer.0.is_empty();
                return Err(broken(&error));
            }
        }
    }
}

/// Takes a whole head out of the buffer. The result is whether the connection stays open.
fn parse(buffer: &mut Vec<u8>, answer: &mut Answer) -> Result<Option<bool>, String> {
    let mut lines = [httparse::EMPTY_HEADER; HEADER_LINES];
    let mut parsed = httparse::Response::new(&mut lines);
    let read = parsed.parse(buffer).map_err(|error| format!("the answer is not HTTP/1.1 ({error})"))?;
    let httparse::Status::Complete(length) = read else { return Ok(None) };
    answer.status = parsed.code.unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    answer.headers =
        parsed.headers.iter().map(|line| (line.name.to_owned(), text(line.value.trim_ascii()))).collect();
    let says = |word: &str| answer.values("connection").any(|value| has_token(value, word));
    let keeps_alive = if parsed.version == Some(1) { !says("close") } else { says("keep-alive") };
    buffer.drain(..length);
    Ok(Some(keeps_alive))
}

impl Answer {
    /// The values of a field, by line.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.headers.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.as_str())
    }
}

fn has_token(value: &str, token: &str) -> bool {
    value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// How the body's end is told (RFC 9112 section 6.3).
fn framing(answer: &Answer, to_head: bool) -> Result<Framing, String> {
    if to_head || matches!(answer.status, 101 | 204 | 304) {
        return Ok(Framing::None);
    }
    let mut codings = answer.values("transfer-encoding").peekable();
    if codings.peek().is_some() {
        let last = codings.last().unwrap_or_default();
        let chunked =
            last.rsplit(',').next().is_some_and(|coding| coding.trim().eq_ignore_ascii_case("chunked"));
        return Ok(if chunked { Framing::Chunked } else { Framing::UntilClose });
    }
    let mut lengths = answer.values("content-length").flat_map(|value| value.split(',')).map(str::trim);
    let Some(first) = lengths.next() else { return Ok(Framing::UntilClose) };
    let digits = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    match first.parse() {
        Ok(length) if digits && lengths.all(|other| other == first) => Ok(Framing::Length(length)),
        _ => Err("the answer's content-length is not one number".to_owned()),
    }
}

async fn body(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    buffer: &mut Buffer,
    answer: &mut Answer,
    framing: Framing,
    keep: usize,
) -> Result<(), String> {
    let (kept, length) = (&mut answer.body, &mut answer.body_length);
    let mut take = |bytes: &[u8]| {
        let room = keep.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
        *length += u64::try_from(bytes.len()).unwrap_or_default();
        *length <= BODY_BYTES
    };
    let mut chunked = Chunked::default();
    let mut left = match framing {
        Framing::None => return Ok(()),
        Framing::Length(length) => length,
        _ => u64::MAX,
    };
    let is_chunked = matches!(framing, Framing::Chunked);
    loop {
        let mut fits = true;
        if is_chunked {
            let taken = chunked.feed(&buffer.0, &mut |bytes| fits &= take(bytes))?;
            buffer.0.drain(..taken);
            if chunked.done() {
                return Ok(());
            }
        } else {
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.0.len());
            fits = take(&buffer.0[..taken]);
            buffer.0.drain(..taken);
            left -= u64::try_from(taken).unwrap_or_default();
            if left == 0 {
                return Ok(());
            }
        }
        if !fits {
            return Err(format!("the body is longer than {} MiB", BODY_BYTES >> 20));
        }
        match stream.read_buf(&mut buffer.0).await {
            Ok(0) if matches!(framing, Framing::UntilClose) => return Ok(()),
            Ok(0) => return Err("the connection ended within the body".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(broken(&error)),
        }
    }
}

pub(super) fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "the connection was reset".to_owned()
        }
        _ => format!("the connection broke ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(wire: &[u8], to_head: bool) -> (Answer, Result<bool, String>) {
        let clock = Clock::start().unwrap();
        let (mut stream, mut buffer, mut answer) = (wire, Buffer::default(), Answer::default());
        let read = read(&mut stream, &mut buffer, &mut answer, &clock, to_head, 6).await;
        (answer, read)
    }

    #[tokio::test]
    async fn header_lines_keep_their_case_and_order() {
        let wire = b"HTTP/1.1 429 Too Many\r\nRetry-AFTER: 1\r\nx-a: 2\r\nretry-after:  7 \r\nContent-Length: 2\r\n\r\nok";
        let (answer, read) = answer(wire, false).await;
        assert_eq!(read, Ok(true));
        let names: Vec<_> =
            answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            names,
            [("Retry-AFTER", "1"), ("x-a", "2"), ("retry-after", "7"), ("Content-Length", "2")]
        );
        assert_eq!((answer.status, answer.body.as_slice()), (429, &b"ok"[..]));
    }

    #[tokio::test]
    async fn the_end_of_a_body_is_told_in_three_ways_or_there_is_none() {
        let ends: [(&str, bool, &str, Result<bool, ()>); 9] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678", false, "123456", Ok(true)),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                false,
                "abc",
                Ok(true),
            ),
            ("HTTP/1.1 200 OK\r\n\r\nabc", false, "abc", Ok(false)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", true, "", Ok(true)),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", false, "", Ok(true)),
            ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", false, "a", Ok(false)),
            ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", false, "a", Ok(false)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", false, "abc", Err(())),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nabc", false, "", Err(())),
        ];
        for (wire, to_head, body, end) in ends {
            let (answer, read) = answer(wire.as_bytes(), to_head).await;
            assert_eq!((answer.body.as_slice(), read.map_err(|_| ())), (body.as_bytes(), end), "{wire}");
        }
    }

    #[tokio::test]
    async fn silence_is_told_from_a_broken_answer() {
        for (wire, silent) in [("", true), ("HTTP/1.1 2", false), ("SSH-2.0-x\r\n\r\n", false)] {
            let (answer, read) = answer(wire.as_bytes(), false).await;
            assert!(read.is_err() && answer.silent == silent, "{wire}");
        }
    }
}
