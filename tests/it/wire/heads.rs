//! Answers that end, or go wrong, before or in their head.

use tollgate::model::TransportErrorKind as Kind;

use super::server::Server;
use super::{answer_of, closed_port, failed, get, send};

#[tokio::test]
async fn a_closed_port_is_a_failed_connection() {
    let url = format!("http://127.0.0.1:{}/?token=geheim", closed_port().await);
    let message = failed(&send(&get(url)).await, Kind::Connect, &["connection refused", "127.0.0.1"]);
    assert!(!message.contains("geheim"), "{message}");
}

#[tokio::test]
async fn a_name_without_an_address_is_a_dns_failure() {
    // A label of more than 63 characters is refused before any name server is asked.
    let url = format!("http://{}.invalid/", "a".repeat(70));
    failed(&send(&get(url)).await, Kind::Dns, &["check its spelling"]);
}

#[tokio::test]
async fn an_end_before_the_head_is_closed() {
    for bytes in ["", "HTTP/1.1 200 OK\r\ncontent-le"] {
        let server = Server::saying(bytes).await;
        failed(&send(&get(server.url("/"))).await, Kind::Closed, &["without an answer"]);
        assert_eq!(server.requests().len(), 1, "sent again");
    }
}

#[tokio::test]
async fn a_reset_before_the_head_is_closed() {
    let server = Server::start(|stream, _| async move { stream.set_zero_linger().unwrap() }).await;
    failed(&send(&get(server.url("/"))).await, Kind::Closed, &["closed the connection"]);
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be_so() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.2p1\r\n".to_owned(),
        "\0\0\0\u{15}\u{3}".to_owned(),
        "HTTP/1.1 2000 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok!".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nok!".to_owned(),
    ] {
        let server = Server::saying(bytes.clone()).await;
        let exchange = send(&get(server.url("/"))).await;
        assert!(exchange.outcome.is_err(), "{bytes:?}: {exchange:?}");
        failed(&exchange, Kind::NotHttp, &["cannot be read as HTTP"]);
    }
}

#[tokio::test]
async fn heads_have_limits() {
    let lines = |count: usize| {
        let lines: String = (0..count).map(|n| format!("x-{n}: {n}\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\n{lines}content-length: 0\r\n\r\n")
    };
    let many = Server::saying(lines(200)).await;
    assert_eq!(answer_of(&many).await.headers.len(), 201);
    let too_many = Server::saying(lines(10_000)).await;
    failed(&send(&get(too_many.url("/"))).await, Kind::NotHttp, &["header lines"]);
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(4 << 20));
    let too_long = Server::saying(long).await;
    failed(&send(&get(too_long.url("/"))).await, Kind::NotHttp, &["bytes"]);
}

#[tokio::test]
async fn repeated_header_lines_stay_apart() {
    let server =
        Server::saying("HTTP/1.1 200 OK\r\nRetry-After: 1\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n")
            .await;
    let response = answer_of(&server).await;
    let values: Vec<_> = response.header_lines("retry-after").map(|line| line.text().into_owned()).collect();
    assert_eq!(values, ["1", "2"]);
}
