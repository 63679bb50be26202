//! Hostile servers for the transport's tests: each says exactly the bytes it is told to, then closes or hangs.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server on a port of its own; it serves at most 64 connections, each in a task that ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Hands each connection, once a whole request was read from it, to `answer`.
    pub(crate) async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(TcpStream, String) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            for _ in 0..64 {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    log.lock().unwrap().push(request.clone());
                    answer(stream, request).await;
                });
            }
        });
        Self { address, seen }
    }

    /// Says these bytes to every connection and closes it.
    pub(crate) async fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        Self::start(move |mut stream, _| {
            let bytes = Arc::clone(&bytes);
            async move {
                // The client may have hung up long before the end.
                drop(stream.write_all(&bytes).await);
                drop(stream.shutdown().await);
            }
        })
        .await
    }

    /// Says these bytes to every connection and keeps it open, silent, until the test is long over.
    pub(crate) async fn saying_then_silent(bytes: &'static [u8]) -> Self {
        Self::start(move |mut stream, _| async move {
            drop(stream.write_all(bytes).await);
            let mut rest = [0; 64];
            drop(tokio::time::timeout(Duration::from_secs(20), stream.read(&mut rest)).await);
        })
        .await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far, as they were on the wire.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads one request: its head and as many body bytes as `content-length` says. Bytes become characters one to one.
pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text[..end]
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |value| value.trim().parse().unwrap_or(0));
            if text.chars().count() >= text[..end].chars().count() + 4 + length {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => text.extend(buffer[..count].iter().map(|byte| char::from(*byte))),
            _ => return text,
        }
    }
}
