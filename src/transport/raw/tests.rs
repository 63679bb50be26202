//! Connections over HTTP/2 against servers of the tests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use h2::server::{Builder, Connection, SendResponse};
use http::{Request, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use super::super::Options;
use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

type Server = Connection<TcpStream, Bytes>;

/// A server that does this with each connection.
async fn serve<F>(
    most: Option<u32>,
    each: impl Fn(Server) -> F + Send + Sync + 'static,
) -> (SocketAddr, Dialer, Clock)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut builder = Builder::new();
            builder.max_concurrent_streams(most.unwrap_or(1_000));
            tokio::spawn(each(builder.handshake(stream).await.unwrap()));
        }
    });
    let dialer = Dialer::new(&format!("http://{address}"), &Options::default()).unwrap();
    (address, dialer, Clock::start().unwrap())
}

fn get(address: SocketAddr, target: &str) -> Whole {
    let lines = [("X-One".to_owned(), "1".to_owned()), ("x-one".to_owned(), "2".to_owned())];
    Whole::new("GET", ("http", &address.to_string(), target), &lines, Vec::new()).unwrap()
}

fn answer(mut respond: SendResponse<Bytes>, status: u16, body: &str) {
    let head = Response::builder().status(status).header("X-A", "1").header("x-b", "2").header("x-a", "3");
    let mut stream = respond.send_response(head.body(()).unwrap(), body.is_empty()).unwrap();
    if !body.is_empty() {
        stream.send_data(Bytes::copy_from_slice(body.as_bytes()), true).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_arrive_as_they_were_said_and_answers_too() {
    let (address, dialer, clock) = serve(None, |mut server: Server| async move {
        while let Some(Ok((request, respond))) = server.accept().await {
            let ones: Vec<_> =
                request.headers().get_all("x-one").iter().map(|one| one.to_str().unwrap()).collect();
            let said = format!("{} {} {}", request.method(), request.uri(), ones.join(","));
            answer(respond, 200, &said);
        }
    })
    .await;
    let mut connection = dialer.open_http2().await.unwrap();
    for target in ["/v1/leads", "//v1/./%6ceads;a=b?x=1"] {
        let got = connection.exchange(get(address, target), &clock, 9_000, PATIENCE).await;
        assert_eq!((got.status, got.error.as_deref()), (200, None));
        let said = format!("GET http://{address}{target} 1,2");
        assert_eq!(String::from_utf8_lossy(&got.body), said);
        assert_eq!(got.body_length, said.len() as u64);
        assert!(got.sent < got.head && got.head <= got.end && connection.usable());
        let names: Vec<_> = got.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(names, [("x-a", "1"), ("x-a", "3"), ("x-b", "2")]);
    }
    let shout = [("Host".to_owned(), "LOCALHOST:1".to_owned())];
    let whole = Whole::new("GET", ("http", "h", "/"), &shout, Vec::new()).unwrap();
    let got = connection.exchange(whole, &clock, 13, PATIENCE).await;
    assert_eq!((got.body.len(), got.body_length), (13, "GET http://LOCALHOST:1/ ".len() as u64));
    assert!(Whole::new("GET", ("http", "h", "/a#b"), &[], Vec::new()).is_err());
    let line = [("Connection".to_owned(), "close".to_owned())];
    assert!(Whole::new("GET", ("http", "h", "/"), &line, Vec::new()).unwrap_err().contains("Connection"));
}

/// Each of the streams waits until all have come, so that they are under way at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_are_released_at_one_moment_over_one_connection() {
    const MANY: usize = 40;
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let (address, dialer, clock) = serve(None, move |mut server: Server| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            let barrier = Arc::new(Barrier::new(MANY));
            while let Some(Ok((_, respond))) = server.accept().await {
                let barrier = Arc::clone(&barrier);
                tokio::spawn(async move {
                    barrier.wait().await;
                    answer(respond, 200, "ok");
                });
            }
        }
    })
    .await;
    let mut connection = dialer.open_http2().await.unwrap();
    for _ in 0..2 {
        let all = (0..MANY).map(|_| get(address, "/x")).collect();
        let before = clock.now();
        let answers = connection.all(all, &clock, 10, PATIENCE).await;
        assert!(answers.len() == MANY && answers.iter().all(|one| one.status == 200), "{answers:?}");
        assert!(answers.iter().all(|one| one.sent == answers[0].sent && one.sent > before));
        assert!(answers.iter().all(|one| one.head > one.sent && one.end >= one.head));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_allows_few_streams_gets_them_in_turn() {
    let (address, dialer, clock) = serve(Some(3), |mut server: Server| async move {
        while let Some(Ok((_, respond))) = server.accept().await {
            answer(respond, 200, "");
        }
    })
    .await;
    let mut connection = dialer.open_http2().await.unwrap();
    let answers = connection.all((0..10).map(|_| get(address, "/")).collect(), &clock, 10, PATIENCE).await;
    assert!(answers.iter().all(|one| one.status == 200), "{answers:?}");
    let mut moments: Vec<Duration> = answers.iter().map(|one| one.sent).collect();
    moments.dedup();
    assert_eq!(moments.len(), 4, "{moments:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_stream_leaves_the_connection_and_a_goaway_ends_it() {
    let (address, dialer, clock) = serve(None, |mut server: Server| async move {
        while let Some(Ok((request, mut respond))) = server.accept().await {
            match request.uri().path() {
                "/refused" => respond.send_reset(Reason::REFUSED_STREAM),
                "/away" => server.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM),
                _ => answer(respond, 204, ""),
            }
        }
    })
    .await;
    let mut connection = dialer.open_http2().await.unwrap();
    let refused = connection.exchange(get(address, "/refused"), &clock, 1, PATIENCE).await;
    assert_eq!(refused.reset, Some(Reset { of_connection: false, code: 7 }), "{refused:?}");
    assert!(refused.error.unwrap().contains("RST_STREAM REFUSED_STREAM") && refused.status == 0);
    assert!(connection.usable());
    assert_eq!(connection.exchange(get(address, "/"), &clock, 1, PATIENCE).await.status, 204);
    let away = connection.exchange(get(address, "/away"), &clock, 1, PATIENCE).await;
    assert_eq!(away.reset, Some(Reset { of_connection: true, code: 11 }), "{away:?}");
    assert!(away.error.unwrap().contains("GOAWAY ENHANCE_YOUR_CALM") && !connection.usable());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_speaks_something_else_or_nothing_is_found_out() {
    for (says, told) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "`HTTP/1.1 400 Bad Request`"),
        ("", "does not speak HTTP/2"),
        ("220 mail.example.com ESMTP\r\n", "something else"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dialer = Dialer::new(&format!("http://{}", listener.local_addr().unwrap()), &Options::default());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(says.as_bytes()).await.unwrap();
            // The greeting is read before the end, which would otherwise be a reset that overtakes what was said.
            let mut sink = [0; 24];
            let _ = tokio::io::AsyncReadExt::read_exact(&mut stream, &mut sink).await;
            let _ = stream.shutdown().await;
        });
        let why = dialer.unwrap().open_http2().await.err().expect("it speaks no HTTP/2");
        assert!(why.contains(told), "{says}: {why}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = Options { connect_timeout: Duration::from_millis(50), ..Options::default() };
    let dialer = Dialer::new(&format!("http://{}", listener.local_addr().unwrap()), &options).unwrap();
    assert!(dialer.open_http2().await.err().expect("silence").contains("in time"));
}

/// A body that is longer than what the server takes at first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_go_both_ways() {
    let (address, dialer, clock) = serve(None, |mut server: Server| async move {
        while let Some(Ok((request, respond))) = server.accept().await {
            let mut body: Request<h2::RecvStream> = request;
            tokio::spawn(async move {
                let mut length = 0;
                while let Some(Ok(part)) = body.body_mut().data().await {
                    length += part.len();
                    body.body_mut().flow_control().release_capacity(part.len()).unwrap();
                }
                answer(respond, 201, &"x".repeat(length + 1));
            });
        }
    })
    .await;
    let mut connection = dialer.open_http2().await.unwrap();
    let to = ("http", &*address.to_string(), "/");
    let whole = Whole::new("POST", to, &[], vec![b'x'; 300_000]).unwrap();
    let got = connection.exchange(whole, &clock, 100, PATIENCE).await;
    assert_eq!((got.status, got.body.len(), got.body_length), (201, 100, 300_001), "{:?}", got.error);
}
