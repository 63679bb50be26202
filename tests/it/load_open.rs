//! The open model at its edges: pauses, ramps to nothing, one send, and targets that do not answer as they should. No
//! send gets lost: each is sent, dropped or missed, and each that was sent ends in one way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::bad_server::Server;
use crate::tool;

const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// The report of a load and its exit code, looked at for what must hold in any case.
fn load(server: &Server, arguments: &[&str]) -> (Value, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let target = format!("http://{}", server.address);
    let first = ["load", "--report", "json=out.json", "--target", &target, "--request", "GET /x"];
    let ended = tool::run(folder.path(), &[&first[..], arguments].concat());
    let text = std::fs::read_to_string(folder.path().join("out.json"))
        .unwrap_or_else(|_| panic!("{}", ended.stderr));
    let report: Value = serde_json::from_str(&text).unwrap();
    let load = report["load"].clone();
    let total = |name: &str| total(&load, name);
    assert_eq!(load["intended"], total("sent") + total("dropped") + total("missed"), "{}", ended.stdout);
    let ends = ["admitted", "throttled", "error", "contract_broken", "transport"].map(total);
    assert_eq!(ends.iter().sum::<u64>(), total("sent"), "{}", ended.stdout);
    let points = load["series"]["points"].as_array().unwrap();
    let in_points: u64 = points.iter().map(|point| point["sent"].as_u64().unwrap()).sum();
    assert_eq!(in_points, total("sent"), "{}", ended.stdout);
    (load, ended.code)
}

fn total(load: &Value, name: &str) -> u64 {
    load["totals"][name].as_u64().unwrap_or_else(|| panic!("{name}"))
}

fn proper() -> Server {
    Server::start(|stream, _| {
        let _ = stream.write_all(OK);
    })
}

/// Reads until the other side has enough.
fn hang(stream: &mut TcpStream) {
    let mut rest = [0; 64];
    while stream.read(&mut rest).is_ok_and(|count| count > 0) {}
}

#[test]
fn a_stage_without_a_rate_is_a_pause() {
    let (load, _) = load(&proper(), &["--stage", "1s:20/s", "--stage", "1s:0/s", "--stage", "1s:20/s"]);
    assert_eq!((&load["intended"], &load["planned_ms"]), (&40.into(), &3_000.into()));
    assert_eq!(load["series"]["points"][1]["sent"], 0);
    let (first, last) = (&load["series"]["points"][0]["sent"], &load["series"]["points"][2]["sent"]);
    assert!(first.as_u64() > Some(0) && last.as_u64() > Some(0), "{first} {last}");
}

#[test]
fn a_ramp_goes_down_to_nothing() {
    let (load, _) = load(&proper(), &["--stage", "1s:40/s..0/s"]);
    assert_eq!((&load["intended"], &load["planned_ms"]), (&20.into(), &1_000.into()));
    assert_eq!(total(&load, "transport"), 0, "{load}");
}

#[test]
fn a_schedule_of_one_send_sends_one() {
    for arguments in [["--rate", "1/s", "--duration", "1s"], ["--rate", "1/s", "--duration", "10ms"]] {
        let (load, _) = load(&proper(), &arguments);
        assert_eq!(load["intended"], 1, "{arguments:?}");
    }
}

#[test]
fn one_request_at_a_time_drops_what_finds_it_under_way() {
    let server = Server::start(|stream, _| hang(stream));
    let more = ["--rate", "40/s", "--duration", "1s", "--max-in-flight", "1", "--timeout", "400ms"];
    let (load, code) = load(&server, &more);
    assert_eq!(load["intended"], 40);
    let (sent, dropped) = (total(&load, "sent"), total(&load, "dropped"));
    assert!((1..=4).contains(&sent) && dropped + total(&load, "missed") >= 36 && dropped > 0, "{load}");
    assert_eq!((&load["steps"][0]["failures"]["timeout"], code), (&sent.into(), Some(3)), "{load}");
    let most =
        load["series"]["points"].as_array().unwrap().iter().map(|point| point["in_flight_max"].as_u64());
    assert_eq!(most.max().flatten(), Some(1));
}

#[test]
fn a_target_that_stops_answering_has_its_answers_counted_and_the_rest_as_timeouts() {
    let server = Server::start(|stream, number| {
        if number < 5 {
            let _ = stream.write_all(OK);
        } else {
            hang(stream);
        }
    });
    let more = ["--rate", "30/s", "--duration", "1s", "--timeout", "300ms", "--connections", "1"];
    let (load, code) = load(&server, &more);
    assert_eq!(code, Some(3), "{load}");
    let (sent, failed) = (total(&load, "sent"), total(&load, "transport"));
    assert!(sent > 5 && (1..=5).contains(&(sent - failed)), "{load}");
    assert_eq!(load["steps"][0]["failures"]["timeout"], failed, "{load}");
    assert!(load["duration_ms"].as_u64() < Some(5_000), "{load}");
}

#[test]
fn a_target_that_closes_every_connection_gets_every_send_and_is_in_doubt() {
    let server = Server::start(|_, _| ());
    let more = ["--rate", "30/s", "--duration", "1s", "--connections", "1"];
    let (load, code) = load(&server, &more);
    let sent = total(&load, "sent");
    assert!(sent > 0 && total(&load, "transport") == sent, "{load}");
    let failures = load["steps"][0]["failures"].as_object().unwrap();
    assert_eq!(failures.values().filter_map(Value::as_u64).sum::<u64>(), sent, "{load}");
    assert!(!failures.contains_key("timeout") && !failures.contains_key("not-http"), "{load}");
    assert_eq!(code, Some(3), "{load}");
}

#[test]
fn an_answer_that_comes_byte_by_byte_is_one_whole_answer() {
    let server = Server::start(|stream, _| {
        stream.set_nodelay(true).unwrap();
        for byte in OK {
            let _ = stream.write_all(&[*byte]);
        }
    });
    let (load, _) = load(&server, &["--rate", "30/s", "--duration", "1s"]);
    let sent = total(&load, "sent");
    assert!(sent > 0 && total(&load, "transport") == 0, "{load}");
    assert_eq!(load["steps"][0]["statuses"]["200"], sent, "{load}");
    assert_eq!(load["bytes_received"], sent * OK.len() as u64, "{load}");
}
