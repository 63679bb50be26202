//! `tollgate limits --arm` and `--verify` as processes: the state between them, one request, and none before its time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::bad_server::Server;
use crate::tool::{self, Ended};

const KEY: &str = "sk-armed-52d80e17";
const CODE: &str = "DAILY_LIMIT_EXCEEDED";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn write(folder: &Path, state: &Value) {
    std::fs::write(folder.join("armed.json"), serde_json::to_vec_pretty(state).unwrap()).unwrap();
}

/// A state of an earlier day whose promise came due so many seconds ago.
fn state(server: &Server, due: i64) -> Value {
    json!({
        "format": "tollgate-armed-quota", "version": 1, "origin": format!("http://{}", server.address),
        "request": "GET /items?page=1", "key": 1, "daily": 5, "received_unix_ms": (now() - 80_000) * 1_000,
        "promised_unix_s": now().saturating_add_signed(-due), "date_offset_ms": -400, "retry_after": "80000",
        "status": 429, "code": CODE,
    })
}

/// Verifies at a server, with one key.
fn verify(folder: &Path, target: &str, more: &[&str]) -> Ended {
    let usual = ["limits", "--target", target, "--verify", "armed.json", "--key", KEY];
    tool::run(folder, &[&usual[..], more].concat())
}

/// A server that gives the same answer to all; the body holds the code.
fn server(status: &'static str, code: &'static str, behind: i64) -> Server {
    Server::start(move |stream, _| {
        let date = UNIX_EPOCH + Duration::from_secs(now().saturating_add_signed(-behind));
        let (date, body) = (httpdate::fmt_http_date(date), format!("{{\"code\":\"{code}\"}}"));
        let head = format!(
            "HTTP/1.1 {status}\r\ndate: {date}\r\ncontent-type: application/json\r\nretry-after: 60\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        drop(std::io::Write::write_all(stream, head.as_bytes()));
    })
}

fn verdict(report: &Value) -> Value {
    let verdicts = report["limits"][0]["verdicts"].as_array().unwrap();
    verdicts.iter().find(|verdict| verdict["rule"] == "DQ005").unwrap().clone()
}

fn used_up_and_refused_still(request: &str, contract: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = tollgate::reference::Options {
        limit: 50,
        window: Duration::from_secs(1),
        daily: Some(5),
        ..tollgate::reference::Options::default()
    };
    let server = runtime.block_on(tollgate::reference::start(options)).unwrap();
    let keys = ["api_key", "second_key"]
        .map(|alias| server.keys().iter().find(|key| key.alias == alias).unwrap().key.clone());
    let target = server.origin();
    let keyed = ["limits", "--target", &target, "--key", &keys[0], "--key", &keys[1]];
    let usual = [&keyed[..], contract].concat();
    let limits = |more: &[&str]| tool::run(folder, &[&usual[..], more].concat());
    let promise = ["--request", request, "--limit", "50/1s", "--daily", "5", "--quick"];

    let plan = limits(&[&promise[..], &["--arm", "armed.json", "--dry-run"]].concat());
    assert!(plan.code == Some(0) && plan.stdout.contains("daily"), "{}{}", plan.stdout, plan.stderr);
    assert!(!plan.stdout.contains("sequential") && !folder.join("armed.json").exists(), "{}", plan.stdout);
    let armed = limits(&[&promise[..], &["--arm", "armed.json", "--report", "json=arm.json"]].concat());
    assert_eq!(armed.code, Some(0), "{}{}", armed.stdout, armed.stderr);
    assert!(
        armed.stderr.contains("armed: key") && armed.stderr.contains("--verify armed.json"),
        "{}",
        armed.stderr
    );
    let report = read(folder, "arm.json");
    let probes: Vec<&str> = report["limits"][0]["cost"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cost| cost["probe"].as_str().unwrap())
        .collect();
    assert_eq!(probes, ["warmup", "daily"]);
    let mut state = read(folder, "armed.json");
    assert_eq!(
        (&state["origin"], &state["code"], &state["status"]),
        (&json!(target), &json!(CODE), &json!(429))
    );
    assert_eq!(state["request"], "GET /v1/leads");
    let promised = state["promised_unix_s"].as_u64().unwrap();
    assert!((now() + 86_300..=now() + 86_402).contains(&promised), "{state}");
    let told =
        [std::fs::read_to_string(folder.join("armed.json")).unwrap(), armed.stdout, armed.stderr].concat();
    assert!(keys.iter().all(|key| !told.contains(key.as_str())), "{told}");

    // The quota stays used up, whatever the state says of the promise.
    state["promised_unix_s"] = json!(now() - 1);
    write(folder, &state);
    let more = ["--verify", "armed.json", "--record", "verify.log", "--report", "json=verify.json"];
    let failed = limits(&more);
    assert_eq!(failed.code, Some(1), "{}{}", failed.stdout, failed.stderr);
    assert!(failed.stdout.contains("DQ005") && failed.stdout.contains("refused still"), "{}", failed.stdout);
    let report = read(folder, "verify.json");
    assert_eq!(report["summary"]["requests"], 1);
    let again = tool::run(folder, &["judge", "verify.log", "--report", "json=again.json"]);
    assert_eq!(again.code, Some(1), "{}{}", again.stdout, again.stderr);
    assert_eq!(report["limits"], read(folder, "again.json")["limits"]);
    drop(server);
}

#[test]
fn a_day_that_was_used_up_is_armed_and_its_refusal_fails_once_the_promise_is_due() {
    used_up_and_refused_still("GET /leads", &["--contract", "propertybase-v1"]);
    used_up_and_refused_still("GET /v1/leads", &[]);
}

#[test]
fn without_a_refusal_of_the_day_no_state_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let server = server("200 OK", "", 0);
    let target = format!("http://{}", server.address);
    let usual = ["limits", "--target", &target, "--key", KEY, "--request", "GET /items", "--limit", "50/1s"];
    let ended =
        tool::run(folder.path(), &[&usual[..], &["--daily", "5", "--quick", "--arm", "armed.json"]].concat());
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    let told = "not armed: no 429 of the daily quota was seen: the daily quota of 5 refused nothing";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
    assert!(!folder.path().join("armed.json").exists());
}

