//! `tollgate serve` as others meet it: a process with a ready line, signals, options and exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

#[cfg(target_os = "linux")]
mod memory;
mod process;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::path::Path;

use serde_json::Value;
use tollgate::{contract, rules};

use process::{Process, ask, read, request, rest, run, send};

/// The alias table as `--keys` prints it.
fn keys(args: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
    let output = run(&[&["--keys"], args].concat());
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn key(alias: &str) -> String {
    keys(&[])[alias]["key"].clone()
}

#[test]
fn the_ready_line_names_a_port_that_answers() {
    let server = Process::start(&[]);
    assert_ne!(server.address().port(), 0);
    assert_eq!(server.ready, format!("ready http://127.0.0.1:{}\n", server.address().port()));
    let answer = ask(server.address(), "GET /v1/health", "none", "");
    assert_eq!(
        (answer.status.as_str(), answer.body.as_str()),
        ("200", r#"{"success":true,"data":{"status":"ok"}}"#)
    );
}

#[test]
fn a_port_is_taken_as_named_and_only_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let server = Process::start_at(&free, &[]);
    assert_eq!(server.address().port().to_string(), free);

    let output = run(&["--port", &free]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
    let complaint = String::from_utf8(output.stderr).unwrap();
    let address = server.address();
    assert_eq!(
        complaint,
        format!("error: {address} is in use: stop what listens there, or choose another port (0 for any)\n")
    );
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for args in [
        &["--limit", "0/1s"][..],
        &["--limit", "3/0s"],
        &["--limit", "3"],
        &["--daily", "0"],
        &["--latency", "soon"],
        &["--port", "65536"],
        &["--host", "example.com"],
        &["--keys", "--routes"],
        &["--burst", "0", "--algorithm", "gcra"],
        &["--ban", "0s", "--algorithm", "ban"],
        &["--algorithm", "leaky"],
        &["--limit-headers", "draft-d"],
    ] {
        let output = run(args);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}");
        assert!(output.stderr.starts_with(b"error: "), "{args:?}");
    }
}

#[test]
fn flags_of_other_algorithms_are_refused_with_the_way_out() {
    for (args, complaint) in [
        (
            &["--burst", "5"][..],
            "--burst has a meaning with `--algorithm` token-bucket, gcra or interval-refill only",
        ),
        (&["--burst", "5", "--algorithm", "ban", "--ban", "1s"], "choose one of them, or leave --burst out"),
        (&["--ban", "5s"], "--ban has a meaning with `--algorithm` ban or ban-extending only"),
        (
            &["--algorithm", "gcra", "--refill", "1s"],
            "--refill has a meaning with `--algorithm` interval-refill only",
        ),
        (&["--algorithm", "ban"], "needs the time that a key is shut out: add --ban, such as `--ban 10s`"),
        (&["--algorithm", "interval-refill"], "add --refill, such as `--refill 10s`"),
        (&["--algorithm", "concurrency"], "add --latency, such as `--latency 100ms`"),
    ] {
        let output = run(args);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: ") && told.contains(complaint), "{args:?}: {told}");
    }
}

#[test]
fn the_algorithm_and_the_headers_are_those_on_the_command_line() {
    let bucket = ["--limit", "60/3600s", "--algorithm", "token-bucket", "--burst", "2"];
    let server = Process::start(&[&bucket[..], &["--limit-headers", "draft-c"]].concat());
    let answers = [(); 3].map(|()| {
        let sent = request("GET /v1/leads", &key("api_key"), "");
        rest(send(server.address(), &sent))
    });
    assert_eq!(answers.each_ref().map(|answer| &answer[9..12]), ["200", "200", "429"]);
    let head = &answers[2];
    assert!(head.contains("ratelimit-policy: \"window\";q=60;w=3600\r\n"), "{head}");
    // A token takes a minute, of which a busy machine may have used some seconds.
    let wait = head.split("retry-after: ").nth(1).and_then(|rest| rest.split('\r').next()).unwrap();
    assert!((50..=60).contains(&wait.parse::<u64>().unwrap()), "{head}");
    assert!(head.contains(&format!("ratelimit: \"window\";r=0;t={wait}\r\n")), "{head}");
    assert!(!head.contains("x-ratelimit-"), "{head}");
}

#[test]
fn connections_are_told_apart_where_a_defect_needs_it() {
    let three = request("GET /v1/leads", &key("api_key"), "").replace("connection: close\r\n", "").repeat(2)
        + &request("GET /v1/leads", &key("api_key"), "");
    let statuses = |defect: &[&str]| {
        let server = Process::start(&[&["--limit", "2/3600s"], defect].concat());
        [(); 2].map(|()| {
            let answers = rest(send(server.address(), &three));
            let lines = answers.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].to_owned());
            lines.collect::<Vec<_>>().join(" ")
        })
    };
    assert_eq!(statuses(&[]), ["200 200 429", "429 429 429"]);
    assert_eq!(statuses(&["--defect", "limit-per-connection"]), ["200 200 429", "200 200 429"]);
}

