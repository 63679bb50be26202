//! Answers whose body is too long, too slow, broken or compressed.

use std::io::Write;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tollgate::model::{Cut, TransportErrorKind as Kind};
use tollgate::transport::Options;

use super::server::Server;
use super::{OK, answer_of, failed, get, send, send_with};

/// Writes `chunk` again and again, for as long as the client takes it and at most 16 GiB.
async fn endless(head: &'static str, chunk: Vec<u8>) -> Server {
    let chunk: std::sync::Arc<[u8]> = chunk.into();
    Server::start(move |mut stream, _| {
        let chunk = std::sync::Arc::clone(&chunk);
        async move {
            drop(stream.write_all(head.as_bytes()).await);
            for _ in 0..(16_usize << 30) / chunk.len() {
                if stream.write_all(&chunk).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

#[tokio::test]
async fn bodies_without_end_are_cut_at_the_cap() {
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend(vec![b'a'; 0x10000]);
    chunk.extend(b"\r\n");
    let chunked = endless("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", chunk).await;
    let sized = endless("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n", vec![b'a'; 0x10000]).await;
    let unsized_ = endless("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", vec![b'a'; 0x10000]).await;
    for server in [chunked, sized, unsized_] {
        let start = Instant::now();
        let response = answer_of(&server).await;
        assert_eq!(response.cut, Some(Cut::TooLarge(4 << 20)));
        assert_eq!(response.body.len(), 4 << 20);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_whole() {
    let server = Server::saying(OK).await;
    for (max_body, cut, body) in
        [(2, None, "ok"), (1, Some(Cut::TooLarge(1)), "o"), (0, Some(Cut::TooLarge(0)), "")]
    {
        let options = Options { max_body, ..Options::default() };
        let response = send_with(&options, &get(server.url("/"))).await.outcome.unwrap();
        assert_eq!((response.cut, &response.body[..]), (cut, body.as_bytes()));
    }
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn coded(coding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n")
            .into_bytes();
    bytes.extend(body);
    bytes
}

#[tokio::test]
async fn compressed_bodies_are_read_and_their_headers_kept() {
    let packed = gzip(b"{\"success\":false}");
    let server = Server::saying(coded("GZip", &packed)).await;
    let response = answer_of(&server).await;
    assert_eq!((&response.body[..], &response.cut), (&b"{\"success\":false}"[..], &None));
    assert_eq!(response.header("content-encoding").as_deref(), Some("GZip"));
    assert_eq!(response.header("content-length").as_deref(), Some(&*packed.len().to_string()));

    let unknown = answer_of(&Server::saying(coded("br", b"raw")).await).await;
    assert_eq!((&unknown.body[..], unknown.cut), (&b"raw"[..], None));
}

#[tokio::test]
async fn broken_compression_keeps_what_could_be_read() {
    let packed = gzip("hello ".repeat(1000).as_bytes());
    for bytes in [&packed[..packed.len() - 9], b"not gzip at all"] {
        let response = answer_of(&Server::saying(coded("gzip", bytes)).await).await;
        assert!(
            matches!(&response.cut, Some(Cut::Broken(how)) if how.contains("content-encoding")),
            "{response:?}"
        );
    }
}

#[tokio::test]
async fn a_compressed_bomb_is_cut_at_the_cap() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    let server = Server::saying(coded("gzip", &bomb)).await;
    let options = Options { max_body: 1 << 20, ..Options::default() };
    let response = send_with(&options, &get(server.url("/"))).await.outcome.unwrap();
    assert_eq!((response.cut, response.body.len()), (Some(Cut::TooLarge(1 << 20)), 1 << 20));
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_its_head_and_its_part() {
    for (bytes, body, word) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "abc", "ended before the body did"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "abc",
            "ended before the body did",
        ),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", "abc", "chunked framing"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nabc", "", "chunked framing"),
    ] {
        let response = answer_of(&Server::saying(bytes).await).await;
        assert_eq!((response.status, &response.body[..]), (200, body.as_bytes()), "{bytes:?}");
        assert!(matches!(&response.cut, Some(Cut::Broken(how)) if how.contains(word)), "{response:?}");
    }
}

#[tokio::test]
async fn a_reset_in_the_body_keeps_its_head() {
    let server = Server::start(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 500 Oops\r\ncontent-length: 10\r\n\r\nabc").await.unwrap();
        stream.set_zero_linger().unwrap();
    })
    .await;
    let exchange = send(&get(server.url("/"))).await;
    // A reset may overtake the bytes before it; then there is no head to keep.
    match &exchange.outcome {
        Ok(response) => assert!(matches!(&response.cut, Some(Cut::Broken(_))), "{response:?}"),
        Err(error) => assert_eq!(error.kind, Kind::Closed, "{error:?}"),
    }
}

#[tokio::test]
async fn time_runs_out_before_the_head_or_in_the_body() {
    let silent = Server::saying_then_silent(b"").await;
    let mut request = get(silent.url("/"));
    request.timeout = Duration::from_millis(150);
    let exchange = send(&request).await;
    failed(&exchange, Kind::Timeout, &["150 ms"]);
    assert!(exchange.elapsed >= request.timeout && exchange.elapsed < Duration::from_secs(5));

    let slow = Server::saying_then_silent(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await;
    request.url = slow.url("/");
    let response = send(&request).await.outcome.unwrap();
    assert_eq!((&response.body[..], response.cut), (&b"abc"[..], Some(Cut::TimedOut)));
}