#[test]
fn one_request_once_due_decides_and_none_is_sent_before() {
    let cases: [(&'static str, &'static str, i64, i64, i32, &str, usize); 7] = [
        ("200 OK", "", 5, 0, 0, "", 1),
        ("429 Too Many Requests", CODE, 5, 0, 1, "refused still", 1),
        ("429 Too Many Requests", "RATE_LIMIT_EXCEEDED", 5, 0, 3, "G3: ", 1),
        ("401 Unauthorized", "", 5, 0, 3, "G2: #1 was answered 401", 1),
        ("307 Temporary Redirect", "", 5, 0, 3, "G2: #1 was answered with a redirect", 1),
        ("200 OK", "", 5, 60, 3, "G6: the server's Date moved by", 1),
        ("200 OK", "", -7_300, 0, 3, "too early, nothing was sent: come back at ", 0),
    ];
    for (status, code, due, behind, exit, told, requests) in cases {
        let folder = tempfile::tempdir().unwrap();
        let server = server(status, code, behind);
        write(folder.path(), &state(&server, due));
        let target = format!("http://{}", server.address);
        let ended = verify(folder.path(), &target, &["--report", "json=a.json"]);
        assert_eq!(ended.code, Some(exit), "{status} {told}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(told), "{told}: {}", ended.stdout);
        assert_eq!(server.seen(), vec!["GET /items?page=1 HTTP/1.1"; requests], "{status} {told}");
        let verdict = verdict(&read(folder.path(), "a.json"));
        assert_eq!(
            verdict["verdict"],
            ["pass", "fail", "", "inconclusive"][exit.unsigned_abs() as usize],
            "{verdict}"
        );
    }
}

#[test]
fn no_answer_is_no_verdict_and_is_not_asked_for_twice() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| {});
    write(folder.path(), &state(&server, 5));
    let target = format!("http://{}", server.address);
    let ended = verify(folder.path(), &target, &[]);
    assert!(ended.code == Some(3) && ended.stdout.contains("G2: "), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn another_command_line_than_the_armed_one_is_refused_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = server("200 OK", "", 0);
    let own = format!("http://{}", server.address);
    let mut state = state(&server, 5);
    write(folder, &state);
    let refused = |ended: &Ended, told: &str| {
        assert_eq!(ended.code, Some(2), "{told}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(told) && !ended.stderr.contains(KEY), "{told}: {}", ended.stderr);
    };
    refused(
        &verify(folder, "http://127.0.0.1:9", &[]),
        &format!("armed at {own}, and the target is http://127.0.0.1:9"),
    );
    refused(
        &verify(folder, &own, &["--request", "GET /other"]),
        "armed with GET /items?page=1, and the request is GET /other",
    );
    refused(&verify(folder, &own, &["--quick"]), "--quick");
    refused(&verify(folder, &own, &["--dry-run"]), "--dry-run");
    refused(&verify(folder, &own, &["--arm", "armed.json", "--daily", "5"]), "--arm");
    for inside in
        [&["limits", "--verify", "armed.json"][..], &["limits", "--arm", "armed.json", "--daily", "5"]]
    {
        refused(
            &tool::run(folder, inside),
            "needs --target: the reference server inside ends with this command",
        );
    }
    let undeclared = ["limits", "--target", &own, "--key", KEY, "--arm", "x.json", "--request", "GET /items"];
    refused(&tool::run(folder, &undeclared), "--daily");
    state["key"] = json!(2);
    write(folder, &state);
    refused(
        &verify(folder, &own, &[]),
        "armed with key 2, and there are 1; give the same keys in the same order",
    );
    assert_eq!(server.seen(), Vec::<String>::new());
}

#[test]
fn a_state_that_is_broken_foreign_or_newer_is_shown_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let server = server("200 OK", "", 0);
    let own = format!("http://{}", server.address);
    let whole = serde_json::to_string_pretty(&state(&server, 5)).unwrap();
    for (text, told, place) in [
        (whole.replace("\"key\": 1,", "\"key\": one,"), "damaged", "armed.json:6:"),
        (
            whole.replace("tollgate-armed-quota", "tollgate-limit-log"),
            "no state of an armed quota",
            "armed.json:2:3",
        ),
        (whole.replace("\"version\": 1", "\"version\": 2"), "reads version 1", "armed.json:3:3"),
    ] {
        std::fs::write(folder.path().join("armed.json"), text).unwrap();
        let ended = verify(folder.path(), &own, &[]);
        assert_eq!(ended.code, Some(2), "{}{}", ended.stdout, ended.stderr);
        let shown = &ended.stderr;
        assert!(shown.contains(told) && shown.contains(place) && shown.contains('^'), "{told}: {shown}");
        assert!(shown.contains("arm"), "{shown}");
    }
    std::fs::remove_file(folder.path().join("armed.json")).unwrap();
    let gone = verify(folder.path(), &own, &[]);
    assert!(gone.code == Some(2) && gone.stderr.contains("armed.json"), "{}", gone.stderr);
    assert_eq!(server.seen(), Vec::<String>::new());
}
