//! The load scenarios that ship hold against the reference server, and each of them can fail.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::path::{Path, PathBuf};
use std::thread;

use serde_json::Value;
use tollgate::reference::{self, Options};

use crate::tool;

/// The files of both APIs.
fn shipped() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("load");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

/// One file's exit code, what it printed, and its report.
fn load(file: &Path, more: &[&str]) -> (Option<i32>, String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        [&["load", file.to_str().unwrap(), "--quiet", "--report", "json=out.json"], more].concat();
    let ended = tool::run(folder.path(), &arguments);
    let report = std::fs::read_to_string(folder.path().join("out.json"));
    let report = report.unwrap_or_else(|_| panic!("{}: {}", file.display(), ended.stderr));
    (ended.code, ended.stdout, serde_json::from_str(&report).unwrap())
}

/// Only a machine too busy to send in time may leave one open.
fn holds(file: &Path) {
    let (code, stdout, report) = load(file, &[]);
    let busy = report["load"]["generator"]["reason"] != "";
    assert!(code == Some(0) || busy && code == Some(3), "{}\n{stdout}", file.display());
    let totals = &report["load"]["totals"];
    assert!(totals["admitted"].as_u64().unwrap() > 0, "{stdout}");
    assert_eq!(totals["error"], 0, "{stdout}");
    // The key's own limit was met, not that of all strangers: without the key sixty a minute would be admitted.
    let throttled = totals["throttled"].as_u64().unwrap();
    assert!(file.ends_with("limit-held.yaml") || busy || throttled > 0, "{}\n{stdout}", file.display());
}

#[test]
fn they_hold_against_the_reference_server() {
    let files = shipped();
    assert_eq!(files.len(), 8);
    thread::scope(|scope| {
        for file in &files {
            scope.spawn(move || holds(file));
        }
    });
}

/// Whether the API's file fails a server with that defect, by that bound.
fn fails(name: &str, defect: &str, bound: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = Options { defect: reference::find_defect(defect), ..Options::default() };
    assert!(options.defect.is_some());
    let server = runtime.block_on(reference::start(options)).unwrap();
    let (name_of_key, key) =
        reference::variables(server.keys()).into_iter().find(|(name, _)| name == "probe_key_1").unwrap();
    let file = shipped().into_iter().find(|file| file.ends_with(name)).unwrap();
    let key = format!("{name_of_key}={key}");
    let (code, stdout, report) = load(&file, &["--target", &server.origin(), "--var", &key]);
    if report["load"]["generator"]["reason"] != "" {
        return;
    }
    assert_eq!(code, Some(1), "{name}\n{stdout}");
    let thresholds = report["load"]["thresholds"].as_array().unwrap();
    let broken = thresholds.iter().find(|threshold| threshold["text"] == bound);
    assert_eq!(broken.unwrap()["verdict"], "fail", "{name}\n{stdout}");
}

#[test]
fn each_kind_fails_on_a_limiter_that_is_wrong() {
    thread::scope(|scope| {
        for (name, defect, bound) in [
            ("limit-held.yaml", "limit-one-less", "throttled == 0"),
            ("limit-exceeded.yaml", "limit-three-times", "throttled > 0"),
            ("burst.yaml", "limit-three-times", "throttled >= 20"),
            ("obedient-users.yaml", "ban-of-two-windows", "goodput >= 3.5/s"),
        ] {
            scope.spawn(move || fails(name, defect, bound));
        }
    });
}
