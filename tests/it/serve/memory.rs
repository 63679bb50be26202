//! However many requests come, memory stays flat and none is answered by wiremock itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::HashMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::process::Process;

/// Sends `count` requests over one connection in bundles, and counts the answers by status.
async fn hammer(address: String, request: String, count: usize) -> HashMap<String, usize> {
    const BUNDLE: usize = 50;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut seen, mut buffer) = (HashMap::new(), Vec::new());
    for _ in 0..count / BUNDLE {
        stream.write_all(request.repeat(BUNDLE).as_bytes()).await.unwrap();
        let mut answers = 0;
        while answers < BUNDLE {
            assert!(stream.read_buf(&mut buffer).await.unwrap() > 0, "the connection was closed");
            while let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = String::from_utf8(buffer[..end].to_vec()).unwrap().to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                let whole = end + 4 + length.parse::<usize>().unwrap();
                if buffer.len() < whole {
                    break;
                }
                buffer.drain(..whole);
                *seen.entry(head.lines().next().unwrap().to_owned()).or_default() += 1;
                answers += 1;
            }
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_flat_and_no_answer_is_lost() {
    const CONNECTIONS: usize = 8;
    const EACH: usize = 5_000;
    // A process of its own: the memory of other tests must not count.
    let server = Process::start(&["--limit", "1000000/60s"]);
    let address = server.address().to_string();
    let key = super::key("api_key");
    let filler = "x".repeat(3_000);
    let request = format!(
        "GET /v1/leads HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\nx-filler: {filler}\r\n\r\n"
    );
    hammer(address.clone(), request.clone(), 1_000).await;

    let before = server.resident_mebibytes();
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        connections.spawn(hammer(address.clone(), request.clone(), EACH));
    }
    let mut total: HashMap<String, usize> = HashMap::new();
    for seen in connections.join_all().await {
        for (status, count) in seen {
            *total.entry(status).or_default() += count;
        }
    }
    let growth = server.resident_mebibytes().saturating_sub(before);
    assert_eq!(total, HashMap::from([("http/1.1 200 ok".to_owned(), CONNECTIONS * EACH)]));
    // wiremock would keep all of them with their filler: more than 120 MiB.
    assert!(growth < 64, "{growth} MiB more");
}
