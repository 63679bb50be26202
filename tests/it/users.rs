//! `tollgate load` with users: walks, waits, plans, and what goose must not do to the tool around it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use serde_json::Value;

use crate::bad_server::Server;
use crate::tool::{self, Ended};

const WALK: &str = r#"name: Leads
contract: propertybase-v1
vars: { user: 0, iteration: 0, email: "u{{ user }}-{{ iteration }}-{{ uuid() }}@example.com" }
defaults: { headers: { authorization: "Bearer {{ api_key }}" } }
load: { users: 3, duration: 1s, think: 5ms..10ms, on_429: wait, limit: 10000/60s }
setup:
  - name: before
    request: { get: /leads }
steps:
  - name: create
    request: { post: /leads, json: { name: Ada, email: "{{ email }}" } }
    expect: { status: 2xx }
    capture: { lead: $.data.id }
  - name: read
    request: { get: "/leads/{{ lead }}" }
"#;

fn load(folder: &Path, arguments: &[&str]) -> (Ended, Value) {
    let ended = tool::run(folder, &[&["load", "--report", "json=out.json"], arguments].concat());
    let text =
        std::fs::read_to_string(folder.join("out.json")).unwrap_or_else(|_| panic!("{}", ended.stderr));
    (ended, serde_json::from_str(&text).unwrap())
}

fn count(report: &Value, pointer: &str) -> u64 {
    report.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("{pointer}"))
}

#[test]
fn users_walk_the_steps_with_what_they_captured_and_nothing_of_goose_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("walk.yaml"), WALK).unwrap();
    let (ended, report) = load(folder.path(), &["walk.yaml"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let load = &report["load"];
    assert_eq!((&load["model"], &load["users"]), (&Value::from("closed"), &Value::from(3)));
    let sent = |step: usize| count(load, &format!("/steps/{step}/counts/sent"));
    let whole = count(load, "/walks/whole");
    // Every lead that was read is one that was just made; at the end each user may be half way.
    assert!(whole >= 3 && sent(1) >= whole && sent(0) - whole <= 3, "{}", ended.stdout);
    assert_eq!(count(load, "/steps/1/counts/admitted"), sent(1), "{}", ended.stdout);
    assert_eq!(count(load, "/walks/ended"), 0, "{}", ended.stdout);
    assert_eq!(count(load, "/judging/full") + count(load, "/judging/known"), sent(0) + sent(1));
    let sum: u64 =
        load["series"]["points"].as_array().unwrap().iter().map(|point| count(point, "/sent")).sum();
    assert_eq!(sum, sent(0) + sent(1));
    let note = "note: under load answers are judged by the contract; what steps `expect` is not looked at\n";
    assert_eq!(ended.stderr, note);
    assert!(!ended.stdout.to_lowercase().contains("goose") && !ended.stdout.contains("launched"));
    assert!(ended.stdout.contains("service") && !ended.stdout.contains("latency"), "{}", ended.stdout);
}

#[test]
fn every_user_and_every_walk_has_its_own_values() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Arc::new(Mutex::new(Vec::new()));
    let own = Arc::clone(&keys);
    let server = Server::reading(move |stream, _, request| {
        let key = request.lines().find_map(|line| line.strip_prefix("x-key: ")).unwrap_or_default();
        let line = request.lines().next().unwrap_or_default();
        own.lock().unwrap().push((line.to_owned(), key.trim().to_owned()));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
    });
    let scenario = "name: Own\nvars: { user: 0, iteration: 0, keys: [ann, bob] }\nsteps:\n  - request: { get: \"/x/{{ \
                    user }}/{{ iteration }}\", headers: { x-key: \"{{ keys[user % 2] }}\" } }\n";
    std::fs::write(folder.path().join("own.yaml"), scenario).unwrap();
    let target = format!("http://{}", server.address);
    let arguments =
        ["own.yaml", "--target", &target, "--users", "2", "--duration", "400ms", "--think", "100ms"];
    let (ended, report) = load(folder.path(), &arguments);
    let seen = keys.lock().unwrap();
    assert_eq!(count(&report, "/load/totals/sent"), seen.len() as u64, "{}", ended.stdout);
    for wanted in [("0/0", "ann"), ("1/0", "bob"), ("0/1", "ann"), ("1/1", "bob")] {
        let one = (format!("GET /x/{} HTTP/1.1", wanted.0), wanted.1.to_owned());
        assert_eq!(seen.iter().filter(|pair| **pair == one).count(), 1, "{wanted:?} {seen:?}");
    }
    // They think between requests: at most five fit for each of them.
    assert!(seen.len() <= 10, "{seen:?}");
}

