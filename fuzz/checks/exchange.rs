//! Exchanges written as the bytes of HTTP: the request, and the response from `HTTP/` on.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tollgate::judge::Memory;
use tollgate::model::{Exchange, Header, Request, Response};

/// An error as a documented API sends it.
pub const REFUSED: &[u8] = b"POST /leads
content-type: application/json

{\"name\":\"\",\"email\":\"nope\"}
HTTP/1.1 422 Unprocessable Content
content-type: application/json
date: Sun, 06 Nov 1994 08:49:37 GMT
x-request-id: req_7Hk2

{\"success\":false,\"error\":{\"code\":\"VALIDATION_ERROR\",\"message\":\"refused\",\"request_id\":\"req_7Hk2\",
\"details\":[{\"field\":\"email\",\"message\":\"is wrong\",\"value\":\"nope\"}]}}";

/// A success.
pub const CREATED: &[u8] = b"POST /leads

HTTP/1.1 201 Created
content-type: application/json
date: Sun, 06 Nov 1994 08:49:37 GMT

{\"success\":true,\"data\":{\"id\":\"lead_1\"}}";

/// Remembers nothing.
pub struct Forgetful;

impl Memory for Forgetful {
    fn first_use(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// The exchange that the bytes show; whatever is missing is empty or plain.
pub fn of(bytes: &[u8]) -> Exchange {
    let (sent, received) = match find(bytes, b"HTTP/") {
        Some(at) => bytes.split_at(at),
        None => bytes.split_at(0),
    };
    let (request_line, sent_headers, sent_body) = message(sent);
    let (status_line, headers, body) = message(received);
    let mut words = request_line.split(' ').filter(|word| !word.is_empty());
    let (method, path) = (words.next().unwrap_or("GET"), words.next().unwrap_or("/"));
    let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.filter(|status| (100..=999).contains(status)).unwrap_or(500);
    let request = Request {
        method: method.to_owned(),
        url: format!("http://127.0.0.1:8080/v1{path}"),
        path: path.to_owned(),
        headers: sent_headers,
        body: Bytes::copy_from_slice(sent_body),
        redirects: 0,
        timeout: Duration::from_secs(30),
    };
    let response = Response {
        version: "HTTP/1.1",
        status,
        headers,
        body: Bytes::copy_from_slice(body),
        cut: None,
        first_byte: Duration::from_millis(1),
        received_at: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
        url: request.url.clone(),
    };
    let sent_at = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    Exchange { request, sent_at, elapsed: Duration::from_millis(2), outcome: Ok(response) }
}

/// First line, header lines and body of a message.
fn message(bytes: &[u8]) -> (String, Vec<Header>, &[u8]) {
    let (head, body) = match find(bytes, b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let headers = lines.filter_map(|line| {
        let colon = find(line, b":")?;
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        Some(Header { name, value: Bytes::copy_from_slice(line[colon + 1..].trim_ascii()) })
    });
    (first, headers.collect(), body)
}

/// Where a part stands first.
fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
