//! The transport against servers that do everything a server must not do.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod bodies;
mod heads;
mod requests;
mod server;
mod ways;

use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tollgate::model::{Exchange, Request, Response, TransportErrorKind as Kind};
use tollgate::transport::{Http, Options, Transport};

use server::Server;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn get(url: impl Into<String>) -> Request {
    Request {
        method: "GET".into(),
        url: url.into(),
        path: String::new(),
        headers: Vec::new(),
        body: Bytes::new(),
        redirects: 0,
        timeout: Duration::from_secs(10),
    }
}

async fn send_with(options: &Options, request: &Request) -> Exchange {
    Http::new(options).unwrap().send(request).await
}

async fn send(request: &Request) -> Exchange {
    send_with(&Options::default(), request).await
}

async fn answer_of(server: &Server) -> Response {
    send(&get(server.url("/"))).await.outcome.unwrap()
}

/// Asserts the kind of failure and that its message has these words; gives the message.
fn failed(exchange: &Exchange, kind: Kind, words: &[&str]) -> String {
    let error = exchange.outcome.as_ref().unwrap_err();
    assert_eq!(error.kind, kind, "{error:?}");
    for word in words {
        assert!(error.message.contains(word), "{error:?} lacks `{word}`");
    }
    assert!(!error.message.ends_with('.'), "{error:?}");
    error.message.clone()
}

async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
