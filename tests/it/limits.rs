//! `tollgate limits` as a process: the demonstration, what is refused, what an interruption leaves, and the keys.

use std::sync::mpsc;

use serde_json::Value;

use crate::bad_server::{Server, answer};
use crate::tool;

const KEY: &str = "sk-limits-9f3b7c21";

#[test]
fn the_reference_server_inside_passes_and_its_log_is_judged_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("probe.log");
    let log = log.to_str().unwrap();
    let probed = tool::run(
        folder.path(),
        &[
            "limits",
            "--quick",
            "--limit",
            "8/1s",
            "--max-seconds",
            "9",
            "--record",
            log,
            "--report",
            "json=a.json",
        ],
    );
    assert_ne!(probed.code, Some(1), "{}{}", probed.stdout, probed.stderr);
    assert!(probed.stderr.contains("about") && probed.stderr.contains("requests"), "{}", probed.stderr);
    tool::run(folder.path(), &["judge", log, "--report", "json=b.json"]);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.path().join(name)).unwrap()).unwrap()
    };
    let (live, again) = (read("a.json"), read("b.json"));
    assert_eq!(live["limits"], again["limits"]);
    let verdicts = live["limits"][0]["verdicts"].as_array().unwrap();
    let passed =
        |rule: &str| verdicts.iter().any(|verdict| verdict["rule"] == rule && verdict["verdict"] == "pass");
    for rule in ["RA001", "RA004", "RC001", "EN001"] {
        assert!(passed(rule), "{rule}: {}", probed.stdout);
    }
}

#[test]
fn nothing_is_sent_where_it_must_not_be_or_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let far = ["limits", "--target", "http://api.example.com", "--key", KEY, "--request", "GET /x"];
    let cases: [(&[&str], &str); 6] = [
        (&far, "--allow-load api.example.com"),
        (&["limits", "--target", "http://127.0.0.1:1", "--request", "GET /x"], "--key"),
        (&["limits", "--target", "http://127.0.0.1:1", "--key", KEY], "--request"),
        (&["limits", "--burst", "5"], "--semantics bucket"),
        (
            &["limits", "--target", "http://127.0.0.1:1", "--key", KEY, "--request", "GET /x", "--dry-run"],
            "--limit",
        ),
        (&["limits", "--write", "POST /leads", "--list", "GET /leads", "--body", "{}"], "{{marker}}"),
    ];
    for (arguments, told) in cases {
        let ended = tool::run(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(told) && !ended.stderr.contains(KEY),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
    let plan =
        tool::run(folder.path(), &["limits", "--dry-run", "--limit", "60/60s", "--max-seconds", "300"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(
        plan.stdout.contains("clean-trial") && plan.stdout.contains("left out: writes"),
        "{}",
        plan.stdout
    );
}

#[test]
fn a_server_that_never_refuses_fails_and_the_key_it_repeats_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::reading(|stream, _, request| {
        let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization"));
        let line = line.unwrap_or_default();
        answer(stream, "200 OK", &format!("X-Echo: {line}\r\n"), &format!("{{\"you\":\"{line}\"}}"));
    });
    let target = format!("http://{}", server.address);
    let arguments =
        ["limits", "--target", &target, "--key", KEY, "--request", "GET /items", "--limit", "2/1s"];
    let more = ["--quick", "--record", "probe.log", "--report", "json=out.json"];
    let ended = tool::run(folder.path(), &[&arguments[..], &more[..]].concat());
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("CT001"), "{}", ended.stdout);
    let kept =
        ["probe.log", "out.json"].map(|name| std::fs::read_to_string(folder.path().join(name)).unwrap());
    for text in kept.iter().chain([&ended.stdout, &ended.stderr]) {
        assert!(!text.contains(KEY), "{text}");
    }
    assert!(kept[0].contains("[redacted]"));
    assert!(
        // One greeting asks whether HTTP/2 is spoken.
        server
            .seen()
            .iter()
            .all(|line| line.is_empty() || line.contains("/items") || line == "PRI * HTTP/2.0"),
        "{:?}",
        server.seen()
    );
}

/// Five requests for each key, ever; it forgets them when it finds the file.
#[cfg(unix)]
fn counting(forgets: std::path::PathBuf) -> Server {
    let counts = std::sync::Mutex::new(std::collections::HashMap::<String, u32>::new());
    Server::reading(move |stream, _, request| {
        let key = request.lines().find(|line| line.starts_with("Authorization")).unwrap_or_default();
        let mut counts = counts.lock().expect("no thread panicked");
        if std::fs::remove_file(&forgets).is_ok() {
            counts.clear();
        }
        let count = counts.entry(key.to_owned()).or_default();
        *count += 1;
        match *count {
            ..=5 => answer(stream, "200 OK", "", "{}"),
            _ => answer(stream, "429 Too Many Requests", "Retry-After: 600\r\n", "{}"),
        }
    })
}

#[cfg(unix)]
#[test]
fn a_restart_command_tells_whether_counts_survive_and_one_that_fails_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = counting(folder.path().join("forget"));
    let target = format!("http://{}", server.address);
    let probed = |key: &str, command: &str| {
        let arguments = ["limits", "--target", &target, "--key", key, "--request", "GET /items", "--limit"];
        let more = ["5/600s", "--only", "restart", "--restart-command", command, "--report", "json=out.json"];
        let ended = tool::run(folder.path(), &[&arguments[..], &more[..]].concat());
        let report: Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("out.json")).unwrap()).unwrap();
        let verdicts = report["limits"][0]["verdicts"].as_array().unwrap();
        let verdict = verdicts.iter().find(|verdict| verdict["rule"] == "RC008").unwrap();
        (verdict["verdict"].as_str().unwrap().to_owned(), verdict["measured"].to_string(), ended)
    };
    let (verdict, measured, ended) = probed("key-one", "echo noise; echo noise >&2; : > forget");
    assert_eq!(verdict, "warning", "{measured} {}{}", ended.stdout, ended.stderr);
    assert!(!ended.stdout.contains("noise") && !ended.stderr.contains("noise"));
    let (verdict, measured, _) = probed("key-two", "true");
    assert_eq!(verdict, "pass", "{measured}");
    let (verdict, measured, ended) = probed("key-three", "exit 7");
    assert_eq!((verdict.as_str(), ended.code), ("inconclusive", Some(3)), "{measured}");
    assert!(measured.contains("exit status: 7") && measured.contains("run it by hand"), "{measured}");
    let unknown = tool::run(folder.path(), &["limits", "--only", "recovry"]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("recovery, "), "{}", unknown.stderr);
    let inside = tool::run(folder.path(), &["limits", "--restart-command", "true"]);
    assert!(inside.code == Some(2) && inside.stderr.contains("--target"), "{}", inside.stderr);
}

