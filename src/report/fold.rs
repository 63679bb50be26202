//! Folds the events of a run into its report.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use indexmap::IndexMap;

use super::Causes;
use crate::model::{
    Across, Coverage, Event, Finding, FindingCounts, Kind, Place, Report, ScenarioResult, Spread, StepResult,
    Summary, Tool, Verdict,
};

/// How many findings of one rule keep their response and their diff. An API that breaks a rule in every answer would
/// otherwise fill the memory with copies of one fault.
const RESPONSES_A_RULE: u32 = 50;

/// How many of the steps are named that have one and the same fault, in a repeated run.
const PLACES: usize = 5;

/// A step whose scenario is not finished yet.
struct OpenStep {
    name: String,
    line: u32,
    verdict: Verdict,
    findings: Vec<usize>,
}

/// The report while it grows. It wants the events in input order.
pub struct Fold {
    /// Complete but for what is only known at the end.
    report: Report,
    /// The verdict on the finished scenarios.
    verdict: Option<Verdict>,
    /// The steps of the scenario at hand.
    open: Vec<OpenStep>,
    /// Where the finding with this rule, place and message stands.
    places: HashMap<u64, usize>,
    hasher: RandomState,
    /// Where the finding with this cause stands, in a repeated run.
    causes: Causes,
    /// The steps that have it, hashed, with the place of the finding.
    reached: HashSet<(usize, u64)>,
    /// Responses kept, by rule.
    responses: HashMap<String, u32>,
}

impl Fold {
    /// A fold of nothing yet; `catalogues` has each contract's codes in the document's order.
    pub fn new(tool: Tool, catalogues: IndexMap<String, Vec<String>>) -> Self {
        let coverage = catalogues.into_iter().map(|(contract, codes)| {
            (contract, Coverage { codes: codes.into_iter().map(|code| (code, 0)).collect() })
        });
        Self {
            report: Report {
                version: Report::VERSION,
                tool,
                kind: Kind::Run,
                target: String::new(),
                against: None,
                seed: 0,
                interrupted: false,
                repeat: 1,
                summary: nothing(),
                coverage: coverage.collect(),
                scenarios: Vec::new(),
                across: None,
                findings: Vec::new(),
                matrix: None,
                limits: Vec::new(),
                load: None,
                baseline: None,
            },
            verdict: None,
            open: Vec::new(),
            places: HashMap::new(),
            hasher: RandomState::new(),
            causes: Causes::default(),
            reached: HashSet::new(),
            responses: HashMap::new(),
        }
    }

