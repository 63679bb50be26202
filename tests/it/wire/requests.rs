//! What is put on the wire, and what is refused before it gets there.

use std::time::Duration;

use tollgate::model::{Header, Request, TransportErrorKind as Kind};

use super::server::Server;
use super::{OK, failed, get, send};

#[tokio::test]
async fn sends_what_the_request_says_and_nothing_surprising() {
    let server = Server::saying(OK).await;
    let mut request = get(server.url("/a?b=c"));
    request.headers = vec![Header::new("X-Many", "1"), Header::new("x-many", "2")];
    let exchange = send(&request).await;
    let response = exchange.response().unwrap();
    assert_eq!((response.status, &response.body[..], response.version), (200, &b"ok"[..], "HTTP/1.1"));
    assert_eq!(response.url, request.url);
    assert!(response.first_byte <= exchange.elapsed && response.received_at >= exchange.sent_at);

    let mut lines: Vec<String> = server.requests()[0].lines().map(str::to_owned).collect();
    assert_eq!(lines.remove(0), "GET /a?b=c HTTP/1.1");
    lines.sort();
    let expected = [
        String::new(),
        "accept: */*".into(),
        format!("host: {}", server.address),
        concat!("user-agent: tollgate/", env!("CARGO_PKG_VERSION")).into(),
        "x-many: 1".into(),
        "x-many: 2".into(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn own_header_lines_replace_the_usual_ones() {
    let server = Server::saying(OK).await;
    let mut request = get(server.url("/").replace("127", "ada:pw@127"));
    request.method = "POST".into();
    request.headers = vec![
        Header::new("user-agent", "mine"),
        Header::new("accept", "text/plain"),
        Header::new("host", "other.test"),
        Header::new("authorization", "Bearer t"),
    ];
    send(&request).await.outcome.unwrap();
    let text = server.requests().remove(0);
    for (name, value) in [
        ("user-agent", "mine"),
        ("accept", "text/plain"),
        ("host", "other.test"),
        ("authorization", "Bearer t"),
        ("content-length", "0"),
    ] {
        let line = format!("\r\n{name}: {value}\r\n");
        assert!(text.contains(&line), "{line:?} in {text:?}");
        assert_eq!(text.matches(&format!("\r\n{name}:")).count(), 1, "{text:?}");
    }
}

#[tokio::test]
async fn bodies_are_bytes_both_ways() {
    let all: Vec<u8> = (0..=255).collect();
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 256\r\nx-bytes: \xff\xfe\r\n\r\n".to_vec();
    answer.extend(&all);
    let server = Server::saying(answer).await;
    let mut request = get(server.url("/"));
    request.method = "PUT".into();
    request.body = all.clone().into();
    let exchange = send(&request).await;
    let response = exchange.response().unwrap();
    assert_eq!(response.body, all);
    let header = response.headers.iter().find(|header| header.name == "x-bytes").unwrap();
    assert_eq!(header.value, &b"\xff\xfe"[..]);
    let seen = server.requests().remove(0);
    let body: String = all.iter().map(|byte| char::from(*byte)).collect();
    assert!(seen.ends_with(&format!("\r\n\r\n{body}")));
}

#[tokio::test]
async fn bad_requests_are_refused_without_a_panic() {
    let server = Server::saying(OK).await;
    let good = get(server.url("/"));
    let spoil = |change: fn(&mut Request)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    for (request, word) in [
        (spoil(|r| r.url = "not a url".into()), "URL"),
        (spoil(|r| r.url = "http://".into()), "URL"),
        (spoil(|r| r.url = "/leads".into()), "URL"),
        (spoil(|r| r.url = "http://127.0.0.1:99999/".into()), "URL"),
        (spoil(|r| r.url = "ftp://127.0.0.1/".into()), "ftp://"),
        (spoil(|r| r.method = "GE T".into()), "method"),
        (spoil(|r| r.method = String::new()), "method"),
        (spoil(|r| r.method = "CONNECT".into()), "CONNECT"),
        (spoil(|r| r.headers.push(Header::new("a b", "c"))), "a b"),
        (spoil(|r| r.headers.push(Header::new("", "c"))), "header name"),
        (spoil(|r| r.headers.push(Header::new("x-a", "geheim\r\nx: y"))), "x-a"),
    ] {
        let message = failed(&send(&request).await, Kind::Request, &[word]);
        assert!(!message.contains("geheim"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_lying_content_length_does_no_harm() {
    let server = Server::saying(OK).await;
    for value in ["1", "100", "-1", "x"] {
        let mut request = get(server.url("/"));
        request.method = "POST".into();
        request.body = "hello".into();
        request.headers.push(Header::new("content-length", value));
        request.timeout = Duration::from_millis(300);
        drop(send(&request).await);
    }
}
