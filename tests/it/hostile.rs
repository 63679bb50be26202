//! The real binary against servers that mean harm: time and memory stay bounded, the message helps, and a healthy
//! scenario of the same run is judged all the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::bad_server::{Server, answer};
use crate::tool;

/// One way to be hostile, and what must come of it.
struct Way {
    /// What the server does with the nth hostile request, from 0.
    serve: fn(&mut TcpStream, usize),
    /// The request of the hostile scenario.
    request: &'static str,
    /// What stands below the request.
    below: &'static str,
    /// More of the command line.
    arguments: &'static [&'static str],
    exit: i32,
    /// The verdict of the hostile scenario.
    verdict: &'static str,
    /// What the report must say.
    says: &'static [&'static str],
}

impl Default for Way {
    fn default() -> Self {
        Self {
            serve: |_, _| {},
            request: "get: /hostile",
            below: "",
            arguments: &["--timeout", "5s"],
            exit: 3,
            verdict: "inconclusive",
            says: &[],
        }
    }
}

/// Largest resident size that the binary may ever have had, in KiB.
const MOST_KIB: u64 = 80 << 10;
/// Longest time for a whole run.
const MOST_TIME: Duration = Duration::from_secs(10);

/// Runs the hostile scenario and then a healthy one; returns the JSON report.
fn check(way: &Way) -> Value {
    let server = Server::start(way.serve);
    let folder = tempfile::tempdir().unwrap();
    let request = way.request.replace("HOST", &server.address.to_string());
    let hostile = format!("name: Hostile\nsteps:\n  - request: {{ {request} }}\n{}", way.below);
    let healthy = "name: Healthy\nsteps:\n  - request: { get: /healthy }\n    expect: { status: 200 }\n";
    std::fs::write(folder.path().join("a.yaml"), hostile).unwrap();
    std::fs::write(folder.path().join("b.yaml"), healthy).unwrap();
    let target = format!("http://{}", server.address);
    let mut arguments = vec!["run", "a.yaml", "b.yaml", "--jobs", "1", "--seed", "1", "--target", &target];
    arguments.extend(["--report", "json=out.json", "--report", "terminal"]);
    arguments.extend(way.arguments);
    let child = tool::command(folder.path(), &arguments).spawn().unwrap();
    server.watch(child.id());
    let ended = tool::ended(child);
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.code, Some(way.exit), "{all}");
    assert!(ended.took < MOST_TIME, "{:?}: {all}", ended.took);
    assert!(!all.contains("panicked"), "{all}");
    way.says.iter().for_each(|words| assert!(all.contains(words), "no `{words}` in {all}"));
    assert!(server.most_kib() < MOST_KIB, "{} KiB: {all}", server.most_kib());
    let report = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let verdicts: Vec<_> =
        report["scenarios"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, [way.verdict, "pass"], "{all}");
    report
}

/// Waits until the client hangs up, at most five seconds.
fn hang(stream: &mut TcpStream) {
    use std::io::Read;
    let mut rest = [0; 1024];
    while stream.read(&mut rest).is_ok_and(|count| count > 0) {}
}

/// Says the same until the client hangs up, at most four gigabytes.
fn flood(stream: &mut TcpStream, piece: &[u8]) {
    let piece = piece.repeat((64 << 10) / piece.len() + 1);
    for _ in 0..(4 << 30) / piece.len() {
        if stream.write_all(&piece).is_err() {
            return;
        }
    }
}

/// Says this; a good head gets the date that every head needs.
fn say(stream: &mut TcpStream, text: &str) {
    let text = text.replacen("200 OK\r\n", "200 OK\r\ndate: Tue, 16 Jan 2024 10:30:00 GMT\r\n", 1);
    // The client may have hung up already.
    drop(stream.write_all(text.as_bytes()));
}

#[test]
fn a_refused_port_is_nobodys_fault() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let request = format!("get: \"http://127.0.0.1:{port}/\"").leak();
    check(&Way {
        request,
        says: &["nobody listens at http://127.0.0.1:", "start the server"],
        ..Way::default()
    });
}

#[test]
fn a_server_that_hangs_is_left_in_time() {
    let short = &["--timeout", "300ms"];
    let silent = Way { serve: |stream, _| hang(stream), arguments: short, ..Way::default() };
    check(&Way { says: &["no answer from http://127.0.0.1:", "within 300 ms"], ..silent });
    let patient = "    expect: { within: 10s }\n";
    check(&Way {
        below: patient,
        says: &["within 300 ms"],
        serve: |stream, _| hang(stream),
        arguments: short,
        ..Way::default()
    });
    let half: fn(&mut TcpStream, usize) = |stream, _| {
        say(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":");
        hang(stream);
    };
    check(&Way {
        serve: half,
        arguments: short,
        says: &["the body did not end within 300 ms"],
        ..Way::default()
    });
}

#[test]
fn no_answer_within_the_time_a_step_allows_is_a_slow_answer() {
    let report = check(&Way {
        serve: |stream, _| hang(stream),
        below: "    expect: { within: 100ms }\n",
        arguments: &["--timeout", "300ms"],
        exit: 1,
        verdict: "fail",
        says: &["EXP008 slow-response", "no answer came in", "100ms at most were expected"],
        ..Way::default()
    });
    assert_eq!(report["findings"][0]["line"], 4);
}

