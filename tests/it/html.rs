//! The page of a load and its comparison with an earlier one, made of reports that are checked in.
//!
//! `UPDATE=1 cargo test --test it html` writes the pages anew; look at them in a browser before you commit them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tollgate::model::{Report, Severity};
use tollgate::report::{self, Reporter, Style};

use crate::tool;

const PLAIN: Style =
    Style { colour: false, width: 80, verbose: false, quiet: false, fail_on: Severity::Error };

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html").join(name)
}

fn read(name: &str) -> Report {
    serde_json::from_slice(&std::fs::read(file(name)).unwrap()).unwrap()
}

fn written(format: &str, report: &Report) -> String {
    let mut reporter: Box<dyn Reporter> = (report::find(format).unwrap().open)(PLAIN);
    let mut out = Vec::new();
    reporter.finish(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The report with its comparison to the earlier one.
fn compared(name: &str) -> Report {
    let mut now = read(name);
    let comparison = tollgate::load::compare("earlier.json", &read("earlier.json"), &now).unwrap();
    now.load.as_mut().unwrap().compare = Some(Box::new(comparison));
    now
}

fn expect(name: &str, actual: &str) {
    let path = file(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{} differs; UPDATE=1 writes it anew", path.display());
}

#[test]
fn pages_and_comparisons_are_those_that_are_kept() {
    let now = compared("now.json");
    let page = written("html", &now);
    assert_eq!(page, written("html", &now), "the same report makes the same bytes");
    expect("now.html", &page);
    expect("now.txt", &written("terminal", &now));
    expect("empty.html", &written("html", &read("empty.json")));
}

#[test]
fn what_a_server_says_never_becomes_markup() {
    let hostile = std::fs::read_to_string(file("hostile.json")).unwrap();
    assert!(hostile.contains("<script>") && hostile.contains("<img"), "the input is not hostile");
    for report in [read("hostile.json"), compared("hostile.json")] {
        let page = written("html", &report);
        assert_eq!(page.matches("<script").count(), 1, "only the page's own script");
        assert!(!page.contains("<img") && !page.contains("javascript:"), "a text became markup");
        for outside in ["src=\"http", "href=\"http", "url(http", "@import"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

#[test]
fn the_policy_lets_the_pages_own_script_run_and_no_other() {
    let page = written("html", &read("now.json"));
    let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(page.contains(&format!("'sha256-{hash}'")), "the hash of the script is {hash}");
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn numbers_at_their_bounds_make_a_page_of_bounded_size() {
    let mut report = read("now.json");
    let load = report.load.as_mut().unwrap();
    let point = load.series.points[0];
    load.series.points = vec![point; 3_600];
    load.totals.sent = u64::MAX;
    load.totals.admitted = u64::MAX;
    load.planned_ms = u64::MAX;
    for point in &mut load.series.points {
        point.p99_us = u64::MAX;
        point.counts.admitted = u64::MAX;
    }
    let page = written("html", &report);
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
    assert!(!page.contains("NaN") && !page.contains(">inf<"), "a number is none");
}

#[test]
fn an_earlier_report_that_is_none_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("text.json", "no json");
    write("old.json", "{\"version\": 0, \"kind\": \"load\"}");
    write("run.json", &format!("{{\"version\": {}, \"kind\": \"run\"}}", Report::VERSION));
    write("part.json", &format!("{{\"version\": {}, \"kind\": \"load\"}}", Report::VERSION));
    for (name, why) in [
        ("missing.json", "cannot be read"),
        ("text.json", "no JSON report"),
        ("old.json", "of version 0"),
        ("run.json", "`tollgate run`"),
        ("part.json", "no whole report"),
    ] {
        let arguments = ["load", "--request", "GET /leads", "--duration", "10ms", "--compare", name];
        let ended = tool::run(folder.path(), &arguments);
        assert_eq!(ended.code, Some(2), "{name}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(why) && ended.stderr.contains(name), "{name}: {}", ended.stderr);
    }
}

#[test]
fn a_run_writes_its_page_and_is_compared_with_itself() {
    let folder = tempfile::tempdir().unwrap();
    let load = |more: &[&str]| {
        let mut arguments = vec!["load", "--request", "GET /leads", "--rate", "40/s", "--duration", "500ms"];
        arguments.extend(more);
        tool::run(folder.path(), &arguments)
    };
    load(&["--report", "json=one.json", "-q"]);
    let two = load(&["--report", "html=two.html", "--report", "terminal", "--compare", "one.json"]);
    assert!(two.stdout.contains("compared") && two.stdout.contains("one.json"), "{}", two.stdout);
    let page = std::fs::read_to_string(folder.path().join("two.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Beside the earlier run"));
    let refused = tool::run(folder.path(), &["run", "--report", "html"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}
