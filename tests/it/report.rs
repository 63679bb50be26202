//! The reports of a hand-made run, compared with the files that are checked in.
//!
//! `UPDATE=1 cargo test --test it report` writes them anew; read the difference before you commit it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;
use tollgate::model::{
    Event, Finding, Report, ScenarioResult, Severity, Source, Span, Spread, StepResult, Tool, Verdict,
};
use tollgate::report::{self, Fold, Reporter, Style};
use tollgate::snapshot;

const PLAIN: Style =
    Style { colour: false, width: 80, verbose: false, quiet: false, fail_on: Severity::Error };

const QUOTA: &str = "\
name: Lead validation
contract: propertybase-v1
steps:
  - name: reports every invalid field
    request: { post: /leads, json: { name: Ada, email: nope } }
    expect: { status: 422, error: VALIDATION_ERROR }
";

const ANSWER: &str = "\
HTTP/1.1 400 Bad Request
content-type: application/json
x-request-id: req_7Hn2

{\"success\":false,\"error\":{\"code\":\"VALIDATION_ERROR\",\"message\":\"invalid\",\"details\":{}}}";

fn tool() -> Tool {
    Tool { name: "tollgate".into(), version: "0.1.0".into() }
}

fn step(name: &str, line: u32, verdict: Verdict, attempts: u32) -> StepResult {
    StepResult {
        name: name.into(),
        line,
        verdict,
        attempts,
        duration_ms: 4 * u64::from(attempts),
        reason: None,
        contract: None,
        codes: Vec::new(),
        code_counts: IndexMap::default(),
        flaky: false,
        findings: Vec::new(),
    }
}

fn scenario(name: &str, file: &str, verdict: Verdict, steps: Vec<StepResult>) -> ScenarioResult {
    ScenarioResult {
        name: name.into(),
        file: file.into(),
        contract: "propertybase-v1".into(),
        verdict,
        duration_ms: steps.iter().map(|step| step.duration_ms).sum(),
        reason: None,
        steps,
    }
}

fn finding(severity: Severity, rule: &str, name: &str, message: &str) -> Finding {
    Finding {
        rule: rule.into(),
        name: name.into(),
        severity,
        source: "contract: \"Error envelope\"".into(),
        message: message.into(),
        help: String::new(),
        file: "scenarios/validation.yaml".into(),
        line: 4,
        column: 5,
        scenario: "Lead validation".into(),
        step: "reports every invalid field".into(),
        pointer: String::new(),
        expected: String::new(),
        actual: String::new(),
        count: 1,
        accepted: false,
        spread: None,
        diff: None,
        curl: "curl -sS -X POST 'http://127.0.0.1:8080/v1/leads' -H 'authorization: [redacted]' \
               --data-raw '{\"name\":\"Ada\",\"email\":\"nope\"}'"
            .into(),
        response: ANSWER.into(),
        snippet: String::new(),
    }
}

/// What is wrong with the failing scenario's second step.
fn faults() -> Vec<Finding> {
    let source = Source::new("scenarios/validation.yaml", QUOTA);
    let at = QUOTA.find("422").expect("the status is there");
    let status = Finding {
        line: 6,
        column: 23,
        source: "the scenario".into(),
        expected: "422".into(),
        actual: "400".into(),
        snippet: report::snippet(&source, Span::new(at, at + 3), "the answer was 400"),
        ..finding(Severity::Error, "EXP001", "expected-status", "the status is not the expected one")
    };
    let details = Finding {
        pointer: "/error/details".into(),
        expected: "array".into(),
        actual: "object\u{1b}[2J".into(),
        help: "each fault is one object with \"field\" and \"message\"".into(),
        ..finding(Severity::Error, "ENV001", "envelope-schema", "{} is not of type \"array\"")
    };
    let note = finding(Severity::Note, "CAT004", "undocumented-code", "the code is not documented");
    vec![status, details, note]
}

fn finish(events: &mut Vec<Event>, findings: Vec<Vec<Finding>>, scenario: ScenarioResult) {
    let index = events.iter().filter(|event| matches!(event, Event::ScenarioFinished { .. })).count();
    let mut findings = findings.into_iter();
    for step in &scenario.steps {
        let findings = findings.next().unwrap_or_default();
        events.push(Event::StepFinished { scenario: index, step: step.clone(), findings });
    }
    events.push(Event::ScenarioFinished { index, scenario });
}

/// A run with every verdict in it, cut short at its end.
fn run() -> Vec<Event> {
    let target = "http://127.0.0.1:8080".into();
    let mut events = vec![Event::RunStarted {
        version: 1,
        tool: tool(),
        scenarios: 5,
        target,
        against: None,
        seed: 7,
        repeat: 1,
    }];

    let mut retried = step("becomes visible", 11, Verdict::Pass, 3);
    retried.codes = vec!["NOT_FOUND".into(), "NOT_FOUND".into()];
    let steps = vec![step("creates a lead", 6, Verdict::Pass, 1), retried];
    finish(&mut events, vec![], scenario("Lead life", "scenarios/life.yaml", Verdict::Pass, steps));

    let mut broken = step("reports every invalid field", 4, Verdict::Fail, 1);
    broken.codes = vec!["VALIDATION_ERROR".into()];
    let steps = vec![broken.clone()];
    let name = "Lead validation";
    let failed = scenario(name, "scenarios/validation.yaml", Verdict::Fail, steps);
    finish(&mut events, vec![faults()], failed.clone());
    // The next two cases of the same file break in the same way.
    for case in ["[email: \"\"]", "[email: \"a@\"]"] {
        let failed = ScenarioResult { name: format!("{name} {case}"), ..failed.clone() };
        finish(&mut events, vec![faults()], failed);
    }

    let mut down = step("asks for a lead", 3, Verdict::Inconclusive, 1);
    down.reason = Some("connection refused by 127.0.0.1:8081".into());
    let mut left_out =
        [step("changes it", 8, Verdict::Skipped, 0), step("shows it", 12, Verdict::Skipped, 0)];
    for step in &mut left_out {
        step.reason = Some("an earlier step could not be judged".into());
    }
    let steps = [vec![down], left_out.to_vec()].concat();
    finish(&mut events, vec![], scenario("Elsewhere", "scenarios/else.yaml", Verdict::Inconclusive, steps));

    let mut keyless = scenario("Needs a key", "scenarios/key.yaml", Verdict::Skipped, vec![]);
    keyless.reason = Some("the variable `api_key` is not set".into());
    finish(&mut events, vec![], keyless);

    let summary = fold(&events).summary(812, true);
    events.push(Event::RunFinished { summary, interrupted: true });
    events
}

fn fold(events: &[Event]) -> Fold {
    let codes =
        ["UNAUTHORIZED", "VALIDATION_ERROR", "INVALID_FORMAT", "NOT_FOUND", "RATE_LIMIT_EXCEEDED", "GONE"];
    let catalogue = codes.map(str::to_owned).to_vec();
    let mut fold = Fold::new(tool(), IndexMap::from([("propertybase-v1".to_owned(), catalogue)]));
    events.iter().for_each(|event| fold.event(event));
    fold
}

fn written(reporter: &mut dyn Reporter, events: &[Event]) -> String {
    let mut out = Vec::new();
    for event in events {
        reporter.event(event, &mut out).expect("a vector takes everything");
    }
    reporter.finish(&fold(events).report(812, true), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn by_name(format: &str, style: Style) -> String {
    let format = report::find(format).expect("the format exists");
    written(&mut *(format.open)(style), &run())
}

fn is_update() -> bool {
    std::env::vars_os().any(|(name, _)| name == "UPDATE")
}

/// Compares with a checked-in file, or writes it.
fn check(path: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if is_update() {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        File::create(&path)
            .and_then(|mut file| file.write_all(actual.as_bytes()))
            .expect("the file can be written");
    }
    let mut expected = String::new();
    File::open(&path)
        .and_then(|mut file| file.read_to_string(&mut expected))
        .expect("the file is checked in");
    let expected = expected.replace("\r\n", "\n");
    assert!(expected == actual, "{} differs; UPDATE=1 writes it anew:\n{actual}", path.display());
}

#[test]
fn the_terminal_report_is_as_checked_in() {
    check("tests/report/terminal.txt", &by_name("terminal", PLAIN));
    check("tests/report/terminal-quiet.txt", &by_name("terminal", Style { quiet: true, ..PLAIN }));
    check("tests/report/terminal-verbose.txt", &by_name("terminal", Style { verbose: true, ..PLAIN }));
    check("tests/report/terminal-colour.txt", &by_name("terminal", Style { colour: true, ..PLAIN }));
}

#[test]
fn the_machine_reports_are_as_checked_in() {
    check("tests/report/report.json", &by_name("json", PLAIN));
    check("tests/report/report.ndjson", &by_name("ndjson", PLAIN));
    check("tests/report/junit.xml", &by_name("junit", PLAIN));
}

#[test]
fn the_schema_is_as_checked_in_and_the_report_keeps_it() {
    check("schemas/report.schema.json", &report::schema());
    let schema: Value = serde_json::from_str(&report::schema()).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    let mut report: Value = serde_json::from_str(&by_name("json", PLAIN)).expect("the report is JSON");
    let wrong: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    report["summary"]["verdict"] = "maybe".into();
    assert!(!validator.is_valid(&report), "a wrong verdict must not pass");
}

#[test]
fn no_control_character_comes_through_without_colours() {
    for format in report::FORMATS {
        let text = by_name(format.name, PLAIN);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{}", format.name);
    }
}

#[test]
fn the_names_that_others_build_on_are_there() {
    let report: Value = serde_json::from_str(&by_name("json", PLAIN)).expect("the report is JSON");
    let keys = |pointer: &str, names: &str| {
        for name in names.split(' ') {
            assert!(report.pointer(&format!("{pointer}/{name}")).is_some(), "{pointer} lacks {name}");
        }
    };
    keys("", "version tool kind summary coverage scenarios findings");
    keys("/tool", "name version");
    keys(
        "/summary",
        "verdict scenarios steps requests passed failed inconclusive skipped findings duration_ms",
    );
    keys("/summary/findings", "error warning note");
    keys("/coverage/propertybase-v1/codes", "UNAUTHORIZED");
    keys("/scenarios/0", "name file contract verdict duration_ms steps");
    keys("/scenarios/0/steps/0", "name line verdict attempts");
    keys("/findings/0", "rule name severity source message help file line column scenario step pointer");
    keys("/findings/0", "expected actual count curl");
}

#[test]
fn the_report_adds_up() {
    let report: Report = serde_json::from_str(&by_name("json", PLAIN)).expect("the report reads back");
    assert_eq!(report, fold(&run()).report(812, true));
    let summary = &report.summary;
    assert_eq!((summary.verdict, summary.scenarios, summary.steps), (Verdict::Fail, 6, 8));
    assert_eq!((summary.passed, summary.failed, summary.inconclusive, summary.skipped), (2, 3, 1, 2));
    assert_eq!((summary.requests, summary.findings.error, summary.findings.note), (8, 6, 3));
    // Equal findings of the three cases are one finding each, and every case points at them.
    assert_eq!(report.findings.iter().map(|finding| finding.count).collect::<Vec<_>>(), [3, 3, 3]);
    assert_eq!(report.scenarios[3].steps[0].findings, [0, 1, 2]);
    let codes = &report.coverage["propertybase-v1"].codes;
    assert_eq!(codes.values().copied().collect::<Vec<_>>(), [0, 3, 0, 2, 0, 0]);
}

#[test]
fn an_interrupted_run_is_never_a_pass_and_open_steps_count() {
    let mut fold = fold(&[]);
    assert_eq!(fold.summary(0, false).verdict, Verdict::Pass);
    assert_eq!(fold.summary(0, true).verdict, Verdict::Inconclusive);
    let failed = step("half way", 3, Verdict::Fail, 1);
    fold.event(&Event::StepFinished { scenario: 0, step: failed, findings: faults() });
    let report = fold.report(0, true);
    assert_eq!((report.summary.verdict, report.findings.len()), (Verdict::Fail, 3));
}

#[test]
fn quiet_leaves_out_what_passed_with_all_its_warnings() {
    let warning = finding(Severity::Warning, "RID003", "request-id-header", "no x-request-id");
    let passed =
        scenario("Passes", "scenarios/passes.yaml", Verdict::Pass, vec![step("a", 3, Verdict::Pass, 1)]);
    let mut events = Vec::new();
    finish(&mut events, vec![vec![warning]], passed);
    let quiet = written(&mut report::Terminal::new(Style { quiet: true, ..PLAIN }), &events);
    assert_eq!(quiet, "? inconclusive  1 scenario: 1 passed; 1 warning; 812 ms; interrupted\n");
    assert!(
        written(&mut report::Terminal::new(PLAIN), &events).contains("warning[RID003 request-id-header]")
    );
}

#[test]
fn a_broken_api_fills_neither_the_screen_nor_the_memory() {
    let mut events = Vec::new();
    for number in 0..4_000 {
        let file = format!("scenarios/{number}.yaml");
        let found = |finding: Finding| Finding { file: file.clone(), ..finding };
        let findings: Vec<Finding> = faults().into_iter().map(found).collect();
        let unlike = Finding { message: format!("{number} is not unique"), ..findings[0].clone() };
        let steps = vec![step("asks", 4, Verdict::Fail, 1)];
        let broken = scenario("Broken", &file, Verdict::Fail, steps);
        finish(&mut events, vec![[findings, vec![unlike]].concat()], broken);
    }
    let report = fold(&events).report(1, false);
    assert_eq!(report.findings.len(), 16_000);
    let responses: usize = report.findings.iter().map(|finding| finding.response.len()).sum();
    assert!(responses < 50_000, "{responses} bytes of responses");
    let mut terminal = report::Terminal::new(PLAIN);
    let text = written(&mut terminal, &events);
    let beside_scenarios = text.lines().count() - 4_000;
    assert!(beside_scenarios < 1_000, "{beside_scenarios} lines");
    // One and the same fault: twice in full, then in a line each, then only in the sum.
    assert_eq!(text.matches("expected-status]: the status is").count(), 2);
    assert_eq!(text.matches("expected-status]: same as above").count(), 20);
    assert!(text.contains("findings not shown above"), "what is hidden is said");
}

/// A repeated run of two steps that break in one way, and a fault of the run as a whole.
fn repeated() -> Vec<Event> {
    let target = "http://127.0.0.1:8080".into();
    let mut events = vec![Event::RunStarted {
        version: 1,
        tool: tool(),
        scenarios: 2,
        target,
        against: None,
        seed: 7,
        repeat: 50,
    }];
    let seen = |id: &str, line: u32, count: u64, answers: u64| {
        let message = format!("the answer to {id} is empty");
        let spread = Some(Box::new(Spread { answers, ..Spread::default() }));
        Finding { line, count, spread, ..finding(Severity::Error, "ENV002", "body-empty", &message) }
    };
    for (name, findings) in [
        ("A", vec![seen("req_1a2b", 4, 3, 2)]),
        ("B", vec![seen("req_9z8y", 4, 1, 1), seen("req_7", 9, 2, 2)]),
    ] {
        let flaky = StepResult {
            reason: Some("flaky: failed in 3 of 50 repetitions".into()),
            codes: vec!["NOT_FOUND".into()],
            code_counts: IndexMap::from([("NOT_FOUND".to_owned(), 47)]),
            flaky: true,
            ..step("asks", 4, Verdict::Fail, 50)
        };
        let scenario = scenario(name, "scenarios/validation.yaml", Verdict::Fail, vec![flaky]);
        finish(&mut events, vec![findings], scenario);
    }
    let other = finding(Severity::Warning, "CON002", "cause-other-code", "another code than on most routes");
    events.push(Event::RunJudged { verdict: Verdict::Pass, findings: vec![other] });
    let summary = fold(&events).summary(812, false);
    events.push(Event::RunFinished { summary, interrupted: false });
    events
}

#[test]
fn a_repeated_run_is_reported_by_cause() {
    let events = repeated();
    for (format, file) in [
        ("terminal", "terminal-repeat.txt"),
        ("json", "report-repeat.json"),
        ("ndjson", "report-repeat.ndjson"),
        ("junit", "junit-repeat.xml"),
    ] {
        let format = report::find(format).expect("the format exists");
        let mut out = Vec::new();
        let mut reporter = (format.open)(PLAIN);
        for event in &events {
            reporter.event(event, &mut out).expect("a vector takes everything");
        }
        reporter.finish(&fold(&events).report(812, false), &mut out).expect("a vector takes everything");
        check(&format!("tests/report/{file}"), &String::from_utf8(out).expect("UTF-8"));
    }
    let report = fold(&events).report(812, false);
    assert_eq!(report.findings.len(), 2, "one cause, and one fault of the run");
    let spread = report.findings[0].spread.as_deref().expect("it is grouped");
    assert_eq!((report.findings[0].count, spread.answers, spread.of, spread.steps), (6, 5, 100, 2));
    assert_eq!((spread.places[0].answers, spread.places[0].of), (3, 100), "cases of one step are one place");
    assert_eq!(report.coverage["propertybase-v1"].codes["NOT_FOUND"], 94);
    assert_eq!(report.across.as_ref().map(|across| across.findings.clone()), Some(vec![1]));
    let schema: Value = serde_json::from_str(&report::schema()).expect("the schema is JSON");
    let value = serde_json::to_value(&report).expect("a report is JSON");
    assert!(jsonschema::draft202012::is_valid(&schema, &value));
}

#[test]
fn what_is_found_about_the_whole_run_counts_for_its_verdict() {
    let other = finding(Severity::Error, "CON002", "cause-other-code", "another code than on most routes");
    let judged = Event::RunJudged { verdict: Verdict::Fail, findings: vec![other] };
    let report = fold(&[judged]).report(1, false);
    assert_eq!((report.summary.verdict, report.summary.findings.error), (Verdict::Fail, 1));
}

#[test]
fn a_finding_with_a_diff_shows_it_instead_of_two_values() {
    let old = "404\n\n{\n  \"success\": false,\n  \"code\": \"NOT_FOUND\"\n}";
    let new = "404\n\n{\n  \"success\": false,\n  \"code\": \"LEAD\u{1b}[2J_NOT_FOUND\",\n  \"id\": 7\n}";
    let diff = Some(Box::new(snapshot::diff(old, new)));
    let (expected, actual) = ("hidden".into(), "hidden".into());
    let plain = finding(Severity::Error, "SNP001", "snapshot", "the answer differs from its snapshot");
    let found = Finding { expected, actual, diff, ..plain };
    let mut events = Vec::new();
    let failed = vec![step("shows a lead", 4, Verdict::Fail, 1)];
    let scenario = scenario("Leads", "scenarios/leads.yaml", Verdict::Fail, failed);
    finish(&mut events, vec![vec![found]], scenario);
    let plain = written(&mut report::Terminal::new(PLAIN), &events);
    assert!(!plain.contains("hidden"), "{plain}");
    check("tests/report/diff.txt", &plain);
    let coloured = written(&mut report::Terminal::new(Style { colour: true, ..PLAIN }), &events);
    check("tests/report/diff-colour.txt", &coloured);
    let json = written(&mut report::Json, &events);
    let report: Report = serde_json::from_str(&json).expect("the report reads back");
    assert_eq!(report.findings, fold(&events).report(812, true).findings);
    let schema: Value = serde_json::from_str(&report::schema()).expect("the schema is JSON");
    let value = serde_json::from_str(&json).expect("the report is JSON");
    assert!(jsonschema::draft202012::is_valid(&schema, &value));
    assert_eq!(report.findings[0].diff.as_ref().map(|diff| diff.lines.len()), Some(8));
}