#[test]
fn endless_bodies_are_cut() {
    let says = &["the body is larger than 4194304 bytes", "--max-body"];
    check(&Way {
        serve: |stream, _| {
            say(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n",
            );
            flood(stream, b"[");
        },
        says,
        ..Way::default()
    });
    check(&Way {
        serve: |stream, _| {
            say(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            flood(stream, format!("1000\r\n{}\r\n", "x".repeat(0x1000)).as_bytes());
        },
        says,
        ..Way::default()
    });
    check(&Way {
        serve: |stream, _| {
            let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            for _ in 0..512 {
                bomb.write_all(&[b' '; 128 << 10]).unwrap();
            }
            let bomb = bomb.finish().unwrap();
            say(
                stream,
                &format!(
                    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                    bomb.len()
                ),
            );
            drop(stream.write_all(&bomb));
        },
        says,
        ..Way::default()
    });
}

#[test]
fn what_stands_too_deep_cannot_be_judged() {
    let deep: fn(&mut TcpStream, usize) = |stream, _| {
        let body = format!("{{\"id\":7,\"tree\":{}{}}}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
        say(stream, &format!("{head}{body}"));
    };
    for below in ["", "    expect: { body: { $.id: 8 } }\n", "    capture: { id: $.id }\n"] {
        check(&Way {
            serve: deep,
            below,
            says: &[
                "the body is nested more than 127 levels deep, and something deep inside /tree/0/0 was not judged",
            ],
            ..Way::default()
        });
    }
    check(&Way {
        serve: deep,
        below: "    expect: { status: 404 }\n",
        exit: 1,
        verdict: "fail",
        ..Way::default()
    });
}

#[test]
fn what_is_no_http_fails() {
    let no_http = || Way {
        exit: 1,
        verdict: "fail",
        says: &["HTP005 not-http", "cannot be read as HTTP"],
        ..Way::default()
    };
    check(&Way { serve: |stream, _| say(stream, "SSH-2.0-OpenSSH_9.6\r\n\r\n"), ..no_http() });
    check(&Way {
        serve: |stream, _| {
            let lines: String = (0..10_000).map(|number| format!("x-{number}: 1\r\n")).collect();
            say(stream, &format!("HTTP/1.1 200 OK\r\n{lines}\r\n"));
        },
        says: &["HTP005 not-http", "more header lines or bytes than allowed"],
        ..no_http()
    });
    check(&Way {
        serve: |stream, _| {
            say(stream, "HTTP/1.1 200 OK\r\nx: ");
            flood(stream, b"x");
        },
        says: &["HTP005 not-http", "more header lines or bytes than allowed"],
        ..no_http()
    });
}

#[test]
fn endless_interim_answers_end_with_the_time() {
    let report = check(&Way {
        serve: |stream, _| flood(stream, b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        arguments: &["--timeout", "300ms"],
        says: &["no answer from http://127.0.0.1:"],
        ..Way::default()
    });
    // The flood alone would take half a minute.
    let took = report["scenarios"][0]["duration_ms"].as_u64();
    assert!(took < Some(5_000), "the clock was looked at after {took:?} ms");
}

#[test]
fn a_body_that_breaks_off_fails() {
    let cut =
        || Way { exit: 1, verdict: "fail", says: &["HTP004 body-cut", "look for a crash"], ..Way::default() };
    let half: fn(&mut TcpStream, usize) = |stream, _| {
        say(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"half\":",
        );
    };
    check(&Way { serve: half, ..cut() });
    // What is expected of the body is not judged by its half.
    let report = check(&Way { serve: half, below: "    expect: { body: { $.a: 1 } }\n", ..cut() });
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    check(&Way {
        serve: |stream, _| say(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        ..cut()
    });
}

#[test]
fn a_connection_closed_without_an_answer_is_inconclusive() {
    check(&Way { says: &["closed the connection without an answer"], ..Way::default() });
    let request = "get: \"https://HOST/\"";
    check(&Way {
        request,
        serve: |stream, _| say(stream, "HTTP/1.1 400 Bad Request\r\n\r\n"),
        says: &["does not speak TLS"],
        ..Way::default()
    });
}

#[test]
fn a_429_that_does_not_pass_is_inconclusive_in_time() {
    let wait = &["--max-wait", "1s"];
    check(&Way {
        serve: |stream, _| answer(stream, "429 Too Many Requests", "retry-after: 30\r\n", "{}"),
        arguments: wait,
        says: &["Retry-After asks for 30 s, more than the 1 s allowed"],
        ..Way::default()
    });
    let report = check(&Way {
        serve: |stream, _| answer(stream, "429 Too Many Requests", "retry-after: 0\r\n", "{}"),
        arguments: wait,
        says: &["still 429 after 3 waits"],
        ..Way::default()
    });
    assert_eq!(report["scenarios"][0]["steps"][0]["attempts"], 4);
}

#[test]
fn a_429_that_passes_is_waited_for() {
    let report = check(&Way {
        serve: |stream, number| match number {
            0 => answer(stream, "429 Too Many Requests", "retry-after: 1\r\n", "{}"),
            _ => answer(stream, "200 OK", "", "{}"),
        },
        below: "    expect: { status: 200 }\n",
        exit: 0,
        verdict: "pass",
        ..Way::default()
    });
    assert_eq!(report["scenarios"][0]["steps"][0]["attempts"], 2);
    assert!(report["scenarios"][0]["duration_ms"].as_u64() >= Some(1_000));
}

#[test]
fn a_redirect_is_followed_only_when_asked() {
    let redirect: fn(&mut TcpStream, usize) =
        |stream, _| answer(stream, "302 Found", "location: /healthy\r\n", "");
    let passes =
        |request, below| Way { serve: redirect, request, below, exit: 0, verdict: "pass", ..Way::default() };
    check(&passes("get: /hostile", "    expect: { status: 302 }\n"));
    check(&passes("get: /hostile, redirects: 1", "    expect: { status: 200 }\n"));
    check(&Way {
        serve: |stream, _| answer(stream, "302 Found", "location: /hostile\r\n", ""),
        request: "get: /hostile, redirects: 3",
        says: &["more than 3 redirects in a row"],
        ..Way::default()
    });
}
