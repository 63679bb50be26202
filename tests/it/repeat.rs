//! `--repeat`: rare faults are seen, counted and told once, whatever else ends a run early.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::BTreeSet;
use std::path::Path;

use tollgate::model::{Report, Verdict};

use crate::bad_server::{Server, answer};
use crate::tool;

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The exit code and the report of a run on a server.
fn run(folder: &Path, origin: &str, arguments: &[&str]) -> (Option<i32>, Report) {
    let usual = ["run", ".", "--report", "json=-", "--target", origin];
    let ended = tool::run(folder, &[&usual, arguments].concat());
    let report = serde_json::from_str(&ended.stdout);
    (ended.code, report.unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr)))
}

fn origin(server: &Server) -> String {
    format!("http://{}", server.address)
}

const ASKS: &str = "name: Asks\nsteps:\n  - name: is there\n    request: { get: /api }\n    expect: { status: 200 }\n  - \
                    name: comes after\n    request: { get: /healthy }\n    expect: { status: 200 }\n";

/// A server of which every `nth` answer is a 500.
fn flaky(nth: usize) -> Server {
    Server::start(move |stream, number| {
        let status = if (number + 1) % nth == 0 { "500 Oops" } else { "200 OK" };
        answer(stream, status, "", "{}");
    })
}

#[test]
fn a_fault_of_few_answers_is_one_finding_with_its_numbers_and_the_step_is_flaky() {
    let server = flaky(20);
    let folder = folder(&[("a.yaml", ASKS)]);
    let arguments = ["--repeat", "50", "--jobs", "1"];
    let (exit, report) = run(folder.path(), &origin(&server), &arguments);
    assert_eq!((exit, report.repeat, report.summary.verdict), (Some(1), 50, Verdict::Fail));
    let steps = &report.scenarios[0].steps;
    assert_eq!((steps[0].attempts, steps[1].attempts), (50, 48), "a failure ends its own repetition only");
    assert!(steps[0].flaky && steps[0].verdict == Verdict::Fail);
    assert_eq!(steps[0].reason.as_deref(), Some("flaky: failed in 2 of 50 repetitions"));
    assert_eq!((steps[1].verdict, steps[1].flaky, &steps[1].reason), (Verdict::Pass, false, &None));
    let [found] = &report.findings[..] else { panic!("{:#?}", report.findings) };
    assert_eq!((&*found.rule, found.count, report.summary.findings.error), ("EXP001", 2, 2));
    assert!(found.response.starts_with("HTTP/1.1 500") && found.curl.contains("/api"), "one specimen");
    let spread = found.spread.as_deref().unwrap();
    assert_eq!((spread.answers, spread.of, spread.steps), (2, 98, 1));
    let place = &spread.places[0];
    assert_eq!((&*place.file, place.line, &*place.step), ("./a.yaml", 5, "is there"));
    assert_eq!((place.answers, place.of), (2, 50));

    let text = tool::run(folder.path(), &["run", ".", "--target", &origin(&server), "--repeat", "50"]).stdout;
    for part in
        ["repeated    50 times; 1 flaky step", "= seen: in ", " of 50\n", "is there: flaky: failed in "]
    {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn random_values_differ_between_repetitions_and_come_again_with_the_seed() {
    let server = flaky(1);
    let asks = "name: Random\nsteps: [{ request: { get: \"/healthy/{{ uuid() }}\" } }]\n";
    let folder = folder(&[("a.yaml", asks)]);
    let paths = |repeat: &str| {
        let before = server.seen().len();
        run(folder.path(), &origin(&server), &["--repeat", repeat, "--seed", "7"]);
        server.seen().split_off(before).into_iter().collect::<BTreeSet<_>>()
    };
    let three = paths("3");
    assert_eq!(three.len(), 3, "{three:?}");
    assert_eq!(paths("3"), three);
    assert!(paths("1").is_subset(&three), "the first repetition is the run as it is without others");
}

#[test]
fn an_included_file_runs_once_a_repetition_for_all_who_include_it() {
    let server = flaky(1);
    let part = "name: Part\nsteps: [{ request: { get: /healthy/part }, expect: { status: 200 } }]\n";
    let inner = "name: Inner\nsteps: [{ include: _part.yaml }]\n";
    let asks = "name: A\nsetup: [{ include: _inner.yaml }]\nsteps: [{ request: { get: /healthy/own } }]\n";
    let files = [("_part.yaml", part), ("_inner.yaml", inner), ("a.yaml", asks), ("b.yaml", asks)];
    let folder = folder(&files);
    let (exit, report) = run(folder.path(), &origin(&server), &["--repeat", "4"]);
    assert_eq!(exit, Some(0));
    let count = |path: &str| server.seen().iter().filter(|line| line.contains(path)).count();
    assert_eq!((count("/healthy/part"), count("/healthy/own")), (4, 8));
    assert_eq!(report.summary.requests, 12, "each request counts once");
}

#[test]
fn fail_fast_ends_the_repetitions_of_all() {
    let server = flaky(7);
    let folder = folder(&[("a.yaml", ASKS), ("b.yaml", &ASKS.replace("/api", "/healthy"))]);
    let arguments = ["--repeat", "50", "--jobs", "1", "--fail-fast"];
    let (exit, report) = run(folder.path(), &origin(&server), &arguments);
    assert_eq!(exit, Some(1));
    let first = &report.scenarios[0];
    assert_eq!((first.verdict, first.steps[0].attempts), (Verdict::Fail, 7));
    assert_eq!(first.reason.as_deref(), Some("ended after 7 of 50 repetitions"));
    assert_eq!(report.scenarios[1].verdict, Verdict::Skipped);
}

#[test]
fn what_is_skipped_or_out_of_reach_is_not_repeated() {
    let server = flaky(1);
    let missing = ASKS.replace("steps:", "requires: [nothing]\nsteps:");
    let folder = folder(&[("a.yaml", &missing)]);
    let (exit, report) = run(folder.path(), &origin(&server), &["--repeat", "9"]);
    assert_eq!((exit, report.scenarios[0].verdict), (Some(3), Verdict::Skipped));
    assert_eq!(report.scenarios[0].reason.as_deref(), Some("requires `nothing`, which is not given"));

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    std::fs::write(folder.path().join("a.yaml"), ASKS).unwrap();
    let (exit, report) = run(folder.path(), &nobody, &["--repeat", "1000"]);
    assert_eq!((exit, report.summary.verdict), (Some(3), Verdict::Inconclusive));
    assert!(report.summary.requests < 10, "{} requests to nobody", report.summary.requests);
}
