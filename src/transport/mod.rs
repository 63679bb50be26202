//! The one way to the network: a request goes in, an exchange comes out, whatever the server does.

mod body;
mod client;
mod failure;
mod http;
pub mod load;
mod message;
pub mod page;
pub mod raw;
mod redirect;
mod trust;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::model::{Exchange, Request};

pub use http::Http;

/// Which proxy stands between us and the target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProxyChoice {
    /// The values of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` (either case; lower case wins),
    /// as name and value. Loopback targets never take this way.
    FromEnvironment(Vec<(String, String)>),
    /// This one for every request, `http://host:port` or `https://host:port`.
    Url(String),
    /// None.
    #[default]
    None,
}

/// Which version of HTTP to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/1.1 on `http://`; what the server chooses by ALPN on `https://`.
    #[default]
    Auto,
    /// HTTP/1.1 everywhere.
    Http1,
    /// HTTP/2 everywhere, on `http://` by prior knowledge (RFC 9113 section 3.3).
    Http2,
}

/// How to reach the target, and how much of an answer to take.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether to accept any certificate.
    pub insecure: bool,
    /// Certificate authorities to trust beside the machine's own: PEM files, each with one or more certificates.
    pub ca_certificates: Vec<Vec<u8>>,
    /// The proxy.
    pub proxy: ProxyChoice,
    /// The version of HTTP.
    pub version: HttpVersion,
    /// Longest time for a connection to open, TLS included.
    pub connect_timeout: Duration,
    /// Most bytes of a response body, after decompression; the rest is cut.
    pub max_body: usize,
    /// Most header lines of a response; more make it a failure.
    pub max_headers: usize,
}

impl Default for Options {
    /// No proxy, any version, 10 s to connect, bodies up to 4 MiB, 256 header lines.
    fn default() -> Self {
        Self {
            insecure: false,
            ca_certificates: Vec::new(),
            proxy: ProxyChoice::None,
            version: HttpVersion::Auto,
            connect_timeout: Duration::from_secs(10),
            max_body: 4 << 20,
            max_headers: 256,
        }
    }
}

/// An exchange on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Exchange> + Send + 'a>>;

/// Something that can carry a request to a server and its answer back. It never fails and never panics:
/// what goes wrong is part of the exchange.
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the whole answer, at most `request.timeout`.
    fn send<'a>(&'a self, request: &'a Request) -> Sending<'a>;
}