#[test]
fn users_wait_as_they_are_told_and_come_back_as_a_herd() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--users", "4", "--duration", "2500ms", "--limit", "10/1s", "--on-429", "wait"];
    let (ended, report) = load(folder.path(), &arguments);
    let throttling = &report["load"]["throttling"];
    assert_eq!(count(throttling, "/early"), 0, "{}", ended.stdout);
    assert!(count(throttling, "/waits") >= 4, "{}", ended.stdout);
    assert!(throttling["herd"].as_f64().is_some_and(|herd| herd > 0.0 && herd <= 1.0), "{throttling}");
    // Each of the four is throttled once a window.
    assert!(count(&report, "/load/totals/throttled") <= 12, "{}", ended.stdout);
}

#[test]
fn a_wait_that_is_no_number_is_counted_and_ends_with_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|stream, number| {
        let wait = ["Thu, 01 Jan 2099 00:00:00 GMT", "99999999999999999999"][number % 2];
        let head = format!(
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: {wait}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
    });
    let target = format!("http://{}", server.address);
    let arguments = ["--target", &target, "--request", "GET /x", "--users", "2", "--duration", "600ms"];
    let (ended, report) = load(folder.path(), &[&arguments[..], &["--on-429", "wait"]].concat());
    assert_eq!(count(&report, "/load/throttling/without_seconds"), 2, "{}", ended.stdout);
    assert_eq!(count(&report, "/load/totals/sent"), 2, "{}", ended.stdout);
}

#[test]
fn a_plan_says_how_many_users_there_are_when() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--test-plan", "4,400ms;4,400ms;0,400ms", "--think", "20ms", "--limit", "10000/60s"];
    let (ended, report) = load(folder.path(), &arguments);
    assert_eq!((ended.code, count(&report, "/load/users")), (Some(0), 4), "{}", ended.stdout);
    assert_eq!(count(&report, "/load/planned_ms"), 1_200);
    assert!((20..=240).contains(&count(&report, "/load/totals/sent")), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_walk_that_does_not_get_what_it_needs_ends_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let broken = WALK.replace("lead: $.data.id", "lead: $.data.nothing").replace("1s", "300ms");
    std::fs::write(folder.path().join("walk.yaml"), broken).unwrap();
    let (ended, report) = load(folder.path(), &["walk.yaml"]);
    let walks = &report["load"]["walks"];
    assert_eq!(count(walks, "/whole"), 0);
    assert!(count(walks, "/ended") > 0 && count(&report, "/load/steps/1/counts/sent") == 0);
    assert!(walks["reason"].as_str().unwrap().contains("`lead` is not captured"), "{}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_users_with_a_whole_report() {
    let folder = tempfile::tempdir().unwrap();
    let (send, first) = mpsc::channel();
    let server = Server::start(move |stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        let _ = send.send(());
    });
    let target = format!("http://{}", server.address);
    let arguments = ["load", "--target", &target, "--request", "GET /x", "--users", "2", "--think", "50ms"];
    let more = ["--duration", "1h", "--report", "json=out.json"];
    let child = tool::command(folder.path(), &[&arguments[..], &more].concat()).spawn().unwrap();
    (0..3).for_each(|_| first.recv().unwrap());
    let done = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let ended = tool::ended(child);
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("out.json")).unwrap()).unwrap();
    assert_eq!((ended.code, &report["interrupted"]), (Some(130), &Value::Bool(true)), "{}", ended.stderr);
    assert!(count(&report, "/load/totals/admitted") >= 3 && ended.stderr.is_empty(), "{}", ended.stderr);
}

#[test]
fn users_whose_setup_does_not_pass_prove_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let walk = WALK.replace(
        "    request: { get: /leads }\nsteps",
        "    request: { get: /nowhere }\n    expect: { status: 200 }\nsteps",
    );
    std::fs::write(folder.path().join("walk.yaml"), walk).unwrap();
    let ended = tool::run(folder.path(), &["load", "walk.yaml"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("step `before` did not pass"), "{}", ended.stderr);
    assert!(ended.stderr.contains("inconclusive: nothing else was sent"), "{}", ended.stderr);
}

#[test]
fn what_users_and_schedules_do_not_share_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, with) in [
        ("both.yaml", "users: 3, rate: 5/s"),
        ("think.yaml", "think: 5ms, duration: 1s"),
        ("plan.yaml", "test_plan: \"3;4\""),
        ("wait.yaml", "rate: 5/s, on_429: wait"),
    ] {
        let text = format!("name: A\nload: {{ {with} }}\nsteps:\n  - request: {{ get: /leads }}\n");
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for (arguments, expected) in [
        (&["both.yaml"][..], "`rate` and `users` exclude each other"),
        (&["think.yaml"], "`think` is for users"),
        (&["plan.yaml"], "`3` is no part of a plan"),
        (&["wait.yaml"], "a schedule does not wait"),
        (&["--think", "5ms"], "--think is for users"),
        (&["--users", "3", "--rate", "5/s"], "cannot be used with"),
        (&["--test-plan", "0,5s"], "loads nothing"),
    ] {
        let ended = tool::run(folder.path(), &[&["load"], arguments].concat());
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stdout);
        assert!(ended.stderr.contains(expected), "{arguments:?}: {}", ended.stderr);
    }
}
