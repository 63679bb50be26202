//! The report as JUnit XML: a suite for each scenario, a test case for each step.

use std::io::{self, Write};
use std::time::Duration;

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::paint::Paint;
use super::{Reporter, finding};
use crate::model::{Across, Event, Finding, Report, ScenarioResult, StepResult, Verdict};

/// No colours in XML.
const PLAIN: Paint = Paint { colour: false };

/// Writes the whole document once the run is over.
#[derive(Debug, Clone, Copy)]
pub struct Junit;

impl Reporter for Junit {
    fn event(&mut self, _: &Event, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut document = quick_junit::Report::new(report.tool.name.as_str());
        document.set_time(Duration::from_millis(report.summary.duration_ms));
        document.add_test_suites(report.scenarios.iter().map(|scenario| suite(report, scenario)));
        document.add_test_suites(report.across.iter().map(|across| suite(report, &whole(across))));
        document.serialize(out).map_err(io::Error::other)
    }
}

/// What is said about the run as a whole, as a scenario with one step.
fn whole(across: &Across) -> ScenarioResult {
    let step = StepResult {
        name: "answers fit together".to_owned(),
        line: 1,
        verdict: across.verdict,
        attempts: 0,
        duration_ms: 0,
        reason: None,
        contract: None,
        codes: Vec::new(),
        code_counts: IndexMap::default(),
        flaky: false,
        findings: across.findings.clone(),
    };
    ScenarioResult {
        name: "The run as a whole".to_owned(),
        file: String::new(),
        contract: String::new(),
        verdict: across.verdict,
        duration_ms: 0,
        reason: None,
        steps: vec![step],
    }
}

/// A scenario; one without steps has a single case that carries its verdict.
fn suite(report: &Report, scenario: &ScenarioResult) -> TestSuite {
    let mut suite = TestSuite::new(scenario.name.as_str());
    suite.set_time(Duration::from_millis(scenario.duration_ms));
    suite.extra.insert("file".into(), scenario.file.as_str().into());
    suite.add_property(Property::new("contract", scenario.contract.as_str()));
    suite.add_test_cases(scenario.steps.iter().map(|step| case(report, scenario, step)));
    if scenario.steps.is_empty() {
        let whole = StepResult {
            name: scenario.name.clone(),
            line: 1,
            verdict: scenario.verdict,
            attempts: 0,
            duration_ms: scenario.duration_ms,
            reason: scenario.reason.clone(),
            contract: None,
            codes: Vec::new(),
            code_counts: IndexMap::default(),
            flaky: false,
            findings: Vec::new(),
        };
        suite.add_test_case(case(report, scenario, &whole));
    }
    suite
}

/// A step. A pass on a later attempt is a plain pass.
fn case(report: &Report, scenario: &ScenarioResult, step: &StepResult) -> TestCase {
    let all = step.findings.iter().filter_map(|place| report.findings.get(*place));
    let (accepted, findings): (Vec<&Finding>, Vec<&Finding>) = all.partition(|finding| finding.accepted);
    let mut case = TestCase::new(step.name.as_str(), status(step, &findings));
    case.set_classname(scenario.name.as_str());
    case.set_time(Duration::from_millis(step.duration_ms));
    case.extra.insert("file".into(), scenario.file.as_str().into());
    case.extra.insert("line".into(), step.line.to_string().into());
    let mut lines: Vec<&str> = findings.iter().map(|finding| finding.curl.as_str()).collect();
    lines.retain(|curl| !curl.is_empty());
    lines.dedup();
    let accepted: Vec<String> =
        accepted.into_iter().map(|finding| finding::draw_accepted(finding, PLAIN)).collect();
    lines.extend(accepted.iter().map(String::as_str));
    if !lines.is_empty() {
        case.set_system_out(lines.join("\n"));
    }
    case
}

/// Failure: something was found. Error: it could not be judged.
fn status(step: &StepResult, findings: &[&Finding]) -> TestCaseStatus {
    let worst = findings.iter().rev().max_by_key(|finding| finding.severity);
    let reason = step.reason.as_deref();
    let mut status = match step.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if step.verdict == Verdict::Fail
        && let Some(worst) = worst
    {
        status.set_type(worst.rule.as_str());
        let often = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        status.set_message(format!("{}{often}", worst.message));
    } else {
        status.set_type(step.verdict.as_str());
        status.set_message(reason.unwrap_or("no reason given"));
    }
    if step.verdict != Verdict::Skipped && !findings.is_empty() {
        status.set_description(description(findings));
    }
    status
}

/// Every finding of the step, and the answers they were made in.
fn description(findings: &[&Finding]) -> String {
    let mut text = String::new();
    let mut shown = "";
    for found in findings {
        text.push_str(&finding::draw(found, PLAIN));
        if found.response != shown {
            text.push_str(&finding::draw_response(found, PLAIN));
            shown = &found.response;
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Severity, Tool};
    use crate::report::Fold;

    const HOSTILE: &str = "a <b> & \"c\" ]]> \u{0}\u{1b}[31m\u{fffe}\nd --> é";

    #[test]
    fn hostile_text_leaves_the_document_well_formed() {
        let hostile = || HOSTILE.to_owned();
        let found = Finding {
            rule: hostile(),
            name: hostile(),
            severity: Severity::Error,
            source: hostile(),
            message: hostile(),
            help: hostile(),
            file: hostile(),
            line: 0,
            column: 0,
            scenario: hostile(),
            step: hostile(),
            pointer: hostile(),
            expected: hostile(),
            actual: hostile(),
            count: 1,
            accepted: false,
            spread: None,
            diff: None,
            curl: hostile(),
            response: hostile(),
            snippet: hostile(),
        };
        let step = StepResult {
            name: hostile(),
            line: 1,
            verdict: Verdict::Fail,
            attempts: 1,
            duration_ms: 1,
            reason: Some(hostile()),
            contract: None,
            codes: vec![hostile()],
            code_counts: IndexMap::default(),
            flaky: false,
            findings: Vec::new(),
        };
        let scenario = ScenarioResult {
            name: hostile(),
            file: hostile(),
            contract: hostile(),
            verdict: Verdict::Fail,
            duration_ms: 1,
            reason: Some(hostile()),
            steps: vec![step.clone()],
        };
        let mut fold = Fold::new(Tool { name: hostile(), version: hostile() }, IndexMap::new());
        fold.event(&Event::StepFinished { scenario: 0, step, findings: vec![found] });
        fold.event(&Event::ScenarioFinished { index: 0, scenario });
        let mut out = Vec::new();
        Junit.finish(&fold.report(1, false), &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("XML is UTF-8");
        let read = quick_junit::Report::deserialize_from_str(&text).expect("the document is well-formed");
        assert_eq!((read.tests, read.failures), (1, 1));
        let case = &read.test_suites[0].test_cases[0];
        assert!(case.name.as_str().starts_with("a <b> & \"c\" ]]> "), "{:?}", case.name);
    }
}
