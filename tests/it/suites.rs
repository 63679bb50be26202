//! The suites that ship with the product, run by the real binary: against the server inside, a server of its own
//! with one key, and nobody at all.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tollgate::model::{Report, Severity, Source, Verdict};
use tollgate::reference;

fn tollgate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_PROXY", "127.0.0.1");
    command
}

/// Runs both suites; the exit code and the JSON report.
fn run(arguments: &[&str]) -> (Option<i32>, Report) {
    let output = tollgate(&["run", "scenarios", "--report", "json=-"]).args(arguments).output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

/// A reference server in a process of its own, ended with the test.
struct Server {
    child: Child,
    origin: String,
}

impl Server {
    fn start() -> Self {
        let mut child = tollgate(&["serve", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let origin = line.trim().strip_prefix("ready ").unwrap().to_owned();
        Self { child, origin }
    }

    fn api_key() -> String {
        let output = tollgate(&["serve", "--keys"]).output().unwrap();
        let keys: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        keys["api_key"]["key"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn everything_passes_on_the_server_inside_and_every_code_is_provoked() {
    let (exit, report) = run(&[]);
    let told: Vec<_> =
        report.findings.iter().map(|found| format!("{}: {}", found.file, found.message)).collect();
    assert_eq!(exit, Some(0), "{told:#?}");
    assert_eq!(report.summary.verdict, Verdict::Pass);
    // What takes a while is left out unless it is asked for.
    let (asked_for, usual): (Vec<_>, Vec<_>) =
        report.scenarios.iter().partition(|scenario| scenario.file.ends_with("rate-limit-probe.yaml"));
    assert_eq!(asked_for.len(), 2);
    for scenario in asked_for {
        assert_eq!(scenario.reason.as_deref(), Some("requires `probe_limits`, which is not given"));
    }
    for scenario in usual {
        assert_eq!(scenario.verdict, Verdict::Pass, "{}: {:?}", scenario.name, scenario.reason);
    }
    let contracts: Vec<_> = report.coverage.keys().map(String::as_str).collect();
    assert_eq!(contracts, ["lead-management-v1", "propertybase-v1"]);
    for (contract, coverage) in &report.coverage {
        let never: Vec<_> = coverage.codes.iter().filter(|(_, times)| **times == 0).collect();
        assert!(never.is_empty() && !coverage.codes.is_empty(), "{contract}: {never:?}");
    }
    // The flat document has no code for 401, 403, 5xx and the framework's answers, so whatever the server sends
    // there is worth a note; the nested catalogue is closed, and there is nothing to be said at all.
    for found in &report.findings {
        let expected = found.rule == "COD003" && found.file.contains("lead-management-v1");
        assert!(expected && found.severity == Severity::Note, "{}: {}", found.file, found.message);
    }
}

#[test]
fn with_a_single_key_the_rest_is_skipped_with_reasons() {
    let server = Server::start();
    let key = format!("api_key={}", Server::api_key());
    // The same server again: the suites bring their own data.
    for _ in 0..2 {
        let (exit, report) = run(&["--target", &server.origin, "--var", &key]);
        assert_eq!(exit, Some(0), "{:?}", report.summary);
        assert_eq!(report.summary.failed + report.summary.inconclusive, 0);
        let (skipped, judged): (Vec<_>, Vec<_>) =
            report.scenarios.iter().partition(|scenario| scenario.verdict == Verdict::Skipped);
        for scenario in &skipped {
            let reason = scenario.reason.as_deref().unwrap_or_default();
            assert!(reason.starts_with("requires `") && reason.ends_with("not given"), "{reason}");
        }
        assert!(judged.iter().all(|scenario| scenario.verdict == Verdict::Pass));
        // What a correct server must have is judged with no more than a key.
        for file in ["create-lead", "required-fields", "invalid-email", "authentication", "framework-edges"] {
            for contract in ["lead-management-v1", "propertybase-v1"] {
                let path = format!("scenarios/{contract}/{file}.yaml");
                assert!(judged.iter().any(|scenario| scenario.file == path), "{path} was not judged");
            }
        }
    }
}

#[test]
fn a_target_that_nobody_answers_at_cannot_be_judged() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let (exit, report) = run(&["--target", &target, "--var", "api_key=tg_test_nobody"]);
    assert_eq!(exit, Some(3));
    assert_eq!(report.summary.verdict, Verdict::Inconclusive);
    assert_eq!((report.summary.passed, report.summary.failed), (0, 0));
    assert!(report.findings.is_empty());
}

/// All YAML files of the suites.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            into.push(path);
        }
    }
}

#[test]
fn every_file_can_be_copied_and_every_variable_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let given: BTreeSet<String> =
        reference::variables(&reference::keys(1)).into_iter().map(|(name, _)| name).collect();
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    assert!(paths.len() > 20, "{paths:?}");
    let mut required = BTreeSet::new();
    for path in paths {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let up = "../".repeat(path.strip_prefix(&folder).unwrap().components().count());
        let first = format!("# yaml-language-server: $schema={up}schemas/scenario.schema.json\n");
        assert!(text.starts_with(&first), "{shown} does not start with {first}");
        assert!(text.contains("\ndescription: "), "{shown} has no description");
        let scenario = tollgate::scenario::parse(&Source::new(&shown, &text)).unwrap();
        assert!(!scenario.tags.is_empty(), "{shown} has no tag");
        required.extend(scenario.requires.into_iter().map(|name| name.value));
    }
    for name in &required {
        // The wish to have limits probed is the user's.
        assert!(given.contains(name) || name == "probe_limits", "the server inside does not give `{name}`");
        assert!(readme.contains(&format!("\n| `{name}` |")), "README.md does not explain `{name}`");
    }
    let markers: Vec<_> =
        given.iter().filter(|name| name.starts_with("has_") && !required.contains(*name)).collect();
    assert!(markers.is_empty(), "nothing requires {markers:?}");
}
