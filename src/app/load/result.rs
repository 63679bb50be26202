//! What was measured becomes the report that every format is made from.

use indexmap::IndexMap;

use super::super::outputs::Outputs;
use super::gather::Gathered;
use crate::env::Env;
use crate::load::{self, Fault, Outcome};
use crate::model::{
    Event, Finding, Kind, LoadStep, Report, ScenarioResult, Severity, StepResult, Tool, Verdict,
};
use crate::redact::Redactor;
use crate::report::Fold;

/// Most bytes of an answer that are shown.
const EXCERPT: usize = 2_048;
/// Where the system tells of this process.
const STATUS: &str = "/proc/self/status";

/// Ends the events, and makes the report.
pub(super) fn report(
    env: &mut Env,
    gathered: &Gathered,
    outcome: Outcome,
    (tool, fail_on, interrupted): (Tool, Severity, bool),
    redactor: &Redactor,
    outputs: &mut Outputs,
) -> Report {
    let Outcome { report: mut measured, faults } = outcome;
    for fault in &faults {
        // Requests that were made anew have credentials of their own.
        redactor.add_sent(&fault.exchange.request.headers);
        if let Ok(response) = &fault.exchange.outcome {
            redactor.add_received(&response.headers);
        }
    }
    measured.generator.rss_kib = memory(env);
    let mut fold = Fold::new(tool, catalogues(gathered));
    let mut emit = |fold: &mut Fold, event: Event| {
        let event = redactor.event(&event);
        fold.event(&event);
        outputs.event(&event, &mut env.stdout);
    };
    fold.event(&Event::RunStarted {
        version: Report::VERSION,
        tool: Tool { name: String::new(), version: String::new() },
        scenarios: 1,
        target: redactor.url(&gathered.target),
        against: None,
        seed: 0,
        repeat: 1,
    });
    let mut steps = Vec::new();
    // The causes stand in the order of the findings that the report will have.
    let mut causes = Vec::new();
    for (place, step) in measured.steps.iter().enumerate() {
        let own: Vec<(usize, &Fault)> =
            faults.iter().enumerate().filter(|(_, fault)| fault.step == place).collect();
        causes.extend(own.iter().map(|(at, _)| *at));
        let findings = own.iter().map(|(_, fault)| finding(gathered, step, fault, redactor)).collect();
        let broken = own.iter().any(|(_, fault)| fault.observation.severity >= fail_on);
        let result = step_result(step, broken);
        emit(&mut fold, Event::StepFinished { scenario: 0, step: result.clone(), findings });
        steps.push(result);
    }
    let mut ordered = Vec::new();
    for (finding, at) in causes.into_iter().enumerate() {
        if let Some(cause) = measured.causes.get(at) {
            let mut cause = cause.clone();
            cause.finding = finding;
            ordered.push(cause);
        }
    }
    measured.causes = ordered;
    let own = load::verdict(&measured);
    let parts = steps.iter().map(|step| step.verdict).filter(|verdict| *verdict == Verdict::Fail);
    let verdict = Verdict::of_parts(parts.chain([own]));
    let contract = gathered.plan.contract.as_ref().map(|compiled| compiled.contract.name.clone());
    let scenario = ScenarioResult {
        name: gathered.name.clone(),
        file: gathered.file.clone(),
        contract: contract.unwrap_or_default(),
        verdict,
        duration_ms: measured.duration_ms,
        reason: reason(&measured),
        steps,
    };
    emit(&mut fold, Event::ScenarioFinished { index: 0, scenario });
    let duration = measured.duration_ms;
    let last = Event::RunFinished { summary: fold.summary(duration, interrupted), interrupted };
    emit(&mut fold, last);
    let mut report = fold.report(duration, interrupted);
    report.kind = Kind::Load;
    report.load = Some(Box::new(measured));
    redactor.report(&mut report);
    report
}

fn catalogues(gathered: &Gathered) -> IndexMap<String, Vec<String>> {
    let contract = gathered.plan.contract.iter();
    contract
        .map(|compiled| (compiled.contract.name.clone(), compiled.contract.codes.keys().cloned().collect()))
        .collect()
}

/// Why the run is in doubt, or which bounds failed.
fn reason(measured: &crate::model::LoadReport) -> Option<String> {
    let failed = measured.thresholds.iter().filter(|threshold| threshold.verdict == Verdict::Fail);
    let mut reasons: Vec<String> =
        failed.map(|threshold| format!("{}: it was {}", threshold.text, threshold.actual)).collect();
    let doubtful = measured.thresholds.iter().any(|threshold| threshold.verdict == Verdict::Inconclusive);
    if measured.generator.verdict != Verdict::Pass || doubtful && !measured.generator.reason.is_empty() {
        reasons.push(measured.generator.reason.clone());
    }
    if measured.totals.ended() == 0 {
        reasons.push("no request ended".to_owned());
        reasons.extend(measured.walks.iter().filter_map(|walks| walks.reason.clone()));
    } else if measured.totals.transport == measured.totals.ended() {
        let why = measured.steps.iter().find_map(|step| step.failure.as_deref());
        reasons.push(format!("no request was answered: {}", why.unwrap_or("nothing came back")));
    } else if let Some(walks) = measured.walks.as_ref().filter(|walks| walks.whole == 0 && walks.ended > 0) {
        let why = walks.reason.as_deref().unwrap_or("something was missing");
        reasons.push(format!("no walk came to its end: {why}"));
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn step_result(step: &LoadStep, broken: bool) -> StepResult {
    StepResult {
        name: step.name.clone(),
        line: step.line,
        verdict: match &step.counts {
            _ if broken => Verdict::Fail,
            counts if counts.sent == 0 => Verdict::Skipped,
            counts if counts.ended() == counts.transport => Verdict::Inconclusive,
            _ => Verdict::Pass,
        },
        attempts: u32::try_from(step.counts.sent).unwrap_or(u32::MAX),
        duration_ms: 0,
        reason: None,
        contract: None,
        codes: step.codes.keys().cloned().collect(),
        code_counts: step.codes.clone(),
        flaky: false,
        findings: Vec::new(),
    }
}

fn finding(gathered: &Gathered, step: &LoadStep, fault: &Fault, redactor: &Redactor) -> Finding {
    let observation = &fault.observation;
    let clean = |text: &str| redactor.text(text).into_owned();
    let response = match &fault.exchange.outcome {
        Ok(response) => redactor.response_text(response, EXCERPT),
        Err(error) => clean(&error.message),
    };
    Finding {
        rule: observation.rule.code.to_owned(),
        name: observation.rule.name.to_owned(),
        severity: observation.severity,
        source: observation.rule.source.to_string(),
        message: clean(&observation.message),
        help: clean(&observation.help),
        file: gathered.file.clone(),
        line: step.line,
        column: 0,
        scenario: gathered.name.clone(),
        step: clean(&step.name),
        pointer: clean(&observation.pointer),
        expected: clean(&observation.expected),
        actual: clean(&observation.actual),
        diff: None,
        count: fault.count,
        accepted: false,
        spread: None,
        curl: redactor.curl(&fault.exchange.request),
        response,
        snippet: String::new(),
    }
}

/// Peak memory of this process in kibibytes; 0 where the system does not tell.
fn memory(env: &Env) -> u64 {
    let status = env.files.read(STATUS.as_ref()).unwrap_or_default();
    let text = String::from_utf8_lossy(&status);
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
