//! Opens connections to one target, and writes requests as the bytes that go out.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use mio::net::TcpStream;
use reqwest::Url;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio_rustls::TlsConnector;

use super::answer::Limits;
use super::connection::Connection;
use super::line::Line;
use super::poller::Poller;
use crate::model::{Request, TransportError, TransportErrorKind};
use crate::transport::message::Parts;
use crate::transport::{Options, trust};

/// Most bytes of an answer's head.
const HEAD: usize = 256 << 10;

/// The way to one target.
#[derive(Debug, Clone)]
pub struct Dial {
    address: SocketAddr,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    limits: Limits,
}

impl Dial {
    /// The way to the server of a URL. Its name is looked up once, here.
    ///
    /// # Errors
    /// The name has no address, or TLS cannot be set up; the text says what to do.
    pub fn new(url: &str, options: &Options) -> Result<Self, String> {
        let parsed = Url::parse(url).map_err(|error| format!("`{url}` is not a URL: {error}"))?;
        let host = parsed.host_str().unwrap_or_default().to_owned();
        let port = parsed.port_or_known_default().unwrap_or(80);
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let mut addresses = (bare.as_str(), port)
            .to_socket_addrs()
            .map_err(|error| format!("the host {host} has no address: {error}; check --target"))?;
        let address =
            addresses.next().ok_or_else(|| format!("the host {host} has no address; check --target"))?;
        let tls = match parsed.scheme() {
            "https" => {
                let name = ServerName::try_from(bare).map_err(|_| format!("{host} is no name for TLS"))?;
                Some((trust::config(options)?, name))
            }
            _ => None,
        };
        Ok(Self { address, tls, limits: Limits { head: HEAD, body: options.max_body } })
    }

    /// Whether the target is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// Begins to open a connection, watched under `token`; it may be written to at once.
    ///
    /// # Errors
    /// The system has none to give, or refuses at once.
    pub fn open(&self, poller: &mut Poller, token: usize) -> Result<Connection, TransportError> {
        let refused = |error: std::io::Error| TransportError {
            kind: TransportErrorKind::Connect,
            message: format!("the connection could not be opened: {error}"),
        };
        let stream = TcpStream::connect(self.address).map_err(refused)?;
        let _ = stream.set_nodelay(true);
        let tls = match &self.tls {
            None => None,
            Some((config, name)) => {
                let client = ClientConnection::new(Arc::clone(config), name.clone()).map_err(|error| {
                    TransportError { kind: TransportErrorKind::Tls, message: format!("TLS failed: {error}") }
                })?;
                Some(Box::new(client))
            }
        };
        let mut connection = Connection::new(stream, tls, self.limits);
        poller.watch(connection.stream(), token).map_err(refused)?;
        Ok(connection)
    }

    /// Opens a connection for one user, TLS included, and waits until it is there.
    ///
    /// # Errors
    /// The server takes none, or TLS cannot be agreed on.
    pub async fn connect(&self) -> Result<Line, TransportError> {
        let stream = tokio::net::TcpStream::connect(self.address)
            .await
            .map_err(|error| super::connection::broken(&error))?;
        let _ = stream.set_nodelay(true);
        let Some((config, name)) = &self.tls else { return Ok(Line::plain(stream, self.limits)) };
        let secured = TlsConnector::from(Arc::clone(config)).connect(name.clone(), stream).await;
        let secured = secured.map_err(|error| TransportError {
            kind: TransportErrorKind::Tls,
            message: format!("TLS failed: {error}"),
        })?;
        Ok(Line::tls(secured, self.limits))
    }
}

/// The bytes of a request in HTTP/1.1. A line of the request's own wins over one that is added.
///
/// # Errors
/// The method, the URL or a header is none.
pub fn wire(request: &Request) -> Result<Vec<u8>, TransportError> {
    let parts = Parts::new(request)?;
    let mut bytes = Vec::with_capacity(256 + parts.body.len());
    let target = &parts.url[url::Position::BeforePath..url::Position::AfterQuery];
    bytes.extend_from_slice(parts.method.as_str().as_bytes());
    bytes.extend_from_slice(format!(" {target} HTTP/1.1\r\n").as_bytes());
    let mut line = |name: &str, value: &[u8]| {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    };
    let has = |name: &str| parts.headers.contains_key(name);
    if !has("host") {
        let host = &parts.url[url::Position::BeforeHost..url::Position::AfterPort];
        line("host", host.as_bytes());
    }
    for (name, value) in &parts.headers {
        line(name.as_str(), value.as_bytes());
    }
    if !has("user-agent") {
        line("user-agent", concat!("tollgate/", env!("CARGO_PKG_VERSION")).as_bytes());
    }
    if !has("accept") {
        line("accept", b"*/*");
    }
    let expects_content = matches!(parts.method.as_str(), "POST" | "PUT" | "PATCH");
    if !has("content-length") && !has("transfer-encoding") && (!parts.body.is_empty() || expects_content) {
        line("content-length", parts.body.len().to_string().as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&parts.body);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::model::Header;

    #[test]
    fn a_request_is_written_as_http_1() {
        let request = Request {
            method: "POST".into(),
            url: "http://127.0.0.1:8080/v1/leads?a=b%20c".into(),
            path: "/leads?a=b%20c".into(),
            headers: vec![
                Header::new("Authorization", "Bearer k"),
                Header::new("accept", "application/json"),
            ],
            body: Bytes::from_static(b"{}"),
            redirects: 0,
            timeout: Duration::from_secs(1),
        };
        let text = String::from_utf8(wire(&request).unwrap()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let lines: Vec<_> = head.split("\r\n").collect();
        assert_eq!(lines[..2], ["POST /v1/leads?a=b%20c HTTP/1.1", "host: 127.0.0.1:8080"]);
        assert_eq!(lines[2..4], ["authorization: Bearer k", "accept: application/json"]);
        assert!(
            lines[4].starts_with("user-agent: tollgate/") && lines[5..] == ["content-length: 2"],
            "{head}"
        );
        assert_eq!(body, "{}");
        assert!(wire(&Request { method: "no method".into(), ..request }).is_err());
    }
}
