//! Opens connections, and carries requests over them one at a time.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::super::Options;
use super::super::trust;
use super::answer::{self, Answer, Buffer, broken};
use super::clock::Clock;
use super::http2::Http2;

/// The name of HTTP/2 in ALPN (RFC 9113 section 3.1).
const HTTP2: &[u8] = b"h2";

/// Knows the way to one server.
#[derive(Debug)]
pub struct Dialer {
    host: String,
    port: u16,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    connect_timeout: Duration,
    /// Looked up once: a name server's delay has no place in a measured moment.
    address: OnceLock<SocketAddr>,
}

/// What bytes go through both ways.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection. Nothing is ever sent over it but what its owner gives.
pub struct Connection {
    stream: Box<dyn Stream>,
    buffer: Buffer,
    usable: bool,
    /// The request's last byte, if it is held back.
    held: Option<u8>,
}

impl Dialer {
    /// The way to an origin: `http://127.0.0.1:8080` or `https://api.example.com`. A path behind it is ignored.
    ///
    /// # Errors
    /// An origin that is none, or a TLS setting that cannot be used.
    pub fn new(origin: &str, options: &Options) -> Result<Self, String> {
        let url =
            reqwest::Url::parse(origin).map_err(|error| format!("`{origin}` is not a URL ({error})"))?;
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(format!("`{origin}` names no host; write http://127.0.0.1:8080"));
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = if url.scheme() == "https" {
            let name = ServerName::try_from(host.clone())
                .map_err(|_| format!("`{host}` cannot be the name in a certificate"))?;
            Some((trust::config(options)?, name))
        } else {
            None
        };
        let connect_timeout = options.connect_timeout;
        Ok(Self { host, port, tls, connect_timeout, address: OnceLock::new() })
    }

    /// Opens a connection, TLS included.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(&self) -> Result<Connection, String> {
        let opened = timeout(self.connect_timeout, self.connect(false)).await;
        let stream = opened.unwrap_or_else(|_| Err("no connection could be opened in time".to_owned()))?;
        Ok(Connection { stream, buffer: Buffer::default(), usable: true, held: None })
    }

    /// Opens a connection that speaks HTTP/2: by prior knowledge, or as ALPN says where there is TLS.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open_http2(&self) -> Result<Http2, String> {
        let opened = async { Http2::greet(self.connect(true).await?).await };
        timeout(self.connect_timeout, opened)
            .await
            .unwrap_or_else(|_| Err("no connection over HTTP/2 could be opened in time".to_owned()))
    }

    async fn connect(&self, http2: bool) -> Result<Box<dyn Stream>, String> {
        let stream = match self.address.get() {
            Some(address) => TcpStream::connect(address)
                .await
                .map_err(|error| format!("no connection to {address} could be opened ({error})"))?,
            None => self.look_up().await?,
        };
        stream.set_nodelay(true).map_err(|error| broken(&error))?;
        let Some((config, name)) = &self.tls else { return Ok(Box::new(stream)) };
        let mut config = Arc::clone(config);
        if http2 {
            Arc::make_mut(&mut config).alpn_protocols = vec![HTTP2.to_vec()];
        }
        let secured = TlsConnector::from(config).connect(name.clone(), stream).await.map_err(|error| {
            if http2 && is_no_protocol(&error) {
                return "the target does not speak HTTP/2: it refused it in ALPN".to_owned();
            }
            format!(
                "TLS with `{}` could not be agreed on ({error}); name its authority with --cacert, or accept any \
                 certificate with --insecure",
                self.host
            )
        })?;
        if http2 && secured.get_ref().1.alpn_protocol() != Some(HTTP2) {
            return Err("the target does not speak HTTP/2: it was not chosen by ALPN".to_owned());
        }
        Ok(Box::new(secured))
    }

    /// A connection to the first address that takes one; further ones go to the same.
    async fn look_up(&self) -> Result<TcpStream, String> {
        let found = lookup_host((self.host.as_str(), self.port)).await.map_err(|error| {
            format!("the name `{}` has no address ({error}); check its spelling", self.host)
        })?;
        let mut last = format!("the name `{}` has no address", self.host);
        for address in found {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    self.address.get_or_init(|| address);
                    return Ok(stream);
                }
                Err(error) => {
                    last = format!(
                        "no connection to {address} could be opened ({error}); start the server or check the port"
                    );
                }
            }
        }
        Err(last)
    }
}

