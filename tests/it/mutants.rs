//! The kill matrix by the real binary: what is caught and missed, false alarms, wrong input, exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;

use tollgate::model::{Kind, Report, Severity};
use tollgate::report::{MATRIX_FORMATS, Style};

use crate::tool::{Ended, run};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with one scenario.
fn folder(scenario: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), scenario).unwrap();
    folder
}

fn mutants(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["mutants"], arguments].concat())
}

fn report(ended: &Ended) -> Report {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stderr))
}

/// A suite that looks at one unknown lead.
const SMALL: &str = "\
name: An unknown lead
contract: propertybase-v1
requires: [api_key]
steps:
  - request: { get: /leads/none, headers: { authorization: \"Bearer {{ api_key }}\" } }
    expect: { status: 404, error: NOT_FOUND }
";

#[test]
fn a_shipped_suite_catches_a_family_by_the_rules_that_should_and_the_same_way_each_time() {
    let once = || {
        let suite = ["scenarios/propertybase-v1", "--family", "flaky", "--clean-runs", "2"];
        let output = ["--min-score", "100", "--report", "json=-"];
        let ended = mutants(Path::new(PROJECT), &[&suite[..], &output].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let mut report = report(&ended);
        assert_eq!((report.kind, report.interrupted), (Kind::Mutants, false));
        report.matrix.take().unwrap()
    };
    let matrix = once();
    assert!(matrix.mutants.len() >= 10);
    assert_eq!((matrix.score, matrix.false_alarms.len(), matrix.clean_runs), (100.0, 0, 2));
    for mutant in &matrix.mutants {
        assert!(mutant.named(), "{}: by {:?}, not by {:?}", mutant.defect, mutant.by, mutant.expected);
        assert_eq!(mutant.caught_in, mutant.concerns, "{}", mutant.defect);
    }
    assert_eq!(matrix, once());
}

#[test]
fn a_small_suite_misses_what_it_does_not_look_at() {
    let folder = folder(SMALL);
    let chosen = ["--defect", "success-true", "--defect", "bedrooms-unchecked", "--clean-runs", "1"];
    let ended = mutants(folder.path(), &[&["scenario.yaml", "--report", "json=-"], &chosen[..]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let matrix = report(&ended).matrix.unwrap();
    let told: Vec<_> =
        matrix.mutants.iter().map(|one| (one.defect.as_str(), one.caught, one.concerns.len())).collect();
    assert_eq!(told, [("success-true", true, 1), ("bedrooms-unchecked", false, 1)]);
    assert_eq!(matrix.score, 50.0);

    let ended = mutants(folder.path(), &[&["scenario.yaml", "--min-score", "51%"], &chosen[..]].concat());
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("✗ bedrooms-unchecked"), "{}", ended.stdout);
    assert!(ended.stdout.contains("50.0 %  1 of 2 defects caught"), "{}", ended.stdout);
}

#[test]
fn what_a_suite_finds_on_the_clean_server_is_a_false_alarm_and_catches_nothing() {
    let folder = folder(&SMALL.replace("status: 404", "status: 410"));
    let chosen = ["scenario.yaml", "--defect", "timestamp-missing", "--defect", "request-id-missing"];
    let ended = mutants(folder.path(), &[&chosen[..], &["--report", "json=-"]].concat());
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let matrix = report(&ended).matrix.unwrap();
    let alarms: Vec<_> = matrix.false_alarms.iter().map(|alarm| alarm.rule.as_str()).collect();
    assert_eq!(alarms, ["EXP001"]);
    assert!(matrix.mutants.iter().all(|mutant| !mutant.by.contains(&"EXP001".to_owned())));
}

#[test]
fn the_page_has_a_row_for_each_defect_and_is_written_whole() {
    let folder = folder(SMALL);
    let chosen = ["scenario.yaml", "--family", "json", "--clean-runs", "1", "--quiet"];
    let ended = mutants(folder.path(), &[&chosen[..], &["--report", "markdown=out/page.md"]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let page = std::fs::read_to_string(folder.path().join("out/page.md")).unwrap();
    let rows = tollgate::reference::defects().iter().filter(|defect| defect.family == "json");
    for defect in rows {
        assert!(page.contains(&format!("\n| {} | ", defect.id)), "{}", defect.id);
    }
    assert!(page.starts_with("# Kill matrix\n") && ended.stdout.lines().count() < 5, "{}", ended.stdout);
}

#[test]
fn a_page_of_an_interrupted_run_says_so() {
    let folder = folder(SMALL);
    let chosen = ["scenario.yaml", "--defect", "success-true", "--clean-runs", "1", "--report", "json=-"];
    let whole = report(&mutants(folder.path(), &chosen));
    let cut = Report { interrupted: true, ..whole.clone() };
    let style = Style { colour: false, width: 100, verbose: false, quiet: false, fail_on: Severity::Error };
    let page = MATRIX_FORMATS.iter().find(|format| format.name == "markdown").unwrap();
    let told = [&whole, &cut].map(|report| (page.render)(report, style).contains("**Interrupted**"));
    assert_eq!(told, [false, true]);
}

#[test]
fn wrong_input_is_refused_before_anything_runs() {
    let folder = folder(SMALL);
    for (arguments, complaint) in [
        (&["--defect", "succes-true"][..], "no defect `succes-true`; did you mean `success-true`?"),
        (
            &["--defect", "wait-rounded"],
            "`wait-rounded` shows in no single answer: only `tollgate limits` can see it",
        ),
        (&["--family", "jsn"], "no family of defects `jsn`; did you mean `json`?"),
        (&["--family", "?"], "no family of defects `?`; `tollgate serve --defects` lists them"),
        (&["--min-score", "120"], "write a share from 0 to 100"),
        (&["--report", "html"], "no report format `html`; there are terminal, json, markdown"),
        (&["--report", "json", "--report", "markdown"], "two reports want stdout"),
        (&["--report", "json=."], "the report . cannot be written: it is a folder"),
        (&["nowhere.yaml"], "nowhere.yaml"),
    ] {
        let ended = mutants(folder.path(), &[arguments, &["scenario.yaml"]].concat());
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stdout);
        assert!(ended.stderr.contains(complaint), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn a_suite_for_another_api_meets_no_defect() {
    let folder = folder("name: Mine\ncontract: problem-details\nsteps: [{ request: { get: / } }]\n");
    let ended = mutants(folder.path(), &["scenario.yaml"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("the suite's contracts have `` of problem-details"), "{}", ended.stderr);
}

#[test]
fn what_no_suite_can_see_is_left_out_and_counted() {
    let folder = folder(SMALL);
    let ended = mutants(folder.path(), &["scenario.yaml", "--family", "limits", "--clean-runs", "1"]);
    let all = tollgate::reference::defects().iter().filter(|defect| defect.family == "limits");
    let unseen = all.clone().filter(|defect| defect.is_for_limits_only()).count();
    let seen = all.count() - unseen;
    let note = format!("note: left out: {unseen} defects that only `tollgate limits` can see\n");
    assert!(ended.stderr.contains(&note), "{}", ended.stderr);
    let told = format!("of {seen} defects caught");
    assert!(seen > 0 && ended.stdout.contains(&told), "{}", ended.stdout);
}

#[test]
fn a_project_with_a_target_is_measured_against_the_reference_server() {
    let folder = folder(SMALL);
    std::fs::write(folder.path().join("tollgate.yaml"), "target: http://127.0.0.1:9\n").unwrap();
    let ended = mutants(folder.path(), &["scenario.yaml", "--defect", "code-missing", "--min-score", "100"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}