#[test]
fn keys_are_a_table_of_aliases_that_follows_the_seed() {
    let table = keys(&[]);
    for (alias, entry) in &table {
        assert_eq!(entry.keys().collect::<Vec<_>>(), ["key", "note", "workspace"], "{alias}");
        assert_eq!(keys(&["--seed", "2"])[alias]["note"], entry["note"]);
        assert_ne!(keys(&["--seed", "2"])[alias]["key"], entry["key"]);
    }
    for (alias, note) in [("api_key", "valid"), ("expired_key", "expired"), ("revoked_key", "revoked")] {
        assert_eq!(table[alias]["note"], note);
    }
}

/// `UPDATE=1 cargo test --test it serve` writes the file anew; read the difference before you commit it.
#[test]
fn routes_are_as_checked_in_and_name_every_documented_code() {
    let output = run(&["--routes"]);
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    let actual = String::from_utf8(output.stdout).unwrap();

    for name in ["lead-management-v1", "propertybase-v1"] {
        let contract = contract::load(&contract::embedded(name).unwrap(), &rules::all()).unwrap();
        let (_, part) = actual.split_once(&format!("\n{name}\n")).unwrap();
        let part = part.split("\n\n").next().unwrap();
        let rows: Vec<Vec<&str>> =
            part.lines().map(|line| line.split_whitespace().take(2).collect()).collect();
        assert!(!contract.contract.codes.is_empty());
        for (code, row) in &contract.contract.codes {
            assert!(rows.contains(&vec![row.status.to_string().as_str(), code]), "{name}: {code}");
        }
    }

    as_checked_in("routes.txt", &actual);
}

#[test]
fn defects_are_as_checked_in() {
    let output = run(&["--defects"]);
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    as_checked_in("defects.txt", &String::from_utf8(output.stdout).unwrap());
}

fn as_checked_in(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve").join(name);
    if std::env::vars_os().any(|(name, _)| name == "UPDATE") {
        File::create(&path).unwrap().write_all(actual.as_bytes()).unwrap();
    }
    let mut expected = String::new();
    File::open(&path).unwrap().read_to_string(&mut expected).unwrap();
    let expected = expected.replace("\r\n", "\n");
    assert!(actual == expected, "{} differs; UPDATE=1 writes it anew:\n{actual}", path.display());
}

