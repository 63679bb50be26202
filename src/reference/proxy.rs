//! A thin listener in front of the server: it spoils the bytes of answers, or numbers connections.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::api::Api;
use super::defects::{Front, Spoil};
use super::relay::relay;

/// Largest head of a request that is forwarded, in bytes.
const HEAD: u64 = 64 * 1024;
/// Longest time that one exchange may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The end of a head (RFC 9112 section 2.1).
const BLANK: &[u8] = b"\r\n\r\n";

/// A running listener; it ends when dropped.
#[derive(Debug)]
pub(super) struct Proxy(AbortHandle);

/// An answer cut into its two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bytes {
    /// The status line and the header lines, with the blank line at their end.
    pub(super) head: Vec<u8>,
    /// What follows.
    pub(super) body: Vec<u8>,
}

impl Proxy {
    /// Listens, and hands every connection on to `origin`. It speaks HTTP/1.1 only.
    ///
    /// # Errors
    ///
    /// When the system does not let the listener be used asynchronously.
    pub(super) fn start(
        listener: std::net::TcpListener,
        origin: SocketAddr,
        front: Front,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let accept = async move {
            let mut number = 0_u64;
            loop {
                match listener.accept().await {
                    Ok((client, _)) => {
                        number += 1;
                        match front {
                            Front::Spoil(spoil) => drop(tokio::spawn(tokio::time::timeout(
                                PATIENCE,
                                exchange(client, origin, spoil),
                            ))),
                            Front::Number => drop(tokio::spawn(relay(client, origin, number))),
                        }
                    }
                    // The next may be better, but hardly at once: usually there are too many open files.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        Ok(Self(tokio::spawn(accept).abort_handle()))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One request a connection, with a spoilt answer.
async fn exchange(mut client: TcpStream, origin: SocketAddr, spoil: Spoil) -> io::Result<()> {
    let Some(request) = head(&mut client).await? else { return Ok(()) };
    let api = api(&request.head);
    let mut server = TcpStream::connect(origin).await?;
    server.write_all(&last(&request.head)).await?;
    server.write_all(&request.body).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let mut answer = Vec::new();
    tokio::select! {
        read = from_server.read_to_end(&mut answer) => { read?; }
        // The rest of the body; a client that has sent all waits, so this ends only with its connection.
        sent = tokio::io::copy(&mut from_client, &mut to_server) => {
            sent?;
            from_server.read_to_end(&mut answer).await?;
        }
    }
    let mut answer = split(answer);
    if spoil.concerns(api, status(&answer.head)) {
        (spoil.how)(&mut answer);
    }
    to_client.write_all(&answer.head).await?;
    to_client.write_all(&answer.body).await?;
    to_client.shutdown().await
}

/// The head of a request and what came with it; none if the client went away before.
async fn head(client: &mut TcpStream) -> io::Result<Option<Bytes>> {
    let mut read = Vec::new();
    let mut client = client.take(HEAD);
    while client.read_buf(&mut read).await? > 0 {
        if read.windows(BLANK.len()).any(|window| window == BLANK) {
            return Ok(Some(split(read)));
        }
    }
    Ok(None)
}

fn split(mut bytes: Vec<u8>) -> Bytes {
    let end = bytes.windows(BLANK.len()).position(|window| window == BLANK);
    let body = bytes.split_off(end.map_or(bytes.len(), |end| end + BLANK.len()));
    Bytes { head: bytes, body }
}

/// The head with a line that makes the server close the connection after its answer.
fn last(head: &[u8]) -> Vec<u8> {
    let lines = head.strip_suffix(b"\r\n").unwrap_or(head);
    [lines, b"Connection: close\r\n\r\n"].concat()
}

/// The API that a request speaks to; that of unknown paths is the nested one, as for the service.
fn api(head: &[u8]) -> Api {
    let line = String::from_utf8_lossy(head);
    let target = line.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    Api::of(path).map_or(Api::Nested, |(api, _)| api)
}

fn status(head: &[u8]) -> u16 {
    let line = String::from_utf8_lossy(head);
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_heads_apart() {
        let both = split(Vec::from("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n{}"));
        assert_eq!((status(&both.head), both.body.as_slice()), (404, &b"{}"[..]));
        assert_eq!(last(&both.head), b"HTTP/1.1 404 Not Found\r\nA: b\r\nConnection: close\r\n\r\n");
        assert_eq!(split(Vec::from("x")).body, b"");
        assert_eq!(api(b"GET /api/v1/leads?a=/v1/ HTTP/1.1\r\n\r\n"), Api::Flat);
        assert_eq!(api(b"GET / HTTP/1.1\r\n\r\n"), Api::Nested);
    }
}
