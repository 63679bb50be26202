//! One page of text that others may read over HTTP/1.1 meanwhile: few of them at once, each for a short while.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

/// Most connections at once; others wait until one of them is over.
const CONNECTIONS: usize = 8;
/// Longest time of a connection. Each has one request.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of a request's head; the least that hyper allows.
const HEAD: usize = 8 << 10;
/// Most header lines of a request.
const LINES: usize = 64;
/// Rest after a connection that could not be taken: there may be no descriptor left.
const REST: Duration = Duration::from_millis(100);

/// An address that is listened on. Connections wait until there is a page.
#[derive(Debug)]
pub struct Place {
    listener: TcpListener,
    address: SocketAddr,
}

/// Why an address cannot be listened on.
#[derive(Debug)]
pub struct PlaceError {
    address: SocketAddr,
    source: io::Error,
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, source } = self;
        match source.kind() {
            io::ErrorKind::AddrInUse => {
                write!(f, "{address} is in use: stop what listens there, or choose another port (0 for any)")
            }
            _ => write!(f, "cannot listen on {address}: {source}; choose an address of this machine"),
        }
    }
}

impl std::error::Error for PlaceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// What there is to read.
pub struct Page {
    /// Its path, such as `/metrics`.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its text, as it is now.
    pub text: Box<dyn Fn() -> String + Send + Sync>,
}

/// A page that can be read until this is dropped.
#[derive(Debug)]
pub struct Shown(JoinHandle<()>);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Place {
    /// Listens; port 0 takes a free one.
    ///
    /// # Errors
    /// The address is in use, is none of this machine's, or needs more rights.
    pub async fn take(address: SocketAddr) -> Result<Self, PlaceError> {
        let failed = |source| PlaceError { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Shows a page.
    pub fn show(self, page: Page) -> Shown {
        Shown(tokio::spawn(listen(self.listener, Arc::new(page))))
    }
}

/// Takes connections until it is aborted; those under way end with it.
async fn listen(listener: TcpListener, page: Arc<Page>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut readers = JoinSet::new();
    loop {
        let Ok(seat) = Arc::clone(&room).acquire_owned().await else { return };
        while readers.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let page = Arc::clone(&page);
                readers.spawn(async move {
                    // Whoever takes too long gets nothing.
                    let _ = tokio::time::timeout(PATIENCE, serve(stream, &page)).await;
                    drop(seat);
                });
            }
            Err(_) => tokio::time::sleep(REST).await,
        }
    }
}

async fn serve(stream: TcpStream, page: &Page) -> Result<(), hyper::Error> {
    let answer = service_fn(|request: Request<Incoming>| {
        let answer = answer(page, request.method(), request.uri().path());
        async { Ok::<_, Infallible>(answer) }
    });
    http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(HEAD)
        .max_headers(LINES)
        .serve_connection(TokioIo::new(stream), answer)
        .await
}

fn answer(page: &Page, method: &Method, path: &str) -> Response<Full<Bytes>> {
    let (status, media_type, text) = match (path == page.path, method) {
        (false, _) => {
            (StatusCode::NOT_FOUND, "text/plain; charset=utf-8", format!("not here; see {}\n", page.path))
        }
        (true, &Method::GET | &Method::HEAD) => (StatusCode::OK, page.media_type, (page.text)()),
        (true, _) => {
            (StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "only GET and HEAD\n".to_owned())
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn shown() -> (SocketAddr, Shown) {
        let place = Place::take(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = place.address();
        let text = Box::new(|| "up 1\n".to_owned());
        (address, place.show(Page { path: "/metrics", media_type: "text/plain; version=0.0.4", text }))
    }

    async fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        // A head that is too large is cut off; what was said before counts.
        let _ = tokio::time::timeout(Duration::from_secs(30), read).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn the_page_is_read_and_nothing_else() {
        let (address, _shown) = shown().await;
        let cases = [
            ("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200 OK", "up 1\n"),
            ("GET /metrics?name=x HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200 OK", "up 1\n"),
            ("GET /metrics HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK", "up 1\n"),
            ("HEAD /metrics HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200 OK", "\r\n"),
            ("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 404 Not Found", "not here; see /metrics\n"),
            ("POST /metrics HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 405 Method Not Allowed", "HEAD\n"),
            ("nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request", "\r\n"),
        ];
        for (request, first, last) in cases {
            let answer = ask(address, request).await;
            assert!(answer.starts_with(first) && answer.ends_with(last), "{request}: {answer}");
            assert_eq!(answer.starts_with("HTTP/1.1 405"), answer.contains("allow: GET, HEAD"), "{answer}");
        }
        let long = format!("GET /metrics HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(2 * HEAD));
        assert!(ask(address, &long).await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn a_few_that_say_nothing_keep_nobody_out_for_long_and_the_end_frees_the_port() {
        let (address, shown) = shown().await;
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let answer = ask(address, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(answer.ends_with("up 1\n"), "{answer}");
        drop(shown);
        while TcpListener::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn an_address_in_use_is_told_with_what_to_do() {
        let (address, _shown) = shown().await;
        let error = Place::take(address).await.unwrap_err().to_string();
        assert!(error.contains("is in use") && error.contains("choose another port"), "{error}");
    }
}
