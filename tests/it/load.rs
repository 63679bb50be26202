//! `tollgate load`: counts, bounds, reports and refusals, against the reference server and servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use serde_json::Value;

use crate::bad_server::Server;
use crate::tool::{self, Ended};

/// A load with its report.
fn load(folder: &Path, arguments: &[&str]) -> (Ended, Value) {
    let all = [&["load", "--report", "json=out.json"], arguments].concat();
    let ended = tool::run(folder, &all);
    let text =
        std::fs::read_to_string(folder.join("out.json")).unwrap_or_else(|_| panic!("{}", ended.stderr));
    (ended, serde_json::from_str(&text).unwrap())
}

fn count(report: &Value, pointer: &str) -> u64 {
    report.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("{pointer}"))
}

#[test]
fn the_reference_server_keeps_its_contract_under_load_and_every_request_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (ended, report) = load(
        folder.path(),
        &[
            "--rate",
            "200/s",
            "--duration",
            "2s",
            "--limit",
            "50/1s",
            "--threshold",
            "contract_violations == 0",
        ],
    );
    let load = &report["load"];
    let totals = |name: &str| count(load, &format!("/totals/{name}"));
    // On a busy machine sends may be missed; then they are counted, and nothing else is lost.
    assert_eq!(totals("sent") + totals("missed") + totals("dropped"), 400, "{}", ended.stdout);
    assert_eq!(totals("admitted") + totals("throttled") + totals("transport"), totals("sent"));
    assert_eq!((totals("error"), totals("contract_broken")), (0, 0), "{}", ended.stdout);
    assert!(totals("admitted") >= 50 && totals("throttled") > 0, "{}", ended.stdout);
    let points = load["series"]["points"].as_array().unwrap();
    let sum: u64 = points.iter().map(|point| point["sent"].as_u64().unwrap()).sum();
    assert_eq!(sum, totals("sent"));
    assert_eq!(load["thresholds"][0]["verdict"], "pass");
    assert_eq!(load["throttling"]["limit"]["limit"], 50);
    assert!(
        count(load, "/judging/full") + count(load, "/judging/known") >= totals("sent") - totals("transport")
    );
    assert!(load["histograms"][0]["hdr"].as_str().unwrap().starts_with("HISTFAAA"));
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stdout);
}

#[test]
fn a_broken_bound_fails_the_run_and_one_that_aborts_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["--rate", "100/s", "--duration", "20s", "--limit", "5/60s", "--abort-on", "throttled < 3"];
    let (ended, report) = load(folder.path(), &arguments);
    let threshold = &report["load"]["thresholds"][0];
    // On a machine that is too busy to send in time a broken bound proves nothing.
    let kept_up = report["load"]["generator"]["reason"] == "";
    let expected = if kept_up { (Some(1), "fail") } else { (Some(3), "inconclusive") };
    assert_eq!((ended.code, threshold["verdict"].as_str().unwrap()), expected, "{}", ended.stdout);
    assert_eq!(threshold["aborted"], true);
    assert!(count(&report, "/load/totals/sent") < 1_000, "{}", ended.stdout);
}

#[test]
fn the_first_429_may_end_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--rate", "100/s", "--duration", "20s", "--limit", "5/60s", "--on-429", "stop"];
    let (_, report) = load(folder.path(), &arguments);
    assert!(count(&report, "/load/totals/throttled") >= 1 && count(&report, "/load/totals/sent") < 200);
}

#[test]
fn what_breaks_the_contract_is_found_and_a_replayed_id_is_told() {
    const BODY: &str = r#"{"success":false,"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Slow down","request_id":"req_same"}}"#;
    let folder = tempfile::tempdir().unwrap();
    let answered = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&answered);
    let server = Server::start(move |stream, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        let head = format!(
            "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: 3\r\nx-request-id: \
             req_same\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        let _ = stream.write_all(head.as_bytes());
    });
    let target = format!("http://{}", server.address);
    let arguments = ["--target", &target, "--contract", "propertybase-v1", "--request", "GET /leads"];
    let (ended, report) =
        load(folder.path(), &[&arguments[..], &["--rate", "20/s", "--duration", "1s"]].concat());
    let findings = report["findings"].as_array().unwrap();
    let reused = findings.iter().find(|finding| finding["name"] == "request-id-reused");
    let sent = count(&report, "/load/totals/sent");
    assert_eq!(reused.map(|finding| finding["count"].as_u64()), Some(Some(sent - 1)), "{}", ended.stdout);
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert_eq!(count(&report, "/load/throttling/retry_after/0/seconds"), 3);
    assert_eq!(answered.load(Ordering::SeqCst), sent);
}

