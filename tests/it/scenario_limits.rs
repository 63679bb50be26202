//! `limits` of a scenario as a process: verdicts as steps, the parts of the reports, exit codes, an interruption.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::sync::mpsc;

use serde_json::Value;

use crate::bad_server::{Server, answer};
use crate::tool;

const KEY: &str = "sk-scenario-9f3b7c21";

/// A scenario whose keys are the reference server's of 5 requests a second.
const PROBE: &str = r#"name: The limit of leads
contract: propertybase-v1
setup: [{ name: is there, request: { get: /health }, expect: { status: 200 } }]
limits:
  request: { get: /leads }
  keys: ["{{ probe_key_1 }}", "{{ probe_key_2 }}", "{{ probe_key_3 }}", "{{ probe_key_4 }}"]
  limit: 5/1s
  profile: quick
  max_seconds: 9
teardown: [{ name: is still there, request: { get: /health } }]
"#;

/// One whose key is given, and whose target has no limit.
const UNLIMITED: &str = r#"name: The limit of items
limits:
  request: { get: /items, headers: { x-workspace-id: ws_1 } }
  keys: ["{{ item_key }}"]
  limit: 5/1s
  profile: quick
  max_seconds: 6
"#;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("probe.yaml"), text).unwrap();
    folder
}

fn json(folder: &tempfile::TempDir, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.path().join(name)).unwrap()).unwrap()
}

fn steps(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = report["scenarios"][0]["steps"].as_array().unwrap();
    steps.iter().map(|step| (text(&step["name"]), text(&step["verdict"]))).collect()
}

#[test]
fn an_honest_limit_has_verdicts_as_steps_and_a_part_of_the_report() {
    let folder = folder(PROBE);
    let ended = tool::run(folder.path(), &["run", "probe.yaml", "--report", "json=a.json"]);
    assert_ne!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("clean-trial") && ended.stderr.contains("about"), "{}", ended.stderr);
    let limiter = "limiter     fixed window";
    assert!(ended.stdout.contains(limiter) && !ended.stdout.contains(": no answer"), "{}", ended.stdout);
    let report = json(&folder, "a.json");
    assert_eq!((&report["kind"], report["limits"].as_array().unwrap().len()), (&"run".into(), 1));
    let limit = &report["limits"][0];
    assert_eq!((&limit["scenario"], &limit["file"]), (&"The limit of leads".into(), &"probe.yaml".into()));
    assert_eq!(limit["keys"][0], "probe_key_1");
    let steps = steps(&report);
    let rules = limit["verdicts"].as_array().unwrap().len();
    assert_eq!(steps.len(), rules + 3);
    assert_eq!((steps[0].0.as_str(), steps[1].0.as_str()), ("is there", "probes GET /leads"));
    assert_eq!(steps.last().unwrap().0, "is still there");
    for rule in ["RA001 ", "RA004 ", "RC001 ", "EN001 "] {
        let passed = |(name, verdict): &(String, String)| name.starts_with(rule) && verdict == "pass";
        assert!(steps.iter().any(passed), "{rule}: {}", ended.stdout);
    }
    let refused = &report["coverage"]["propertybase-v1"]["codes"]["RATE_LIMIT_EXCEEDED"];
    assert!(refused.as_u64().unwrap() > 20, "{refused}");
    let sent = report["summary"]["requests"].as_u64().unwrap();
    assert!(sent > 100 && sent == report["scenarios"][0]["steps"][1]["attempts"].as_u64().unwrap() + 2);
}

