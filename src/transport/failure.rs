//! Says what went wrong, by the types in the error's chain of causes rather than by its wording.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::Url;

use super::client::chain;
use crate::model::{TransportError, TransportErrorKind as Kind};

/// What the options say about the way to every server.
pub(super) struct Way {
    /// The proxy that every connection goes to: scheme, host and port.
    pub(super) proxy: Option<String>,
    /// Whether HTTP/2 is spoken though the server never offered it.
    pub(super) only_http2: bool,
}

/// A failure before the head of the response was there.
pub(super) fn head(error: &reqwest::Error, url: &Url, way: &Way) -> TransportError {
    let (kind, message) = judge(error, &origin(url), way);
    TransportError { kind, message }
}

/// The time ran out before the head of the response was there.
pub(super) fn timeout(after: Duration, url: &Url) -> TransportError {
    let message = format!(
        "no answer from {} within {}; allow more with `timeout`, or find out what holds it up",
        origin(url),
        seconds(after)
    );
    TransportError { kind: Kind::Timeout, message }
}

/// A failure while the body was being read; `read` bytes had come.
pub(super) fn body(error: &reqwest::Error, read: usize) -> String {
    let how = match io_kind(error) {
        Some(io::ErrorKind::UnexpectedEof) => "the connection ended before the body did".to_owned(),
        Some(
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe,
        ) => "the connection was reset in the body".to_owned(),
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            format!("the body breaks its chunked framing ({})", deepest(error))
        }
        _ => format!("the body broke off ({})", deepest(error)),
    };
    format!("{how}, after {read} bytes")
}

fn judge(error: &reqwest::Error, origin: &str, way: &Way) -> (Kind, String) {
    if error.is_builder() {
        return (Kind::Request, format!("the request cannot be made: {}", chain_below(error)));
    }
    if let Some(cause) = find::<rustls::Error>(error) {
        return (Kind::Tls, tls(cause, origin));
    }
    if error.is_dns() {
        let (peer, cause) = (peer(origin, way), deepest(error));
        return (Kind::Dns, format!("the name in {peer} has no address ({cause}); check its spelling"));
    }
    if error.is_connect() {
        return (Kind::Connect, connect(error, origin, way));
    }
    if error.is_timeout() {
        return (Kind::Timeout, format!("no answer from {origin} in time"));
    }
    let closed =
        || (Kind::Closed, format!("{origin} closed the connection without an answer; look at its log"));
    match find::<hyper::Error>(error) {
        Some(cause) if cause.is_incomplete_message() => return closed(),
        Some(cause) if cause.is_parse() => {
            let words = chain(cause);
            let hint = if words.contains("too large") {
                "its head has more header lines or bytes than allowed"
            } else {
                "check that the port and the scheme (http, https) are right"
            };
            return (
                Kind::NotHttp,
                format!("what {origin} answered cannot be read as HTTP ({words}); {hint}"),
            );
        }
        _ => {}
    }
    match find::<h2::Error>(error) {
        // "Library": what came broke the protocol in our eyes, as HTTP/1.1 does for a reader of HTTP/2.
        Some(cause) if cause.is_library() && way.only_http2 => {
            // Nobody promised HTTP/2 but the command line, so this is no fault of the server.
            let message = format!(
                "{origin} does not seem to speak HTTP/2 ({cause}); leave `--http 2` out, or check the port"
            );
            return (Kind::Other, message);
        }
        Some(cause) if cause.is_library() => {
            let hint = "does the server speak HTTP/2 on this port";
            return (
                Kind::NotHttp,
                format!("what {origin} answered cannot be read as HTTP/2 ({cause}); {hint}"),
            );
        }
        Some(cause) if cause.is_reset() || cause.is_go_away() => {
            return (Kind::Closed, format!("{origin} refused the HTTP/2 stream ({cause}); look at its log"));
        }
        _ => {}
    }
    match io_kind(error) {
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::NotConnected,
        ) => closed(),
        _ => (Kind::Other, format!("the exchange with {origin} failed: {}", chain_below(error))),
    }
}

/// Who a connection is opened to.
fn peer(origin: &str, way: &Way) -> String {
    way.proxy.as_ref().map_or_else(|| origin.to_owned(), |proxy| format!("the proxy {proxy}"))
}

fn connect(error: &reqwest::Error, origin: &str, way: &Way) -> String {
    if error.is_timeout() {
        return format!(
            "no connection to {origin} could be opened in time; check the address, the network and the proxy"
        );
    }
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => {
            let peer = peer(origin, way);
            format!("nobody listens at {peer} (connection refused); start the server or check the port")
        }
        _ => format!(
            "no connection to {origin} could be opened ({}); check the address and the proxy",
            deepest(error)
        ),
    }
}

fn tls(cause: &rustls::Error, origin: &str) -> String {
    match cause {
        rustls::Error::InvalidCertificate(why) => format!(
            "the certificate of {origin} is not trusted ({why}); name its authority with --cacert, or accept any with --insecure"
        ),
        rustls::Error::InvalidMessage(_) => {
            format!("{origin} does not speak TLS ({cause}); is it an http:// address")
        }
        _ => format!("TLS with {origin} could not be agreed on: {cause}"),
    }
}

/// Scheme, host and port: a URL without what may be secret in it.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The first cause of a type; an `io::Error` hides what it wraps from `source`, so it is opened.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// The kind of the deepest `io::Error`, which is the one nearest to the socket.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut kind = None;
    let mut next = find::<io::Error>(error);
    while let Some(found) = next {
        kind = Some(found.kind());
        next = found.get_ref().and_then(|inner| find::<io::Error>(inner));
    }
    kind
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The causes below reqwest's own words, which name the whole URL.
fn chain_below(error: &reqwest::Error) -> String {
    error.source().map_or_else(|| "no cause given".to_owned(), chain)
}

fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{} s", time.as_secs_f64())
    }
}