/// Whether the other side speaks none of the protocols that were offered (RFC 7301 section 3.2).
fn is_no_protocol(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol)))
}

impl Connection {
    /// Whether another request may be sent.
    pub fn usable(&self) -> bool {
        self.usable
    }

    /// Writes a request but for its last byte, so that many can be released at one moment.
    ///
    /// # Errors
    /// Why the connection does not take it.
    pub async fn hold(&mut self, request: &[u8]) -> Result<(), String> {
        let Some((last, most)) = request.split_last() else { return Ok(()) };
        let written = async {
            self.stream.write_all(most).await?;
            self.stream.flush().await
        };
        self.held = Some(*last);
        written.await.map_err(|error| {
            self.usable = false;
            broken(&error)
        })
    }

    /// Lets the last byte go, and says when; none if the system does not take it at once.
    pub fn release(&mut self, clock: &Clock) -> Option<Duration> {
        let last = [self.held?];
        let stream = &mut self.stream;
        let written = async { stream.write_all(&last).await.is_ok() && stream.flush().await.is_ok() };
        let released = written.now_or_never()?;
        self.held = None;
        self.usable &= released;
        released.then(|| clock.now())
    }

    /// Sends a whole request, or what is held of it, and reads the answer. `to_head` says that it is one to HEAD;
    /// `keep` is the most of the body that is kept.
    pub async fn exchange(
        &mut self,
        request: &[u8],
        clock: &Clock,
        to_head: bool,
        keep: usize,
        patience: Duration,
    ) -> Answer {
        let held = self.held.take();
        let last = held.as_ref().map(std::slice::from_ref);
        let mut answer = Answer { sent: clock.now(), ..Answer::default() };
        let outcome =
            timeout(patience, self.carry(last.unwrap_or(request), &mut answer, clock, to_head, keep));
        let outcome = outcome.await.unwrap_or_else(|_| Err("no whole answer came in time".to_owned()));
        self.finish(answer, outcome, clock)
    }

    /// Reads the answer to a request that was released.
    pub async fn answer(
        &mut self,
        sent: Duration,
        clock: &Clock,
        to_head: bool,
        keep: usize,
        patience: Duration,
    ) -> Answer {
        let mut answer = Answer { sent, ..Answer::default() };
        let reading = answer::read(&mut self.stream, &mut self.buffer, &mut answer, clock, to_head, keep);
        let outcome = timeout(patience, reading).await;
        let outcome = outcome.unwrap_or_else(|_| Err("no whole answer came in time".to_owned()));
        self.finish(answer, outcome, clock)
    }

    async fn carry(
        &mut self,
        bytes: &[u8],
        answer: &mut Answer,
        clock: &Clock,
        to_head: bool,
        keep: usize,
    ) -> Result<bool, String> {
        // A server may answer and close before it has read all, so a failed write is not yet the end.
        let stream = &mut self.stream;
        let written = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        let written: Result<(), std::io::Error> = written.await;
        answer.sent = clock.now();
        let read = answer::read(&mut self.stream, &mut self.buffer, answer, clock, to_head, keep).await;
        match (written, read) {
            (Err(_), Ok(_)) => Ok(false),
            (_, read) => read,
        }
    }

    fn finish(&mut self, mut answer: Answer, outcome: Result<bool, String>, clock: &Clock) -> Answer {
        answer.end = clock.now();
        match outcome {
            Ok(stays) => self.usable &= stays,
            Err(why) => {
                self.usable = false;
                answer.error = Some(why);
                answer.status = 0;
                if answer.head.is_zero() {
                    answer.head = answer.end;
                }
            }
        }
        answer
    }
}
