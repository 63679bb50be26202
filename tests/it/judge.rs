//! `tollgate judge` on recorded logs: verdicts, reports, exit codes, and mistakes with their line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A log of a short probe of a limiter that rounds its waits down, as text; and of one that does not.
const SHORT: &str = "tests/limits/rounded-down.log";
const HONEST: &str = "tests/limits/honest.log";

fn judge(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let command =
        Command::new(env!("CARGO_BIN_EXE_tollgate")).current_dir(root).arg("judge").args(args).output();
    command.expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_recorded_probe_is_judged_again_and_again_the_same() {
    let first = judge(&[SHORT, "--report", "json=-"]);
    let again = judge(&[SHORT, "--report", "json=-"]);
    assert_eq!(first.status.code(), Some(1), "{}", text(&first.stderr));
    assert_eq!(text(&first.stdout), text(&again.stdout));
    let report: serde_json::Value = serde_json::from_slice(&first.stdout).expect("JSON");
    assert_eq!(report["kind"], "limits");
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["rule"].as_str())
        .collect();
    assert!(rules.contains(&"RC001"), "{rules:?}");
    let schema: serde_json::Value = serde_json::from_str(&tollgate::report::schema()).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
    let problems: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

/// What HTTP/2 refused by frames, and a version that the target does not speak.
#[test]
fn a_log_of_http2_says_how_it_was_refused() {
    let output = judge(&["tests/limits/http2-frames.log", "--report", "json=-"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let verdicts = report["limits"][0]["verdicts"].as_array().expect("a list");
    let told = |rule: &str| verdicts.iter().find(|one| one["rule"] == rule).expect("a rule").to_string();
    let status = told("ST001");
    for part in [
        "4 of 4 refusals",
        "RST_STREAM REFUSED_STREAM: 3 times, first #10",
        "GOAWAY ENHANCE_YOUR_CALM: 1 times, first #13",
        "--http 2",
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    assert!(told("CT001").contains("\"pass\""), "{}", told("CT001"));
    assert_eq!(report["limits"][0]["cost"][1]["unanswered"], 0);
}

#[test]
fn what_people_read_shows_the_proof() {
    let output = judge(&[SHORT]);
    let shown = text(&output.stdout);
    for part in [
        "✗ FAIL RC001 wait-sufficient",
        "short by",
        "no request in between",
        "reproduce: tollgate limits",
        "limiter",
        "░",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    let good = judge(&[HONEST]);
    assert_eq!(good.status.code(), Some(0), "{}{}", text(&good.stdout), text(&good.stderr));
    let shown = text(&judge(&[HONEST, "--quiet"]).stdout);
    assert!(
        shown.lines().filter(|line| !line.is_empty()).count() == 1 && shown.contains("passed"),
        "{shown}"
    );
}

#[test]
fn every_format_can_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let reports = ["junit", "markdown", "json"].map(|format| format!("--report={format}={}", path(format)));
    let args: Vec<&str> = [SHORT].into_iter().chain(reports.iter().map(String::as_str)).collect();
    assert_eq!(judge(&args).status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(path(name)).expect("the report was written");
    assert!(read("junit").contains("<failure") && read("junit").contains("RC001 wait-sufficient"));
    assert!(read("markdown").contains("| RC001 | wait-sufficient | **fail** |"));
    assert!(read("json").contains("\"kind\": \"limits\""));
}

#[test]
fn warnings_fail_where_they_are_to() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let log = fs::read_to_string(root.join(HONEST)).expect("a log");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cacheable.log").display().to_string();
    fs::write(&path, log.replace("\"no-store\"", "\"max-age=60\"")).expect("the log can be written");
    assert_eq!(judge(&[&path]).status.code(), Some(0));
    assert_eq!(judge(&[&path, "--fail-on", "warning"]).status.code(), Some(1));
}

#[test]
fn a_log_that_was_cut_off_cannot_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let log = fs::read_to_string(root.join(HONEST)).expect("a log");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.log").display().to_string();
    fs::write(&path, &log[..log.len() - 20]).expect("the log can be written");
    let output = judge(&[&path]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("without its last line"), "{}", text(&output.stderr));
}

#[test]
fn mistakes_have_their_line_and_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wrong.log").display().to_string();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let log = fs::read_to_string(root.join(HONEST)).expect("a log");
    let damaged = log.lines().enumerate().map(|(number, line)| if number == 4 { "{oops" } else { line });
    let damaged = damaged.collect::<Vec<_>>().join("\n") + "\n";
    let version = log.replacen("\"version\":1", "\"version\":9", 1);
    for (text_of, place, words) in [
        (damaged, ":5:1", "record it anew"),
        (version, ":1:1", "version 9"),
        ("a: b\n".to_owned(), ":1:1", "tollgate limits --record"),
    ] {
        fs::write(&path, text_of).expect("the log can be written");
        let output = judge(&[&path]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(place) && told.contains(words), "{told}");
    }
    let gone = judge(&["no-such.log"]);
    assert!(gone.status.code() == Some(2) && text(&gone.stderr).contains("cannot be read"));
    let contract = judge(&[HONEST, "--contract", "propertybase-v2"]);
    assert!(contract.status.code() == Some(2) && text(&contract.stderr).contains("did you mean"));
}
