//! A listener in front of the server that tells it which connection a request comes on.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The header that holds the number of the connection, from 1.
pub(super) const CONNECTION: &str = "X-Tollgate-Connection";

/// Longest head of a request whose connection is told, in bytes; a longer one goes through as it is.
const HEAD: usize = 64 * 1024;
/// Longest time between two requests of a connection.
const IDLE: Duration = Duration::from_secs(300);

/// Hands a connection's requests on, and its answers back, until either side closes. Only HTTP/1.1 is understood;
/// whatever else comes is handed on untouched.
///
/// # Errors
///
/// What goes wrong on either connection.
pub(super) async fn relay(client: TcpStream, origin: SocketAddr, number: u64) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = TcpStream::connect(origin).await?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async {
        let mut from_client = BufReader::new(from_client);
        while request(&mut from_client, &mut to_server, number).await? {}
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await?;
        // The answers are still under way.
        std::future::pending().await
    };
    {
        let mut answers = pin!(tokio::io::copy(&mut from_server, &mut to_client));
        tokio::select! {
            copied = &mut answers => copied.map(drop),
            // What was answered before the rest of a request was refused is still to be handed back.
            ended = requests => timeout(IDLE, answers).await?.and(ended),
        }?;
    }
    to_client.shutdown().await
}

/// Hands one request on; false if what follows is none, or cannot be understood.
async fn request(
    from: &mut (impl AsyncBufRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    number: u64,
) -> io::Result<bool> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let room = (HEAD - head.len().min(HEAD)) as u64;
        let read = timeout(IDLE, (&mut *from).take(room).read_until(b'\n', &mut head)).await??;
        if read == 0 || head.starts_with(b"PRI ") {
            to.write_all(&head).await?;
            return Ok(false);
        }
    }
    let body = body(&String::from_utf8_lossy(&head));
    head.truncate(head.len() - 2);
    head.extend_from_slice(format!("{CONNECTION}: {number}\r\n\r\n").as_bytes());
    to.write_all(&head).await?;
    match body {
        Body::Length(length) => {
            let copied = tokio::io::copy(&mut (&mut *from).take(length), to).await?;
            Ok(copied == length)
        }
        Body::Chunks => chunks(from, to).await,
    }
}

/// How the body of a request is delimited (RFC 9112 section 6).
#[derive(Debug, PartialEq, Eq)]
enum Body {
    Length(u64),
    Chunks,
}

fn body(head: &str) -> Body {
    let value = |name: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    match value("transfer-encoding") {
        Some(_) => Body::Chunks,
        None => Body::Length(value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)),
    }
}

/// Hands chunks on, up to the last one and its trailer (RFC 9112 section 7.1); false if they are broken off.
async fn chunks(
    from: &mut (impl AsyncBufRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<bool> {
    let mut last = false;
    loop {
        let mut line = Vec::new();
        (&mut *from).take(HEAD as u64).read_until(b'\n', &mut line).await?;
        to.write_all(&line).await?;
        if !line.ends_with(b"\n") {
            return Ok(false);
        }
        let text = String::from_utf8_lossy(&line);
        if last {
            // A line of the trailer; an empty one is its end.
            if text.trim().is_empty() {
                return Ok(true);
            }
            continue;
        }
        let size = text.split(';').next().unwrap_or_default().trim();
        match u64::from_str_radix(size, 16) {
            Ok(0) => last = true,
            Ok(size) => {
                let whole = size.saturating_add(2);
                if tokio::io::copy(&mut (&mut *from).take(whole), to).await? != whole {
                    return Ok(false);
                }
            }
            Err(_) => return Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn relayed(sent: &str) -> String {
        let (mut from, mut to) = (BufReader::new(sent.as_bytes()), Vec::new());
        while request(&mut from, &mut to, 7).await.unwrap() {}
        from.read_to_end(&mut to).await.unwrap();
        String::from_utf8(to).unwrap()
    }

    #[tokio::test]
    async fn every_request_of_a_connection_has_its_number_and_nothing_else_changes() {
        let sent = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n\
                    POST /b HTTP/1.1\r\nContent-Length: 9\r\n\r\nGET /\r\n\r\n\
                    POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n\r\n\r\n\r\n0\r\nA: b\r\n\r\n\
                    GET /d HTTP/1.1\r\n\r\n";
        let told = relayed(sent).await;
        assert_eq!(told.matches("X-Tollgate-Connection: 7\r\n\r\n").count(), 4, "{told}");
        assert_eq!(told.replace("X-Tollgate-Connection: 7\r\n", ""), sent);
    }

    #[tokio::test]
    async fn what_is_not_understood_goes_through() {
        for sent in ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nHost", "", "\r"] {
            assert_eq!(relayed(sent).await, sent);
        }
        let cut = "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\nx";
        assert_eq!(relayed(cut).await.replace("X-Tollgate-Connection: 7\r\n", ""), cut);
    }
}
