//! The error pack, run by the real binary: clean on the clean server, the same with the same seed, within its bound,
//! and not blind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tollgate::model::{Report, Severity, Verdict};
use tollgate::reference;

use crate::bad_server::{Server, answer};
use crate::tool;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the error pack; the exit code and the JSON report.
fn run(arguments: &[&str]) -> (Option<i32>, Report) {
    let usual = ["run", "--edges", "--report", "json=-"];
    let arguments: Vec<&str> = usual.iter().chain(arguments).copied().collect();
    let ended = tool::run(root(), &arguments);
    let report =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stderr));
    (ended.code, report)
}

#[test]
fn the_clean_server_stays_clean_with_any_seed() {
    for seed in ["1", "20", "300", "4000"] {
        let (exit, report) = run(&["--seed", seed, "--fail-on", "warning"]);
        let told: Vec<_> =
            report.findings.iter().map(|found| format!("{}: {}", found.step, found.message)).collect();
        assert_eq!(exit, Some(0), "seed {seed}: {told:#?}");
        assert_eq!(
            report.summary.passed, report.summary.steps,
            "seed {seed}: everything was sent and judged"
        );
        assert!(report.findings.iter().all(|found| found.severity == Severity::Note));
        let contracts: BTreeSet<_> = report.scenarios.iter().map(|one| one.contract.as_str()).collect();
        assert_eq!(contracts, BTreeSet::from(["lead-management-v1", "propertybase-v1"]));
    }
}

#[test]
fn even_what_libraries_refuse_is_clean() {
    let own = ["--contract", "propertybase-v1", "--edges-large", "--fail-on", "warning", "--seed", "1"];
    let (exit, report) = run(&own);
    assert_eq!(exit, Some(0), "{:?}", report.findings.first());
    assert!(report.scenarios[0].steps.iter().any(|step| step.name == "headers of 18 kB"));
}

/// A server that is content with everything, and what it was asked.
fn content() -> (Server, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let server = Server::reading(move |stream, _, request| {
        let lines = request.lines().filter(|line| !line.starts_with("host:"));
        log.lock().unwrap().push(lines.collect::<Vec<_>>().join("\n"));
        answer(stream, "200 OK", "", "{\"success\":true,\"data\":{\"id\":\"lead_1\"}}");
    });
    (server, asked)
}

/// The unknown key is made from the good one, and its header may be called anything.
#[test]
fn the_beginning_of_a_key_is_not_shown() {
    const HEAD: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqb2huIn0";
    const CONTRACT: &str = "\
name: shop
envelope: { schema: error.schema.json, fields: { code: /code } }
edges:
  key: x-shop
  headers: { x-shop: \"{{ key }}\" }
  operations: { GET /things: {} }
";
    let folder = tempfile::tempdir().unwrap();
    let contract = folder.path().join("schemas/shop");
    std::fs::create_dir_all(&contract).unwrap();
    std::fs::write(contract.join("contract.yaml"), CONTRACT).unwrap();
    std::fs::write(contract.join("error.schema.json"), "{}").unwrap();
    let (server, asked) = content();
    let (target, key) = (format!("http://{}", server.address), format!("key={HEAD}.c2lnbmF0dXJlMTIz"));
    let usual = ["run", "--edges", "--contract", "shop", "--target", &target, "--secret", &key, "-v"];
    for report in ["terminal", "json", "ndjson", "junit"] {
        let ended = tool::run(folder.path(), &[&usual[..], &["--report", report]].concat());
        assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("x-shop: [redacted]"), "{}", ended.stdout);
        assert!(!ended.stdout.contains(HEAD), "{report}: {}", ended.stdout);
    }
    let sent = asked.lock().unwrap().iter().filter(|request| request.contains(HEAD)).count();
    assert!(sent > 4, "the key was sent");
}

#[test]
fn a_seed_repeats_the_requests_and_the_bound_holds_exactly() {
    let asked = |seed: &str, most: &str| {
        let (server, asked) = content();
        let target = format!("http://{}", server.address);
        let own = ["--target", &target, "--contract", "lead-management-v1", "--jobs", "1", "--var"];
        let more = ["api_key=a-good-key", "--seed", seed, "--max-requests", most];
        let (exit, report) = run(&own.iter().chain(&more).copied().collect::<Vec<_>>());
        // A server that takes everything does not say no where it must, unless only good requests have room.
        assert_eq!(exit, Some(i32::from(most != "3")));
        let asked = asked.lock().unwrap().clone();
        assert_eq!(asked.len() as u64, report.summary.requests);
        (asked, report)
    };
    let (first, report) = asked("7", "40");
    assert_eq!(first.len(), 40);
    assert!(first.iter().any(|request| !request.contains("authorization:")), "one without a key");
    let told = report.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let told: Vec<_> = told.filter(|step| step.verdict == Verdict::Skipped).collect();
    assert_eq!(told.len() as u64, report.summary.steps - 40);
    let beyond =
        |reason: &Option<String>| reason.as_deref().is_some_and(|why| why.contains("--max-requests 40"));
    assert!(told.iter().all(|step| beyond(&step.reason) || step.name == "an expired key"), "{told:#?}");
    assert_eq!(first, asked("7", "40").0);
    assert_ne!(first, asked("8", "40").0);
    assert_eq!(asked("7", "3").0.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn defects_are_found_without_a_scenario() {
    let defects = [
        ("error-is-text", "envelope"),
        ("errors-are-200", "status"),
        ("google-not-found", "dialect"),
        ("email-unchecked", "validation"),
        ("bedrooms-unchecked", "validation"),
        ("malformed-is-500", "status"),
        ("nginx-not-found", "dialect"),
    ];
    let known: Vec<_> = reference::defects().iter().map(|defect| defect.id).collect();
    for (id, family) in defects {
        let defect = reference::find_defect(id).unwrap_or_else(|| panic!("no defect {id} in {known:?}"));
        assert_eq!(defect.family, family, "{id}");
        let options = reference::Options { defect: Some(defect), ..reference::Options::default() };
        let server = reference::start(options).await.unwrap();
        let key = server.keys().iter().find(|key| key.alias == "api_key").unwrap();
        let (target, key) = (server.origin(), format!("api_key={}", key.key));
        let exits = tokio::task::spawn_blocking(move || {
            ["lead-management-v1", "propertybase-v1"].map(|contract| {
                run(&["--target", &target, "--var", &key, "--seed", "1", "--contract", contract]).0
            })
        });
        assert!(exits.await.unwrap().contains(&Some(1)), "{id} was not found");
        server.stop().await;
    }
}