#[test]
fn a_server_has_the_defect_that_is_named() {
    let server = Process::start(&["--defect", "success-true"]);
    let answer = ask(server.address(), "GET /v1/nothing", "none", "");
    assert_eq!(answer.status, "401");
    assert!(answer.body.starts_with(r#"{"success":true,"error":{"code":"UNAUTHORIZED""#), "{}", answer.body);

    let server = Process::start(&["--defect", "no-head"]);
    let answer = rest(send(server.address(), &request("GET /v1/nothing", "none", "")));
    assert!(answer.starts_with(r#"{"success":false"#), "{answer}");
    let answer = ask(server.address(), "GET /v1/health", "none", "");
    assert_eq!(answer.status, "200", "successes are as ever");

    for (id, help) in [("succes-true", "did you mean `success-true`?"), ("x", "lists them all")] {
        let output = run(&["--defect", id]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.starts_with(&format!("error: no defect `{id}`; ")), "{complaint}");
        assert!(complaint.trim_end().ends_with(help), "{complaint}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_lets_the_answers_under_way_out() {
    for name in ["TERM", "INT"] {
        let server = Process::start(&["--latency", "800ms"]);
        let address = server.address();
        let first = send(address, &request("GET /v1/leads", &key("api_key"), ""));
        // This wait only sets the two answers apart: the second is due that much later than the first.
        first.set_read_timeout(Some(std::time::Duration::from_millis(400))).unwrap();
        first.peek(&mut [0]).expect_err("an answer is held back");
        let second = send(address, &request("GET /v1/leads", &key("api_key"), ""));
        first.set_read_timeout(Some(process::PATIENCE)).unwrap();
        assert_eq!(read(first).status, "200");

        server.signal(name);
        let answer = read(second);
        assert_eq!(answer.status, "200");
        assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap()["success"], true);
        assert_eq!(server.end(), (Some(0), String::new(), "stopping\n".to_owned()));
        TcpListener::bind(address).expect("the port is free again");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_right_after_the_ready_line_is_heard() {
    for name in ["TERM", "INT", "TERM", "INT"] {
        let server = Process::start(&[]);
        server.signal(name);
        assert_eq!(server.end(), (Some(0), String::new(), "stopping\n".to_owned()));
    }
}

#[test]
fn the_limit_is_the_one_on_the_command_line() {
    let server = Process::start(&["--limit", "3/1s"]);
    let (address, key) = (server.address(), key("api_key"));
    let four = request("GET /v1/leads", &key, "").replace("connection: close\r\n", "").repeat(3)
        + &request("GET /v1/leads", &key, "");
    // Should a busy machine need more than a second for four requests on one connection, they are sent again.
    let mut answers = String::new();
    for _ in 0..5 {
        answers = rest(send(address, &four));
        if answers.contains("HTTP/1.1 429") {
            break;
        }
    }
    let (admitted, refused) =
        answers.split_once("HTTP/1.1 429").expect("three requests a second are all there are");
    assert!((1..=3).contains(&admitted.matches("HTTP/1.1 200").count()), "{answers}");
    assert!(admitted.contains("x-ratelimit-limit: 3\r\n"), "{answers}");
    assert!(refused.contains("retry-after: 1\r\n") && refused.contains("RATE_LIMIT_EXCEEDED"), "{answers}");
}

#[test]
fn two_servers_share_nothing() {
    let (one, two) = (Process::start(&[]), Process::start(&["--seed", "2"]));
    let (first, second) = (key("api_key"), keys(&["--seed", "2"])["api_key"]["key"].clone());
    let lead = r#"{"name":"Ada","email":"ada@example.com"}"#;
    for (server, own, other) in [(&one, &first, &second), (&two, &second, &first)] {
        let status = |key: &str| ask(server.address(), "POST /v1/leads", key, lead).status;
        assert_eq!((status(own), status(own), status(other)), ("201".into(), "409".into(), "401".into()));
    }
}

#[cfg(unix)]
#[test]
fn a_request_that_cannot_be_read_is_no_noise_and_no_harm() {
    let server = Process::start(&[]);
    let address = server.address();
    let whole = request("POST /v1/leads", &key("api_key"), r#"{"name":"Ada","email":"ada@example.com"}"#);
    let chunked = whole
        .replace("content-length: 40", "transfer-encoding: chunked")
        .replace("\r\n\r\n", "\r\n\r\n64\r\n");
    assert_ne!(whole, chunked);
    let nowhere = request("GET http://host:99999/v1/leads", &key("api_key"), "");
    for broken in [&whole[..whole.len() - 5], &chunked, &nowhere] {
        let stream = send(address, broken);
        // An error means that the server has closed already.
        let _ = stream.shutdown(Shutdown::Write);
        // The server closes once it has given up on the request.
        assert_eq!(rest(stream), "");
    }
    assert_eq!(read(send(address, &whole)).status, "201");
    server.signal("TERM");
    assert_eq!(server.end(), (Some(0), String::new(), "stopping\n".to_owned()));
}
