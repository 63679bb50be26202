//! Faults that no single answer shows: the clean server has none, and each seeded one is told at its route.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;

use tollgate::model::{Finding, Report, Severity, Verdict};
use tollgate::reference::{self, Defect, Options, Server};

use crate::tool;

/// Files of both suites with the same causes on several routes.
const FILES: [&str; 4] = [
    "scenarios/lead-management-v1/one-cause.yaml",
    "scenarios/lead-management-v1/unreadable-bodies.yaml",
    "scenarios/propertybase-v1/one-cause.yaml",
    "scenarios/propertybase-v1/unreadable-bodies.yaml",
];

/// Runs files against a server; the exit code and the report.
pub(crate) async fn run(server: &Server, files: &[&str], arguments: &[&str]) -> (Option<i32>, Report) {
    let variables = reference::variables(server.keys());
    let variables: Vec<String> =
        variables.iter().map(|(name, value)| format!("--var={name}={value}")).collect();
    let mut all =
        vec!["run".to_owned(), "--report=json=-".to_owned(), "--target".to_owned(), server.origin()];
    all.extend(variables);
    all.extend(files.iter().chain(arguments).map(|&text| text.to_owned()));
    let ended = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = all.iter().map(String::as_str).collect();
        tool::run(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments)
    });
    let ended = ended.await.unwrap();
    let report = serde_json::from_str(&ended.stdout);
    (ended.code, report.unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr)))
}

pub(crate) async fn start(defect: Option<&'static Defect>) -> Server {
    reference::start(Options { defect, limit: 100_000, ..Options::default() }).await.unwrap()
}

/// The findings about the run as a whole.
fn across(report: &Report) -> Vec<&Finding> {
    let findings = report.across.iter().flat_map(|across| &across.findings);
    findings.map(|place| &report.findings[*place]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clean_server_agrees_with_itself_however_often_it_is_asked() {
    let server = start(None).await;
    let (exit, report) = run(&server, &FILES, &["--repeat", "5", "--jobs", "4"]).await;
    assert_eq!((exit, report.summary.verdict, &report.across), (Some(0), Verdict::Pass, &None));
    assert!(report.findings.iter().all(|found| found.rule == "COD003"), "{:#?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_seeded_disagreement_is_told_at_its_route() {
    let defects = reference::defects().iter().filter(|defect| defect.family == "consistency");
    let (mut seen, mut failed) = (0, 0);
    for defect in defects {
        let server = start(Some(defect)).await;
        let (exit, report) = run(&server, &FILES, &["--fail-on", "warning"]).await;
        let told = across(&report);
        let fails = told.iter().any(|found| found.severity > Severity::Note);
        let verdict = if fails { Verdict::Fail } else { Verdict::Pass };
        assert_eq!(exit, Some(i32::from(fails)), "{}: {told:#?}", defect.id);
        assert!(!told.is_empty() && report.across.as_ref().unwrap().verdict == verdict, "{}", defect.id);
        failed += usize::from(fails);
        assert_eq!(report.summary.failed, 0, "{}: no step shows it by itself", defect.id);
        for found in told {
            assert_eq!([&*found.rule], defect.expected, "{}", defect.id);
            let step = if defect.id.starts_with("cut-body") { "changes by a body that" } else { "lists " };
            assert!(found.step.starts_with(step) && found.file.ends_with("one-cause.yaml"), "{found:#?}");
            assert!(found.curl.starts_with("curl ") && found.response.starts_with("HTTP/1.1 "), "{found:#?}");
            assert!(found.help.contains(" (") && found.help.contains("scenarios/"), "{}", found.help);
        }
        seen += 1;
    }
    assert!(seen >= 4 && failed >= 3, "{failed} of {seen} defects fail a run that warnings fail");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_gateway_page_in_fifty_errors_is_found_by_repeating() {
    let server = start(reference::find_defect("flaky-gateway-page")).await;
    let files = &FILES[3..];
    let (exit, report) = run(&server, files, &[]).await;
    assert_eq!((exit, report.findings.len()), (Some(0), 0), "one run does not see it");
    let (exit, report) = run(&server, files, &["--repeat", "25", "--jobs", "2"]).await;
    assert_eq!((exit, report.summary.requests > 250), (Some(1), true));
    let pages: Vec<_> = report.findings.iter().filter(|found| found.rule == "LEA005").collect();
    let [page] = pages[..] else { panic!("one group: {pages:#?}") };
    let spread = page.spread.as_deref().unwrap();
    // 12 answers of the first run were not the fiftieth, and about 300 came after them.
    assert!((5..=6).contains(&spread.answers) && spread.of == report.summary.requests, "{spread:?}");
    assert!(report.scenarios.iter().flat_map(|scenario| &scenario.steps).any(|step| step.flaky));
    assert!(report.across.is_none(), "a rare fault of single answers is not told a second time");
}
