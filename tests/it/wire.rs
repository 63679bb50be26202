//! The transport against servers that do everything a server must not do.

use std::io::Write;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tollgate::model::{Cut, Exchange, Header, Request, Response, TransportErrorKind as Kind};
use tollgate::transport::{Http, HttpVersion, Options, ProxyChoice, Transport};

use crate::wire_server::{Server, read_request};

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

#[tokio::test]
async fn redirects_are_followed_only_if_asked() {
    let server = Server::start(|mut stream, request| async move {
        let answer = if request.starts_with("POST /start ") {
            "HTTP/1.1 302 Found\r\nlocation: /end?x=1\r\ncontent-length: 0\r\n\r\n"
        } else if request.starts_with("GET /end?x=1 ") {
            OK
        } else {
            "HTTP/1.1 302 Found\r\nlocation: /loop\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        };
        drop(stream.write_all(answer.as_bytes()).await);
    })
    .await;
    let mut request = get(server.url("/start"));
    request.method = "POST".into();
    request.body = "hello".into();
    let response = send(&request).await.outcome.unwrap();
    assert_eq!((response.status, response.url), (302, request.url.clone()));

    request.redirects = 1;
    let response = send(&request).await.outcome.unwrap();
    assert_eq!((response.status, response.url), (200, server.url("/end?x=1")));

    let before = server.requests().len();
    request.url = server.url("/loop");
    request.redirects = 5;
    failed(&send(&request).await, Kind::Redirects, &["more than 5 redirects"]);
    assert_eq!(server.requests().len() - before, 6);
}

#[tokio::test]
async fn a_kept_connection_that_dies_does_not_send_twice() {
    let server = Server::start(|mut stream, request| async move {
        if request.starts_with("GET /first ") {
            stream.write_all(OK.as_bytes()).await.unwrap();
            // The second request on the same connection is read and left unanswered.
            assert!(read_request(&mut stream).await.starts_with("POST /second "));
        }
    })
    .await;
    let http = Http::new(&Options::default()).unwrap();
    http.send(&get(server.url("/first"))).await.outcome.unwrap();
    let mut second = get(server.url("/second"));
    second.method = "POST".into();
    failed(&http.send(&second).await, Kind::Closed, &[]);
    assert_eq!(server.requests().len(), 1, "a new connection was opened for the second request");
}

#[tokio::test]
async fn connections_are_kept() {
    let server = Server::start(|mut stream, _| async move {
        for _ in 0..100 {
            if stream.write_all(OK.as_bytes()).await.is_err() || read_request(&mut stream).await.is_empty() {
                return;
            }
        }
    })
    .await;
    let http = Http::new(&Options::default()).unwrap();
    for _ in 0..50 {
        http.send(&get(server.url("/"))).await.outcome.unwrap();
    }
    assert_eq!(server.requests().len(), 1, "connections");
}

#[tokio::test]
async fn http2_is_spoken_by_prior_knowledge() {
    let server = wiremock::MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(wiremock::ResponseTemplate::new(429).set_body_string("slow down"))
        .mount(&server)
        .await;
    for (version, name) in
        [(HttpVersion::Http2, "HTTP/2"), (HttpVersion::Http1, "HTTP/1.1"), (HttpVersion::Auto, "HTTP/1.1")]
    {
        let options = Options { version, ..Options::default() };
        let response = send_with(&options, &get(server.uri())).await.outcome.unwrap();
        assert_eq!((response.version, response.status, &response.body[..]), (name, 429, &b"slow down"[..]));
    }
}

#[tokio::test]
async fn http2_to_a_server_without_it_fails_with_a_reason() {
    let server = Server::saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    let options = Options { version: HttpVersion::Http2, ..Options::default() };
    failed(&send_with(&options, &get(server.url("/"))).await, Kind::NotHttp, &["HTTP/2"]);
}

#[tokio::test]
async fn a_proxy_is_used_as_told() {
    let proxy = Server::saying(OK).await;
    let by_url =
        Options { proxy: ProxyChoice::Url(format!("http://{}", proxy.address)), ..Options::default() };
    send_with(&by_url, &get("http://api.test/leads")).await.outcome.unwrap();
    assert!(
        proxy.requests()[0].starts_with("GET http://api.test/leads HTTP/1.1\r\n"),
        "{:?}",
        proxy.requests()
    );

    let vars = vec![
        ("HTTP_PROXY".to_owned(), "http://127.0.0.1:1".to_owned()),
        ("http_proxy".to_owned(), proxy.address.to_string()),
        ("NO_PROXY".to_owned(), "exempt.test".to_owned()),
    ];
    let by_environment = Options { proxy: ProxyChoice::FromEnvironment(vars), ..Options::default() };
    send_with(&by_environment, &get("http://api.test/leads")).await.outcome.unwrap();
    assert_eq!(proxy.requests().len(), 2);

    let target = Server::saying(OK).await;
    send_with(&by_environment, &get(target.url("/"))).await.outcome.unwrap();
    assert_eq!((proxy.requests().len(), target.requests().len()), (2, 1), "loopback went through the proxy");
}

#[tokio::test]
async fn unusable_options_are_refused_without_repeating_them() {
    for proxy in ["socks5://u:geheim@h:1", "http://", "::"] {
        let options = Options { proxy: ProxyChoice::Url(proxy.into()), ..Options::default() };
        let message = Http::new(&options).err().unwrap();
        assert!(message.contains("--proxy") && !message.contains("geheim"), "{message}");
    }
    for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
        let options = Options { ca_certificates: vec![pem.into()], ..Options::default() };
        assert!(Http::new(&options).err().unwrap().contains("CA file"), "{pem:?}");
    }
}

/// A TLS server with a certificate of its own making for `localhost`; gives its port and the certificate as PEM.
async fn tls_server() -> (u16, String) {
    use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for _ in 0..8 {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut buffer = [0; 4096];
            drop(stream.read(&mut buffer).await);
            drop(stream.write_all(OK.as_bytes()).await);
            drop(stream.shutdown().await);
        }
    });
    (port, own.cert.pem())
}

#[tokio::test]
async fn certificates_are_checked_unless_told_otherwise() {
    let (port, pem) = tls_server().await;
    let request = get(format!("https://localhost:{port}/"));
    failed(&send(&request).await, Kind::Tls, &["not trusted", "--cacert", "--insecure"]);

    let insecure = Options { insecure: true, ..Options::default() };
    assert_eq!(send_with(&insecure, &request).await.outcome.unwrap().status, 200);

    let trusting = Options { ca_certificates: vec![pem.into()], ..Options::default() };
    assert_eq!(send_with(&trusting, &request).await.outcome.unwrap().status, 200);
    let other_name = get(format!("https://127.0.0.1:{port}/"));
    failed(&send_with(&trusting, &other_name).await, Kind::Tls, &["not trusted"]);
}

#[tokio::test]
async fn https_to_a_plain_server_is_a_tls_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 4096];
        drop(stream.read(&mut hello).await);
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
    });
    failed(&send(&get(url)).await, Kind::Tls, &["does not speak TLS"]);
}