#[cfg(unix)]
#[test]
fn ctrl_c_judges_what_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (send, waiting) = mpsc::channel();
    let server = Server::start(move |stream, number| {
        if number < 12 {
            return answer(stream, "200 OK", "", "{}");
        }
        send.send(()).unwrap();
        let mut rest = [0; 64];
        while std::io::Read::read(stream, &mut rest).is_ok_and(|count| count > 0) {}
    });
    let target = format!("http://{}", server.address);
    let arguments =
        ["limits", "--target", &target, "--key", KEY, "--request", "GET /items", "--limit", "50/60s"];
    let more = ["--record", "probe.log"];
    let child = tool::command(folder.path(), &[&arguments[..], &more[..]].concat()).spawn().unwrap();
    waiting.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    let done = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let ended = tool::ended(child);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("interrupted"), "{}", ended.stdout);
    let log = std::fs::read_to_string(folder.path().join("probe.log")).unwrap();
    assert!(log.contains("\"undone\"") && log.lines().count() > 12, "{log}");
    let again = tool::run(folder.path(), &["judge", "probe.log"]);
    assert_eq!(again.code, Some(3), "{}", again.stdout);
    assert!(again.stdout.contains("interrupted: judged as far as it came"), "{}", again.stdout);
}

#[test]
fn a_target_that_is_lost_on_the_way_cannot_pass() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|stream, number| {
        if number < 10 {
            answer(stream, "200 OK", "", "{}");
        }
    });
    let target = format!("http://{}", server.address);
    let arguments = ["limits", "--target", &target, "--key", KEY, "--request", "GET /items", "--limit"];
    let ended =
        tool::run(folder.path(), &[&arguments[..], &["5/1s", "--quick", "--record", "probe.log"]].concat());
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("the target was lost"), "{}", ended.stdout);
    assert_eq!(tool::run(folder.path(), &["judge", "probe.log"]).code, Some(3));
}

#[test]
fn a_probe_that_finds_nothing_out_cannot_pass() {
    let folder = tempfile::tempdir().unwrap();
    let inside = ["limits", "--limit", "8/1s", "--quick"];
    for (more, told) in [
        (&["--only", "restart"][..], "`restart` lacks what it needs"),
        (&["--max-requests", "10"], "max-requests 10"),
    ] {
        let ended = tool::run(folder.path(), &[&inside[..], more].concat());
        assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
        assert!(
            ended.stderr.contains("nothing can be probed") && ended.stderr.contains(told),
            "{}",
            ended.stderr
        );
    }
    let twice =
        ["limits", "--target", "http://127.0.0.1:1", "--request", "GET /x", "--key", KEY, "--key", KEY];
    let ended = tool::run(folder.path(), &twice);
    assert!(ended.code == Some(2) && ended.stderr.contains("key 2 is key1 again"), "{}", ended.stderr);
}

#[test]
fn nobody_listening_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["limits", "--target", "http://127.0.0.1:1", "--key", KEY, "--request", "GET /x", "--limit", "5/1s"];
    let ended = tool::run(folder.path(), &arguments);
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("127.0.0.1:1"), "{}", ended.stderr);
}

#[test]
fn a_request_that_is_refused_without_any_limit_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["limits", "--quick", "--limit", "8/1s", "--request", "GET /nothing/here"];
    let ended = tool::run(folder.path(), &arguments);
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    let why = "GET /api/v1/nothing/here was answered 404 with ";
    assert!(ended.stderr.contains(why) && ended.stderr.contains("before any limit"), "{}", ended.stderr);
    assert!(ended.took.as_secs() < 10, "{:?}", ended.took);
}

/// The short form of the table: `tollgate limits --self-test --seeds 100` is the long one.
#[test]
fn clean_limiters_raise_no_alarm_and_each_fault_is_named_by_its_rules_only() {
    let folder = tempfile::tempdir().unwrap();
    let tested = |size: &str, models: &[&str]| {
        let mut arguments = vec!["limits", "--self-test", "--seeds", "1", "--size", size];
        models.iter().for_each(|model| arguments.extend(["--model", model]));
        let tested = tool::run(folder.path(), &arguments);
        assert_eq!(tested.code, Some(0), "{}{}", tested.stdout, tested.stderr);
        let last = tested.stdout.lines().last().unwrap_or_default();
        assert!(last.contains(" limiters, ") && last.contains(" runs "), "{}", tested.stdout);
    };
    tested("5/1s", &[]);
    tested("20/6s", &["window", "sliding", "bucket", "GCRA", "ban"]);
    let unknown = tool::run(folder.path(), &["limits", "--self-test", "--fault", "no-such-fault"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("wait-rounded-down"), "{}", unknown.stderr);
}
