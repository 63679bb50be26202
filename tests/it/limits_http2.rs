//! `tollgate limits` over HTTP/2: the reference server, one whose limiter forgets HTTP/2, and one that refuses by frames.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::Reason;
use serde_json::Value;

use crate::tool;

const LIMIT: u32 = 8;
const WINDOW: Duration = Duration::from_secs(1);

fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// The verdict of a rule, as a word and as everything that is said.
fn verdict(report: &Value, rule: &str) -> (String, String) {
    let verdicts = report["limits"][0]["verdicts"].as_array().unwrap();
    let found = verdicts.iter().find(|verdict| verdict["rule"] == rule).unwrap();
    (found["verdict"].as_str().unwrap().to_owned(), found.to_string())
}

/// The lines of a log that are requests.
fn records(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line.get("p").is_some()).collect()
}

#[test]
fn the_reference_server_is_probed_over_http2_and_the_log_is_judged_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["limits", "--http", "2", "--quick", "--limit", "8/1s", "--max-seconds", "12"];
    let outputs = ["--record", "probe.log", "--report", "json=a.json"];
    let ended = tool::run(folder.path(), &[&arguments[..], &outputs].concat());
    assert_ne!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let log = std::fs::read_to_string(folder.path().join("probe.log")).unwrap();
    let head: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&head["version"], &head["http"], &head["other_http"]),
        (&1.into(), &"2".into(), &true.into())
    );
    let records = records(&log);
    let old = records.iter().filter(|record| record.get("v").is_none()).count();
    assert!(records.len() > 100 && (1..=12).contains(&old), "{old} of {}", records.len());
    assert!(log.contains("[\"x-ratelimit-remaining\","), "{log}");
    tool::run(folder.path(), &["judge", "probe.log", "--report", "json=b.json"]);
    let (live, again) = (json(folder.path(), "a.json"), json(folder.path(), "b.json"));
    assert_eq!(live["limits"], again["limits"]);
    for rule in ["RA001", "RA004", "EN001", "ST001", "IS005"] {
        let (verdict, told) = verdict(&live, rule);
        assert_eq!(verdict, "pass", "{told}");
    }
    assert!(verdict(&live, "CC003").1.contains("multiplexed on one HTTP/2 connection"), "{}", ended.stdout);
    assert!(verdict(&live, "IS005").1.contains("HTTP/1.1: refused in "), "{}", ended.stdout);
}

/// The server runs as another process: `serve --defect` shows it as well.
#[test]
fn a_limiter_that_forgets_http2_has_a_way_around() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = tollgate::reference::Options {
        limit: LIMIT,
        window: WINDOW,
        defect: tollgate::reference::find_defect("http2-never-limited"),
        ..tollgate::reference::Options::default()
    };
    let server = runtime.block_on(tollgate::reference::start(options)).unwrap();
    let keys: Vec<&str> = ["api_key", "second_key", "other_workspace_key"]
        .map(|alias| server.keys().iter().find(|key| key.alias == alias).unwrap().key.as_str())
        .to_vec();
    let target = server.origin();
    let arguments =
        ["limits", "--target", &target, "--request", "GET /api/v1/leads", "--limit", "8/1s", "--quick"];
    let keyed = ["--key", keys[0], "--key", keys[1], "--key", keys[2], "--report", "json=a.json"];
    let ended = tool::run(folder.path(), &[&arguments[..], &keyed].concat());
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let report = json(folder.path(), "a.json");
    let (around, told) = verdict(&report, "IS005");
    assert!(around == "fail" && told.contains("\\\"HTTP/2\\\""), "{told}");
    let (connected, told) = verdict(&report, "CC003");
    assert!(connected == "fail" && told.contains("multiplexed"), "{told}");
    drop(server);
}

/// Requests of each key in each window.
type Counts = Arc<Mutex<HashMap<String, (Instant, u32)>>>;

fn admits(counts: &Counts, key: &str) -> bool {
    let mut counts = counts.lock().unwrap();
    let now = Instant::now();
    let (start, count) = counts.entry(key.to_owned()).or_insert((now, 0));
    if now.duration_since(*start) >= WINDOW {
        (*start, *count) = (now, 0);
    }
    *count += 1;
    *count <= LIMIT
}

/// A server that speaks HTTP/2 only, and refuses with a frame.
fn refuses(by_connection: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let counts = Counts::default();
            while let Ok((stream, _)) = listener.accept().await {
                let counts = Arc::clone(&counts);
                tokio::spawn(async move {
                    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                    while let Some(Ok((request, mut respond))) = connection.accept().await {
                        let key = request.headers().get("authorization").map(|key| key.to_str().unwrap());
                        if key.is_some_and(|key| !admits(&counts, key)) {
                            match by_connection {
                                true => connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM),
                                false => respond.send_reset(Reason::REFUSED_STREAM),
                            }
                            continue;
                        }
                        let head = http::Response::builder().header("content-type", "application/json");
                        let head = head.body(()).unwrap();
                        if let Ok(mut body) = respond.send_response(head, false) {
                            let _ = body.send_data(Bytes::from_static(b"{\"items\":[]}"), true);
                        }
                    }
                });
            }
        });
    });
    address
}

#[test]
fn a_server_that_refuses_by_frames_is_judged_and_fails_for_its_status() {
    for (by_connection, frame) in [(false, "RST_STREAM REFUSED_STREAM"), (true, "GOAWAY ENHANCE_YOUR_CALM")] {
        let folder = tempfile::tempdir().unwrap();
        let target = format!("http://{}", refuses(by_connection));
        let arguments = ["limits", "--http", "2", "--target", &target, "--request", "GET /items", "--quick"];
        let keys = ["--key", "key-of-test-1", "--key", "key-of-test-2", "--key", "key-of-test-3"];
        let outputs = ["--limit", "8/1s", "--record", "probe.log", "--report", "json=a.json"];
        let ended = tool::run(folder.path(), &[&arguments[..], &keys, &outputs].concat());
        assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
        let report = json(folder.path(), "a.json");
        let (status, told) = verdict(&report, "ST001");
        assert!(status == "fail" && told.contains(&format!("{frame}: ")), "{told}");
        let (counted, told) = verdict(&report, "CT001");
        assert_eq!(counted, "pass", "{told}");
        // What was not answered with 429 has no wait either, which one rule says and no other.
        assert_eq!(verdict(&report, "RA001").0, "skipped", "{}", ended.stdout);
        let log = std::fs::read_to_string(folder.path().join("probe.log")).unwrap();
        let refused = records(&log).iter().filter(|record| record["rejection"] == frame).count();
        assert!(refused > 20, "{refused}");
        let head: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
        assert!(head["other_http"].is_string(), "{head}");
        tool::run(folder.path(), &["judge", "probe.log", "--report", "json=b.json"]);
        assert_eq!(report["limits"], json(folder.path(), "b.json")["limits"]);
    }
}