#[test]
fn a_missing_limit_fails_at_its_place_and_the_key_is_not_shown() {
    let folder = folder(UNLIMITED);
    let server = Server::reading(|stream, _, request| {
        let said = format!("{{\"said\":{request:?}}}");
        answer(stream, "200 OK", "Content-Type: application/json\r\n", &said);
    });
    let target = format!("http://{}", server.address);
    let key = format!("item_key={KEY}");
    let outputs = ["--report", "json=a.json", "--report", "junit=a.xml", "--report", "ndjson=a.ndjson"];
    let ended = tool::run(
        folder.path(),
        &[&["run", "probe.yaml", "--target", &target, "--var", &key][..], &outputs].concat(),
    );
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let report = json(&folder, "a.json");
    let finding = report["findings"].as_array().unwrap().iter().find(|found| found["rule"] == "CT002");
    let finding = finding.unwrap_or_else(|| panic!("{}", ended.stdout));
    assert_eq!(
        (&finding["file"], &finding["line"], &finding["column"]),
        (&"probe.yaml".into(), &2.into(), &1.into())
    );
    assert!(finding["curl"].as_str().unwrap().starts_with("tollgate run probe.yaml --target"), "{finding}");
    assert!(ended.stdout.contains("--> probe.yaml:2:1"), "{}", ended.stdout);
    assert!(steps(&report).contains(&("CT002 limit-in-any-interval".to_owned(), "fail".to_owned())));
    let mut all = ended.stdout + &ended.stderr;
    for name in ["a.json", "a.xml", "a.ndjson"] {
        all += &std::fs::read_to_string(folder.path().join(name)).unwrap();
    }
    assert!(all.contains("limit-judged") && all.contains("<testcase name=\"CT002 limit-in-any-interval\""));
    assert!(!all.contains(KEY), "{all}");
    // What is known fails nothing, and is found again.
    let known = ["run", "probe.yaml", "--target", &target, "--var", &key, "--baseline", "known.yaml"];
    for more in [&["--update-baseline"][..], &[]] {
        let ended = tool::run(folder.path(), &[&known[..], more].concat());
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("1 accepted") && !ended.stdout.contains("gone"), "{}", ended.stdout);
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_judges_what_was_seen() {
    let folder = folder(UNLIMITED);
    let (send, waiting) = mpsc::channel();
    let server = Server::reading(move |stream, number, _| {
        if number < 12 {
            return answer(stream, "200 OK", "", "{}");
        }
        send.send(()).unwrap();
        let mut rest = [0; 64];
        while std::io::Read::read(stream, &mut rest).is_ok_and(|count| count > 0) {}
    });
    let target = format!("http://{}", server.address);
    let key = format!("item_key={KEY}");
    let arguments = ["run", "probe.yaml", "--target", &target, "--var", &key, "--report", "json=a.json"];
    let child = tool::command(folder.path(), &arguments).spawn().unwrap();
    waiting.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    let done = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let ended = tool::ended(child);
    assert_eq!(ended.code, Some(130), "{}{}", ended.stdout, ended.stderr);
    let report = json(&folder, "a.json");
    assert_eq!((&report["interrupted"], report["limits"].as_array().unwrap().len()), (&true.into(), 1));
    assert_eq!(report["scenarios"][0]["steps"][0]["verdict"], "inconclusive");
}

/// The log that a run keeps is judged as the run judged it; what to call to repeat it is the run's own.
#[test]
fn a_kept_log_is_judged_the_same_and_says_which_version_of_http_it_was() {
    for (line, flags, http) in [
        ("  http: 2\n", &[][..], Value::from("2")),
        ("", &["--http", "2"], Value::from("2")),
        ("  http: 1.1\n", &["--http", "2"], Value::Null),
    ] {
        let folder = folder(&PROBE.replace("  profile", &format!("{line}  profile")));
        let kept = ["run", "probe.yaml", "--record-limits", "logs", "--report", "json=a.json"];
        let ended = tool::run(folder.path(), &[&kept[..], flags].concat());
        assert_ne!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
        let log = std::fs::read_to_string(folder.path().join("logs/probe.log")).unwrap();
        let head: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
        assert_eq!((&head["http"], &head["other_http"]), (&http, &Value::from(true)), "{line}");
        tool::run(folder.path(), &["judge", "logs/probe.log", "--report", "json=b.json"]);
        let limits = |name: &str| {
            let mut limit = json(&folder, name)["limits"][0].clone();
            for told in ["scenario", "file"] {
                limit[told].take();
            }
            for verdict in limit["verdicts"].as_array_mut().unwrap() {
                verdict["reproduce"].take();
            }
            limit
        };
        assert_eq!(limits("a.json"), limits("b.json"));
    }
    let folder = folder(PROBE);
    std::fs::write(folder.path().join("logs"), "in the way").unwrap();
    let ended = tool::run(folder.path(), &["run", "probe.yaml", "--record-limits", "logs"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("logs is a file"), "{}", ended.stderr);
}