    /// Takes an event in.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted { target, against, seed, repeat, .. } => {
                self.report.against.clone_from(against);
                self.report.seed = *seed;
                self.report.target.clone_from(target);
                self.report.repeat = *repeat;
            }
            Event::StepFinished { step, findings, .. } => {
                let of = u64::from(step.attempts);
                let mut places: Vec<usize> =
                    findings.iter().map(|finding| self.finding(finding, of)).collect();
                places.dedup();
                let (name, line, verdict) = (step.name.clone(), step.line, step.verdict);
                self.open.push(OpenStep { name, line, verdict, findings: places });
            }
            Event::ScenarioFinished { scenario, .. } => self.scenario(scenario.clone()),
            Event::RunJudged { verdict, findings } => {
                let findings = findings.iter().map(|finding| self.finding(finding, 0)).collect();
                self.verdict = Some(Verdict::of_parts(self.verdict.into_iter().chain([*verdict])));
                self.report.across = Some(Across { verdict: *verdict, findings });
            }
            Event::LimitJudged { limit, .. } => self.report.limits.push((**limit).clone()),
            Event::LoadTick { .. } | Event::RunFinished { .. } => {}
        }
    }

    /// The report on everything so far. The verdict on an interrupted run is never better than inconclusive.
    pub fn report(mut self, duration_ms: u64, interrupted: bool) -> Report {
        let summary = self.summary(duration_ms, interrupted);
        for spread in self.report.findings.iter_mut().filter_map(|finding| finding.spread.as_mut()) {
            spread.of = summary.requests;
        }
        Report { interrupted, summary, ..self.report }
    }

    /// The totals of everything so far.
    pub fn summary(&self, duration_ms: u64, interrupted: bool) -> Summary {
        let open = self.open.iter().map(|step| step.verdict);
        let cut_short = interrupted.then_some(Verdict::Inconclusive);
        let verdict = Verdict::of_parts(self.verdict.into_iter().chain(open).chain(cut_short));
        Summary { verdict, duration_ms, ..self.report.summary.clone() }
    }

    /// Counts a finding of a step with so many requests, and returns its place in the report.
    fn finding(&mut self, finding: &Finding, of: u64) -> usize {
        let summary = &mut self.report.summary;
        let counts = if finding.accepted { &mut summary.accepted } else { &mut summary.findings };
        counts.add(finding.severity, finding.count);
        if self.report.repeat > 1 && finding.spread.is_some() {
            return self.cause(finding, of);
        }
        let key = |f: &Finding| {
            let place = (&f.file, f.line, &f.scenario, &f.step);
            self.hasher.hash_one((&f.rule, place, &f.pointer, &f.message, &f.actual, &f.help))
        };
        let hash = key(finding);
        if let Some(place) = self.places.get(&hash)
            && let Some(known) = self.report.findings.get_mut(*place)
            && is_same(known, finding)
        {
            known.count += finding.count;
            return *place;
        }
        let place = self.keep(finding.clone());
        self.places.insert(hash, place);
        place
    }

    /// Counts a finding of a repeated step to those with the same cause.
    fn cause(&mut self, finding: &Finding, of: u64) -> usize {
        let answers = finding.spread.as_ref().map_or(0, |spread| spread.answers);
        let place = self.causes.place(finding, self.report.findings.len());
        if place == self.report.findings.len() {
            let spread = Some(Box::new(Spread::default()));
            self.keep(Finding { count: 0, spread, ..finding.clone() });
        }
        let step = self.hasher.hash_one((&finding.file, finding.line, &finding.step));
        let is_new = self.reached.insert((place, step));
        if let Some(known) = self.report.findings.get_mut(place) {
            known.count += finding.count;
            if let Some(spread) = &mut known.spread {
                reach(spread, finding, (answers, of), is_new);
            }
        }
        place
    }

    /// Puts a finding into the report; its response only as long as its rule has few of them.
    fn keep(&mut self, mut finding: Finding) -> usize {
        let responses = self.responses.entry(finding.rule.clone()).or_default();
        if *responses >= RESPONSES_A_RULE {
            finding.response = String::new();
            finding.diff = None;
        } else if !finding.response.is_empty() || finding.diff.is_some() {
            *responses += 1;
        }
        self.report.findings.push(finding);
        self.report.findings.len() - 1
    }

    /// Counts a scenario with its steps.
    fn scenario(&mut self, mut scenario: ScenarioResult) {
        let mut open = std::mem::take(&mut self.open).into_iter().peekable();
        for step in &mut scenario.steps {
            // Steps that never ran may stand in the result without an event of their own.
            if let Some(seen) = open.next_if(|seen| seen.line == step.line && seen.name == step.name) {
                step.findings = seen.findings;
            }
            self.step(&scenario.contract, step);
        }
        scenario.steps.shrink_to_fit();
        self.report.summary.scenarios += 1;
        self.verdict = Some(Verdict::of_parts(self.verdict.into_iter().chain([scenario.verdict])));
        self.report.scenarios.push(scenario);
    }

    /// Counts a step.
    fn step(&mut self, contract: &str, step: &StepResult) {
        let summary = &mut self.report.summary;
        summary.steps += 1;
        summary.requests += u64::from(step.attempts);
        match step.verdict {
            Verdict::Pass => summary.passed += 1,
            Verdict::Fail => summary.failed += 1,
            Verdict::Inconclusive => summary.inconclusive += 1,
            Verdict::Skipped => summary.skipped += 1,
        }
        let contract = step.contract.as_deref().unwrap_or(contract);
        if let Some(coverage) = self.report.coverage.get_mut(contract) {
            for code in &step.codes {
                // A code outside the catalogue is a rule's business, not coverage.
                if let Some(times) = coverage.codes.get_mut(code) {
                    *times += step.code_counts.get(code).copied().unwrap_or(1);
                }
            }
        }
    }
}

/// Counts the answers of one more step that have a fault; the cases of a scenario share their steps.
fn reach(spread: &mut Spread, finding: &Finding, (answers, of): (u64, u64), is_new: bool) {
    let Finding { file, line, scenario, step, .. } = finding;
    spread.answers += answers;
    spread.steps += u64::from(is_new);
    let known = |place: &&mut Place| place.file == *file && place.line == *line && place.step == *step;
    if let Some(place) = spread.places.iter_mut().find(known) {
        place.answers += answers;
        place.of += of;
    } else if is_new && spread.places.len() < PLACES {
        let (file, scenario, step) = (file.clone(), scenario.clone(), step.clone());
        spread.places.push(Place { file, line: *line, scenario, step, answers, of });
    }
}

/// Whether two findings are one and the same, seen twice.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule
        && one.file == other.file
        && one.line == other.line
        && one.scenario == other.scenario
        && one.step == other.step
        && one.pointer == other.pointer
        && one.message == other.message
        && one.actual == other.actual
        && one.help == other.help
        && one.diff == other.diff
}

fn nothing() -> Summary {
    Summary {
        verdict: Verdict::Pass,
        scenarios: 0,
        steps: 0,
        requests: 0,
        passed: 0,
        failed: 0,
        inconclusive: 0,
        skipped: 0,
        findings: FindingCounts::default(),
        accepted: FindingCounts::default(),
        duration_ms: 0,
    }
}
