//! Runs that are ended from outside: Ctrl-C, a reader that goes away, a full disk.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::bad_server::{Server, answer};
use crate::tool;

/// Waits until the client hangs up.
fn hang(stream: &mut TcpStream) {
    use std::io::Read;
    let mut rest = [0; 64];
    while stream.read(&mut rest).is_ok_and(|count| count > 0) {}
}

fn interrupt(child: &Child) {
    let done = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
}

const SLOW: &str = "name: Slow\nsteps:\n  - name: waits\n    request: { get: /hang }\n  - name: never comes\n    request: \
                    { get: /healthy/never }\nteardown:\n  - name: cleans up\n    request: { get: TEARDOWN }\n";
const NEXT: &str = "name: Next\nsteps:\n  - request: { get: /healthy/next }\n";

/// A run that hangs in its first step; `waiting` says when a request hangs.
fn slow_run(folder: &Path, teardown: &str) -> (Server, Child, mpsc::Receiver<()>) {
    let (send, waiting) = mpsc::channel();
    let server = Server::start(move |stream, _| {
        send.send(()).unwrap();
        hang(stream);
    });
    std::fs::write(folder.join("a.yaml"), SLOW.replace("TEARDOWN", teardown)).unwrap();
    std::fs::write(folder.join("b.yaml"), NEXT).unwrap();
    let target = format!("http://{}", server.address);
    let mut arguments = vec!["run", "a.yaml", "b.yaml", "--jobs", "1", "--target", &target];
    arguments.extend([
        "--report",
        "json=out.json",
        "--report",
        "junit=out.xml",
        "--report",
        "ndjson=out.ndjson",
    ]);
    let child = tool::command(folder, &arguments).spawn().unwrap();
    (server, child, waiting)
}

/// The JSON report, after a look at the other two.
fn whole_reports(folder: &Path) -> Value {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let xml = read("out.xml");
    assert!(xml.starts_with("<?xml") && xml.trim_end().ends_with("</testsuites>"), "{xml}");
    assert!(xml.contains("skipped"), "{xml}");
    let events: Vec<Value> =
        read("out.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.last().unwrap()["event"], "run-finished");
    serde_json::from_str(&read("out.json")).unwrap()
}

#[test]
fn ctrl_c_ends_the_run_with_teardown_and_whole_reports() {
    let folder = tempfile::tempdir().unwrap();
    let (server, child, waiting) = slow_run(folder.path(), "/healthy/teardown");
    waiting.recv_timeout(Duration::from_secs(20)).unwrap();
    interrupt(&child);
    let ended = tool::ended(child);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    let report = whole_reports(folder.path());
    assert_eq!(report["interrupted"], true);
    let steps = report["scenarios"][0]["steps"].as_array().unwrap();
    let verdicts: Vec<_> = steps.iter().map(|step| &step["verdict"]).collect();
    assert_eq!(verdicts, ["skipped", "skipped", "pass"], "{report:#}");
    assert_eq!(report["scenarios"][0]["verdict"], "inconclusive");
    assert_eq!(report["scenarios"][1]["verdict"], "skipped");
    assert!(report["scenarios"][1]["reason"].as_str().unwrap().contains("interrupted"));
    let seen = server.seen();
    assert!(seen.iter().any(|line| line.contains("/healthy/teardown")), "{seen:?}");
    assert!(!seen.iter().any(|line| line.contains("/never") || line.contains("/next")), "{seen:?}");
}

#[test]
fn ctrl_c_ends_the_repetitions() {
    let folder = tempfile::tempdir().unwrap();
    let (send, waiting) = mpsc::channel();
    let server = Server::start(move |stream, number| {
        if number < 3 {
            return answer(stream, "200 OK", "", "{}");
        }
        send.send(()).unwrap();
        hang(stream);
    });
    std::fs::write(folder.path().join("a.yaml"), SLOW.replace("TEARDOWN", "/healthy/teardown")).unwrap();
    let target = format!("http://{}", server.address);
    let arguments = ["run", ".", "--repeat", "1000", "--report", "json=-", "--target", &target];
    let child = tool::command(folder.path(), &arguments).spawn().unwrap();
    waiting.recv_timeout(Duration::from_secs(20)).unwrap();
    interrupt(&child);
    let ended = tool::ended(child);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let scenario = &report["scenarios"][0];
    assert_eq!(scenario["verdict"], "inconclusive");
    assert_eq!(scenario["reason"], "ended after 4 of 1000 repetitions: interrupted before its end");
    let torn_down = server.seen().iter().filter(|line| line.contains("/healthy/teardown")).count();
    assert_eq!(torn_down, 4, "each repetition that began cleans up");
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_teardown() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, child, waiting) = slow_run(folder.path(), "/hang/teardown");
    for _ in 0..2 {
        waiting.recv_timeout(Duration::from_secs(20)).unwrap();
        interrupt(&child);
    }
    let ended = tool::ended(child);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    // Teardown alone may take five seconds after the first.
    assert!(ended.took < Duration::from_secs(4), "{:?}", ended.took);
    let report = whole_reports(folder.path());
    assert_eq!(report["scenarios"][0]["steps"][2]["verdict"], "skipped");
}

/// A healthy suite, large enough to fill a pipe.
fn healthy(folder: &Path) -> Server {
    let server = Server::start(|stream, _| answer(stream, "500 Oops", "", "{}"));
    let step = "  - request: { get: /healthy }\n    expect: { status: 200 }\n";
    std::fs::write(folder.join("a.yaml"), format!("name: Healthy\nsteps:\n{}", step.repeat(20))).unwrap();
    server
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let server = healthy(folder.path());
    let target = format!("http://{}", server.address);
    for arguments in [
        &["run", "a.yaml", "-v", "--target", &target][..],
        &["completions", "bash"],
        &["explain"],
        &["--help"],
    ] {
        let mut child = tool::command(folder.path(), arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ended = tool::ended(child);
        assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_closed_stdout_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let server = healthy(folder.path());
    let run =
        format!("exec {} run a.yaml --target http://{} >&-", env!("CARGO_BIN_EXE_tollgate"), server.address);
    let ended = Command::new("sh").args(["-c", &run]).current_dir(folder.path()).output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr)), (Some(0), "".into()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_is_lost_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = healthy(folder.path());
    let target = format!("http://{}", server.address);
    for arguments in [
        &["run", "a.yaml", "--target", &target, "--report", "json"][..],
        &["run", "a.yaml", "--target", &target, "--report", "json=/dev/full"],
        &["explain"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ended = tool::ended(tool::command(folder.path(), arguments).stdout(full).spawn().unwrap());
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("cannot be written: No space left"), "{arguments:?}: {}", ended.stderr);
    }
}
