//! The ways to a server: redirects, kept connections, HTTP/2, proxies, TLS.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tollgate::model::TransportErrorKind as Kind;
use tollgate::transport::{Http, HttpVersion, Options, ProxyChoice, Transport};

use super::server::{Server, read_request};
use super::{OK, closed_port, failed, get, send, send_with};

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
    failed(
        &send_with(&options, &get(server.url("/"))).await,
        Kind::Other,
        &["does not seem to speak HTTP/2", "`--http 2`"],
    );
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
async fn a_proxy_that_is_not_there_is_named() {
    let port = closed_port().await;
    for (proxy, kind, words) in [
        (
            format!("http://u:geheim@127.0.0.1:{port}"),
            Kind::Connect,
            format!("the proxy http://127.0.0.1:{port}"),
        ),
        ("proxy.invalid:3128".to_owned(), Kind::Dns, "the proxy http://proxy.invalid:3128".to_owned()),
    ] {
        let options = Options { proxy: ProxyChoice::Url(proxy), ..Options::default() };
        for url in ["http://api.test/", "https://api.test/"] {
            let message = failed(&send_with(&options, &get(url)).await, kind, &[&words]);
            assert!(!message.contains("api.test") && !message.contains("geheim"), "{message}");
        }
    }
}

#[tokio::test]
async fn unusable_options_are_refused_without_repeating_them() {
    for proxy in ["nope", "socks5://u:geheim@h:1", "http://", "::"] {
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

#[tokio::test]
async fn a_connection_that_does_not_open_in_time_is_given_up() {
    // The port is open, but nobody ever answers the TLS hello.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let request = get(format!("https://{}/", listener.local_addr().unwrap()));
    let options = Options { connect_timeout: Duration::from_millis(100), ..Options::default() };
    failed(&send_with(&options, &request).await, Kind::Connect, &["could be opened in time"]);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_a_failed_connection() {
    let proxy =
        Server::saying("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").await;
    let options =
        Options { proxy: ProxyChoice::Url(format!("http://{}", proxy.address)), ..Options::default() };
    failed(&send_with(&options, &get("https://api.test/")).await, Kind::Connect, &["proxy"]);
}

#[tokio::test]
async fn many_requests_side_by_side_all_come_back() {
    let server = Server::start(|mut stream, _| async move {
        while stream.write_all(OK.as_bytes()).await.is_ok() && !read_request(&mut stream).await.is_empty() {}
    })
    .await;
    let http = std::sync::Arc::new(Http::new(&Options::default()).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (http, request) = (std::sync::Arc::clone(&http), get(server.url("/")));
        tasks.spawn(async move {
            for _ in 0..20 {
                http.send(&request).await.outcome.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert!(server.requests().len() <= 32, "connections are kept");
}
