//! One request with its response or its transport error.

use std::time::{Duration, SystemTime};

use bytes::Bytes;

/// One header line: its name in lower case and its value as the bytes that were on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name, lower case.
    pub name: String,
    /// The value, not necessarily text.
    pub value: Bytes,
}

impl Header {
    /// A header line from text.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_ascii_lowercase(), value: Bytes::copy_from_slice(value.as_bytes()) }
    }

    /// The value as text, wrong bytes replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        match std::str::from_utf8(&self.value) {
            Ok(text) => text.into(),
            Err(_) => String::from_utf8_lossy(&self.value),
        }
    }
}

/// A request, rendered and ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, upper case unless the scenario insists otherwise.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The part of the URL below the contract's base path, with its query: `/leads/lead_1?full=1`.
    pub path: String,
    /// Header lines in the order they are sent; `host`, `content-length` and the like are the transport's.
    pub headers: Vec<Header>,
    /// The body; empty means none.
    pub body: Bytes,
    /// How many redirects to follow; 0 is "none", the default.
    pub redirects: u8,
    /// Longest time from the start of sending to the last byte of the response.
    pub timeout: Duration,
}

impl Request {
    /// The first value of a header, as text.
    pub fn header(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(Header::text)
    }
}

/// Why a body is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// It was larger than this many bytes (after decompression), and reading stopped there.
    TooLarge(usize),
    /// The connection ended or broke before the body did; the text says how.
    Broken(String),
    /// The time ran out while it was being read.
    TimedOut,
}

/// A response, whole or as far as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1`, `HTTP/2`, ...
    pub version: &'static str,
    /// The status code.
    pub status: u16,
    /// Header lines in the order received, one entry a line.
    pub headers: Vec<Header>,
    /// The body after any content decoding, bounded.
    pub body: Bytes,
    /// Set when the body is not whole.
    pub cut: Option<Cut>,
    /// Time from the start of sending to the response's head.
    pub first_byte: Duration,
    /// The wall clock when the head was received.
    pub received_at: SystemTime,
    /// The URL that answered, when redirects were followed; else the request's.
    pub url: String,
}

impl Response {
    /// The first value of a header, as text.
    pub fn header(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(Header::text)
    }

    /// Every line of a header.
    pub fn header_lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Header> + 'a {
        self.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
    }
}

/// The kinds of failure that leave no response to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportErrorKind {
    /// The host name has no address.
    Dns,
    /// Nobody listens, or the connection could not be opened in time.
    Connect,
    /// TLS could not be agreed on, or the certificate is not trusted.
    Tls,
    /// The time ran out before the head of the response.
    Timeout,
    /// The connection ended before the head of the response.
    Closed,
    /// What came back is not HTTP, or its head is beyond the limits.
    NotHttp,
    /// More redirects than allowed.
    Redirects,
    /// The request could not be made at all (a bad URL or header).
    Request,
    /// Something else; the message has it.
    Other,
}

/// A failure that left no response to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// Which kind.
    pub kind: TransportErrorKind,
    /// What happened, in words: lower case, no full stop.
    pub message: String,
}

/// One request with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// The wall clock when sending started.
    pub sent_at: SystemTime,
    /// Time from the start of sending to the last byte of the response, or to the failure.
    pub elapsed: Duration,
    /// What came back.
    pub outcome: Result<Response, TransportError>,
}

impl Exchange {
    /// The response, if there is one.
    pub fn response(&self) -> Option<&Response> {
        self.outcome.as_ref().ok()
    }
}
