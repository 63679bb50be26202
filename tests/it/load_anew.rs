//! `tollgate load` at a rate: what functions make up is made up anew for each send, and the rest stays as it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::bad_server::{Server, answer};
use crate::tool;

const SCENARIO: &str = r#"name: Anew
vars:
  id: "{{ uuid() }}"
  shouted: "{{ id | upper }}"
  token: "{{ random_string(20) }}"
  place: berlin
defaults: { headers: { authorization: "Basic {{ base64(\"user:secret\") }}" } }
load: { rate: 50/s, duration: 1s }
steps:
  - name: changes
    request:
      post: "/leads/{{ random_string(12) }}"
      query: { mail: "{{ random_email() }}" }
      headers: { x-id: "{{ id }}", x-token: "{{ token }}" }
      json: { id: "{{ id }}", shouted: "{{ shouted }}", rooms: "{{ random_int(1, 1000000) }}", note: "at {{ now() }}" }
  - name: stays
    request: { post: "/places/{{ place }}", json: { place: "{{ place }}", uuid: known } }
"#;
/// A step that makes nothing up itself, behind those.
const WITH_TOKEN: &str = "  - request: { post: /tokens, json: { token: \"{{ token }}\" } }\n";

/// The requests that a server got, and the report.
fn loaded(scenario: &str, project: &str, arguments: &[&str]) -> (Vec<String>, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), scenario).unwrap();
    std::fs::write(folder.path().join("tollgate.yaml"), project).unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&requests);
    let server = Server::reading(move |stream, _, request| {
        kept.lock().unwrap().push(request.to_owned());
        answer(stream, "400 Bad Request", "", r#"{"oops":true}"#);
    });
    let target = format!("http://{}", server.address);
    let first = ["load", "a.yaml", "--report", "json=out.json", "--target", &target];
    let ended = tool::run(folder.path(), &[&first[..], arguments].concat());
    let text = std::fs::read_to_string(folder.path().join("out.json"))
        .unwrap_or_else(|_| panic!("{}", ended.stderr));
    let requests = requests.lock().unwrap().clone();
    (requests, serde_json::from_str(&text).unwrap(), text)
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name}: {request}"))
}

fn distinct<'a>(requests: &[&'a str], part: impl Fn(&'a str) -> String) -> usize {
    requests.iter().map(|request| part(request)).collect::<BTreeSet<_>>().len()
}

#[test]
fn each_send_has_values_of_its_own_and_what_makes_nothing_up_stays_the_same() {
    let (requests, report, _) = loaded(SCENARIO, "jobs: 1\n", &[]);
    let (changing, staying): (Vec<&str>, Vec<&str>) =
        requests.iter().map(String::as_str).partition(|request| request.starts_with("POST /leads/"));
    assert!(changing.len() > 5 && staying.len() > 5, "{} {}", changing.len(), staying.len());
    assert_eq!(distinct(&staying, str::to_owned), 1, "{}", staying[0]);
    for request in &changing {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(header(head, "content-length"), body.len().to_string(), "{request}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["id"], header(head, "x-id"), "one send has one value of a variable");
        assert_eq!(body["shouted"], header(head, "x-id").to_uppercase());
        assert!(body["rooms"].is_u64(), "a whole template keeps its type: {body}");
        assert!(head.contains("?mail=") && head.contains("%40example.com"), "{head}");
    }
    let all = changing.len();
    assert_eq!(distinct(&changing, |request| header(request, "x-id").to_owned()), all);
    assert_eq!(distinct(&changing, |request| request.lines().next().unwrap().to_owned()), all);
    assert!(distinct(&changing, |request| request.split_once("rooms").unwrap().1.to_owned()) > all / 2);
    let sent = report["load"]["totals"]["sent"].as_u64().unwrap();
    assert_eq!(sent, requests.len() as u64);
}

#[test]
fn a_secret_is_made_once_and_shown_nowhere() {
    let (requests, _, report) = loaded(&format!("{SCENARIO}{WITH_TOKEN}"), "secrets: [token]\n", &[]);
    let changing: Vec<&str> =
        requests.iter().map(String::as_str).filter(|request| request.contains("x-token")).collect();
    assert_eq!(distinct(&changing, |request| header(request, "x-token").to_owned()), 1);
    assert!(distinct(&changing, |request| header(request, "x-id").to_owned()) > 5);
    let token = header(changing[0], "x-token");
    assert!(!report.contains(token), "{report}");
    let staying = requests.iter().filter(|request| request.starts_with("POST /tokens"));
    assert!(staying.clone().count() > 5);
    assert!(staying.clone().all(|request| request.contains(token)), "all steps have the same secret");
}

#[test]
fn several_threads_and_connections_without_pause_never_send_the_same_twice() {
    let scenario = "name: Anew\nsteps:\n  - request: { get: \"/x/{{ uuid() }}\" }\n";
    let how = ["--rate", "100/s", "--duration", "1s", "--threads", "2", "--no-judge"];
    let (requests, ..) = loaded(scenario, "jobs: 1\n", &how);
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    assert!(requests.len() > 10);
    assert_eq!(distinct(&requests, str::to_owned), requests.len());
}