#[test]
fn a_server_that_does_not_answer_is_in_doubt_and_the_schedule_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|stream, _| {
        use std::io::Read;
        let mut rest = [0; 64];
        while stream.read(&mut rest).is_ok_and(|count| count > 0) {}
    });
    let target = format!("http://{}", server.address);
    let arguments = ["--target", &target, "--request", "GET /x", "--rate", "50/s", "--duration", "1s"];
    let more = ["--timeout", "300ms", "--max-in-flight", "5", "--connections", "1"];
    let (ended, report) = load(folder.path(), &[&arguments[..], &more].concat());
    let totals = |name: &str| count(&report, &format!("/load/totals/{name}"));
    assert_eq!(totals("sent") + totals("dropped") + totals("missed"), 50);
    // A busy machine misses sends before they could be dropped.
    assert!(totals("dropped") > 0 && totals("dropped") + totals("missed") > 20, "{}", ended.stdout);
    assert_eq!(totals("transport"), totals("sent"), "{}", ended.stdout);
    assert_eq!(report["load"]["steps"][0]["failures"]["timeout"], totals("sent"));
    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_a_whole_report() {
    let folder = tempfile::tempdir().unwrap();
    let (send, first) = mpsc::channel();
    let server = Server::start(move |stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        let _ = send.send(());
    });
    let target = format!("http://{}", server.address);
    let arguments =
        ["load", "--target", &target, "--request", "GET /x", "--rate", "50/s", "--duration", "1h"];
    let more = ["--report", "json=out.json", "--report", "ndjson=out.ndjson"];
    let child = tool::command(folder.path(), &[&arguments[..], &more].concat()).spawn().unwrap();
    first.recv().unwrap();
    let done = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let ended = tool::ended(child);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let report: Value = serde_json::from_str(&read("out.json")).unwrap();
    assert_eq!((ended.code, &report["interrupted"]), (Some(130), &Value::Bool(true)), "{}", ended.stderr);
    assert!(count(&report, "/load/totals/admitted") > 0);
    let lines = read("out.ndjson");
    assert!(
        lines.contains("\"event\":\"load-tick\"") && lines.contains("\"event\":\"run-finished\""),
        "{lines}"
    );
}

#[test]
fn a_scenario_is_loaded_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "name: Leads\ncontract: propertybase-v1\ndefaults: { headers: { authorization: \"Bearer {{ api_key }}\" \
                    } }\nload:\n  rate: 40/s\n  duration: 1s\n  thresholds: [\"errors <= 60%\", { bound: sent < 5, abort: \
                    false }]\nsteps:\n  - request: { get: /leads }\n  - name: unknown\n    request: { get: /leads/lead_none }\n";
    std::fs::write(folder.path().join("a.yaml"), scenario).unwrap();
    let (ended, report) = load(folder.path(), &["a.yaml"]);
    let steps = report["load"]["steps"].as_array().unwrap();
    assert_eq!(
        (steps.len(), &steps[1]["name"], &steps[1]["line"]),
        (2, &Value::from("unknown"), &Value::from(11))
    );
    assert!(steps[1]["codes"]["NOT_FOUND"].as_u64().is_some_and(|count| count > 0), "{}", ended.stdout);
    let thresholds = &report["load"]["thresholds"];
    assert_eq!((&thresholds[0]["verdict"], &thresholds[1]["line"]), (&Value::from("pass"), &Value::from(7)));
    assert_eq!(ended.code, Some(if report["load"]["generator"]["reason"] == "" { 1 } else { 3 }));
}

#[test]
fn what_cannot_be_loaded_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let chain = "name: Chain\nload: { rate: 5/s }\nsteps:\n  - request: { get: /leads }\n    capture: { id: \
                 $.id }\n";
    std::fs::write(folder.path().join("chain.yaml"), chain).unwrap();
    let elsewhere = ["--target", "http://192.0.2.1", "--request", "GET /x"];
    for (arguments, expected) in [
        (&elsewhere[..], "--allow-load 192.0.2.1"),
        (&["--target", "http://127.0.0.1:9"], "what is to be sent?"),
        (&["--threshold", "p99 < 5"], "`5` is no time"),
        (&["--threshold", "p98 < 5ms"], "p98 < 5ms"),
        (&["--rate", "5"], "write requests per time"),
        (&["chain.yaml"], "cannot be loaded at a rate"),
    ] {
        let ended = tool::run(folder.path(), &[&["load"], arguments].concat());
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stdout);
        assert!(ended.stderr.contains(expected), "{arguments:?}: {}", ended.stderr);
    }
}
