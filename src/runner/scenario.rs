//! One scenario: its variables, then setup, steps and teardown in order.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::Value;

use super::step::{self, StepOutcome};
use super::{Runner, Stop, include, limits};
use crate::baseline::Place;
use crate::contract::Compiled;
use crate::model::{Action, Finding, LimitReport, Scenario, ScenarioResult, Span, Step, StepResult, Verdict};
use crate::plan::{self, Cell, Run};
use crate::template::Scope;

/// Longest time that teardown gets after an interruption.
const LAST_TEARDOWN: Duration = Duration::from_secs(5);

/// Why a step was not run after an interruption.
const INTERRUPTED: &str = "not run: the run was interrupted";
/// Why a teardown step was not run to its end.
const CUT_SHORT: &str = "not run to its end: the run was interrupted";

/// What came of a scenario.
pub(super) struct Outcome {
    pub(super) result: ScenarioResult,
    pub(super) steps: Vec<StepOutcome>,
    /// What was found out about the rate limit.
    pub(super) limit: Option<Box<LimitReport>>,
}

impl Outcome {
    /// Whether something failed.
    pub(super) fn failed(&self) -> bool {
        self.result.verdict == Verdict::Fail
    }
}

/// A part of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Setup,
    Steps,
    Limits,
    Teardown,
}

/// A scenario of its own has all of them; of an included one the limit is not probed.
const ALL: [Section; 4] = [Section::Setup, Section::Steps, Section::Limits, Section::Teardown];

/// A scenario while it runs.
pub(super) struct Context<'r> {
    pub(super) runner: &'r Runner,
    pub(super) scenario: &'r Scenario,
    /// The name with the case.
    pub(super) name: &'r str,
    /// The case's variables; empty without cases.
    pub(super) row: &'r [(String, Cell)],
    pub(super) contract_name: Option<&'r str>,
    pub(super) contract: Option<&'r Arc<Compiled>>,
    /// The number of the repetition, from 0.
    pub(super) repetition: u32,
}

/// Whether a variable is missing, without which the scenario is skipped.
pub(super) fn is_left_out(runner: &Runner, run: &Run, scenario: &Scenario) -> bool {
    let context = Context::new(runner, scenario, &run.name, run.contract.as_deref(), 0);
    context.missing(&Scope::child(&runner.variables, 0), &run.row).is_some()
}

/// Runs a scenario to its end; its place in the plan and the number of its repetition choose its random values.
pub(super) async fn run(
    runner: &Runner,
    (index, repetition): (usize, u32),
    run: &Run,
    scenario: &Scenario,
    stop: &Stop,
) -> Outcome {
    let started = Instant::now();
    let context = Context {
        row: &run.row,
        ..Context::new(runner, scenario, &run.name, run.contract.as_deref(), repetition)
    };
    let mut scope = Scope::child(&runner.variables, index as u64 | u64::from(repetition) << 32);
    let left_out = match stop.reason() {
        Some(reason) => Some((Verdict::Skipped, reason.to_owned())),
        None => match context.missing(&scope, &run.row) {
            Some(reason) => Some((Verdict::Skipped, reason)),
            None => context
                .set_variables(&mut scope, &run.row)
                .err()
                .map(|reason| (Verdict::Inconclusive, reason)),
        },
    };
    let (steps, limit) = match left_out {
        Some(_) => (Vec::new(), None),
        None => context.sections(&mut scope, stop, &ALL).await,
    };
    let (verdict, reason) = match left_out {
        Some((verdict, reason)) => (verdict, Some(runner.redactor.text(&reason).into_owned())),
        None => verdict(&steps, stop),
    };
    let result = ScenarioResult {
        name: runner.redactor.text(&run.name).into_owned(),
        file: run.scenario.source.name.to_string(),
        contract: run.contract.clone().unwrap_or_default(),
        verdict,
        duration_ms: millis(started.elapsed()),
        reason,
        steps: steps.iter().map(|step| step.result.clone()).collect(),
    };
    Outcome { result, steps, limit: limit.map(Box::new) }
}

/// The verdict on steps. What an interruption left undone keeps a scenario from passing.
fn verdict(steps: &[StepOutcome], stop: &Stop) -> (Verdict, Option<String>) {
    let verdict = Verdict::of_parts(steps.iter().map(|step| step.result.verdict));
    let undone = stop.is_interrupted() && steps.iter().any(|step| step.result.verdict == Verdict::Skipped);
    match verdict {
        Verdict::Pass | Verdict::Skipped if undone => {
            (Verdict::Inconclusive, Some("interrupted before its end".to_owned()))
        }
        verdict => (verdict, None),
    }
}

/// What comes of a scenario that ended without a judgement.
pub(super) fn unjudged(runner: &Runner, run: &Run, reason: &str) -> Outcome {
    let result = ScenarioResult {
        name: runner.redactor.text(&run.name).into_owned(),
        file: run.scenario.source.name.to_string(),
        contract: run.contract.clone().unwrap_or_default(),
        verdict: Verdict::Inconclusive,
        duration_ms: 0,
        reason: Some(reason.to_owned()),
        steps: Vec::new(),
    };
    Outcome { result, steps: Vec::new(), limit: None }
}

/// Whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl<'r> Context<'r> {
    pub(super) fn new(
        runner: &'r Runner,
        scenario: &'r Scenario,
        name: &'r str,
        contract_name: Option<&'r str>,
        repetition: u32,
    ) -> Self {
        let contract = contract_name.and_then(|name| runner.contracts.get(name));
        Self { runner, scenario, name, row: &[], contract_name, contract, repetition }
    }

    /// Sets the file's variables where nothing from outside does, then the case's.
    pub(super) fn set_variables(&self, scope: &mut Scope, row: &[(String, Cell)]) -> Result<(), String> {
        for (name, cell) in row {
            let value = match cell {
                Cell::Value(value) => value.clone(),
                Cell::Template(node) => {
                    let rendered = self.runner.engine.node(node, scope);
                    rendered.map_err(|error| self.at(error.span, &error.message))?
                }
            };
            self.runner.redactor.add_variable(name, &value);
            scope.set(name.clone(), value);
        }
        for (name, node) in &self.scenario.vars {
            if scope.contains(&name.value) {
                continue;
            }
            let rendered = self.runner.engine.node(node, scope);
            let value = rendered.map_err(|error| self.at(error.span, &error.message))?;
            self.runner.redactor.add_variable(&name.value, &value);
            scope.set(name.value.clone(), value);
        }
        Ok(())
    }

    /// Why the scenario is skipped, if a variable it requires is not given. Asked before anything is rendered:
    /// the cases and the file's own variables may use what is required.
    pub(super) fn missing(&self, scope: &Scope, row: &[(String, Cell)]) -> Option<String> {
        let own = |name: &str| {
            row.iter().any(|(column, _)| column == name)
                || self.scenario.vars.iter().any(|(var, _)| var.value == name)
        };
        let wanted = self.scenario.requires.iter().map(|name| name.value.as_str());
        let mut missing: Vec<String> =
            wanted.filter(|name| !scope.contains(name) && !own(name)).map(str::to_owned).collect();
        // An included file sees what is given from outside and its own variables.
        plan::included(self.scenario, &mut |included| {
            let own = |name: &str| included.vars.iter().any(|(var, _)| var.value == name);
            let wanted = included.requires.iter().map(|name| &name.value);
            missing
                .extend(wanted.filter(|name| !self.runner.variables.contains(name) && !own(name)).cloned());
        });
        let mut seen = HashSet::new();
        missing.retain(|name| seen.insert(name.clone()));
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let missing: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
        (!missing.is_empty()).then(|| format!("requires {}, which {verb} not given", missing.join(", ")))
    }

    /// The variables that the file captured, for who includes it.
    pub(super) fn captured(&self, scope: &Scope) -> Vec<(String, Value)> {
        let names = plan::captured_names(self.scenario).into_iter();
        names.filter_map(|name| scope.get(&name).cloned().map(|value| (name, value))).collect()
    }

    /// Runs the sections in order. After a step that ends the scenario the rest is skipped, teardown excepted.
    pub(super) async fn sections(
        &self,
        scope: &mut Scope,
        stop: &Stop,
        sections: &[Section],
    ) -> (Vec<StepOutcome>, Option<LimitReport>) {
        let mut outcomes = Vec::new();
        let mut limit = None;
        let mut ended: Option<String> = None;
        for section in sections {
            let steps = match section {
                Section::Setup => &self.scenario.setup,
                Section::Steps => &self.scenario.steps,
                Section::Limits => {
                    if let Some(spec) = &self.scenario.limits {
                        let interrupted = stop.is_interrupted().then(|| INTERRUPTED.to_owned());
                        let left_out = ended.clone().or(interrupted);
                        let (steps, report) = limits::run(self, spec, scope, left_out, stop).await;
                        outcomes.extend(steps);
                        limit = report;
                    }
                    continue;
                }
                Section::Teardown => &self.scenario.teardown,
            };
            if *section == Section::Teardown {
                self.teardown(steps, scope, stop, &mut outcomes).await;
                continue;
            }
            for step in steps {
                let interrupted = stop.is_interrupted().then(|| INTERRUPTED.to_owned());
                let outcome = match ended.clone().or(interrupted) {
                    Some(reason) => self.skipped(step, &reason),
                    None => self.step(step, scope, stop).await,
                };
                let binds = !self.scenario.independent || *section == Section::Setup;
                if outcome.ends_scenario && binds && ended.is_none() {
                    let known = outcome.result.verdict == Verdict::Pass;
                    let why = if known { step::KNOWN } else { "did not pass" };
                    ended = Some(format!("not run: step `{}` {why}", outcome.result.name));
                }
                outcomes.push(outcome);
            }
        }
        (outcomes, limit)
    }

    /// Teardown runs every step, also after failures; after an interruption it gets a last few seconds, and after
    /// a second one none.
    async fn teardown(
        &self,
        steps: &[Step],
        scope: &mut Scope,
        stop: &Stop,
        outcomes: &mut Vec<StepOutcome>,
    ) {
        let undisturbed = Stop::default();
        let over = stop.over(LAST_TEARDOWN);
        tokio::pin!(over);
        let mut given_up = false;
        for step in steps {
            let outcome = tokio::select! {
                biased;
                () = &mut over, if !given_up => None,
                outcome = self.step(step, scope, &undisturbed), if !given_up => Some(outcome),
                else => None,
            };
            given_up |= outcome.is_none();
            outcomes.push(outcome.unwrap_or_else(|| self.skipped(step, CUT_SHORT)));
        }
    }

    pub(super) async fn step(&self, step: &Step, scope: &mut Scope, stop: &Stop) -> StepOutcome {
        match &step.action {
            Action::Request(spec) => step::run(self, step, spec, scope, stop).await,
            Action::Include(include) => match &include.scenario {
                Some(included) => include::run(self.runner, step, included, self, scope, stop).await,
                None => self.skipped(step, "the included file was not loaded"),
            },
            Action::LeftOut(why) => self.skipped(step, why),
        }
    }

    fn skipped(&self, step: &Step, reason: &str) -> StepOutcome {
        self.accept(step, false, &mut []);
        let mut result = self.result(step);
        result.verdict = Verdict::Skipped;
        result.reason = Some(self.runner.redactor.text(reason).into_owned());
        StepOutcome { result, findings: Vec::new(), included: Vec::new(), ends_scenario: false }
    }

    /// Marks the findings of a step that the baseline accepts. `proven` says that the step got the answer it wants:
    /// only then what did not come again is gone.
    pub(super) fn accept(&self, step: &Step, proven: bool, findings: &mut [Finding]) {
        if let Some(baseline) = &self.runner.settings.baseline {
            let clean = |text| self.runner.redactor.text(text);
            let place = Place::new(&self.scenario.source.name, &clean(self.name), &clean(&step.name.value));
            baseline.judge(place, proven, findings);
        }
    }

    /// The result of a step that has not done anything yet.
    pub(super) fn result(&self, step: &Step) -> StepResult {
        self.result_at(&step.name.value, step.span)
    }

    /// The same at any place of the file.
    pub(super) fn result_at(&self, name: &str, span: Span) -> StepResult {
        StepResult {
            name: self.runner.redactor.text(name).into_owned(),
            line: self.scenario.source.position(span).line,
            verdict: Verdict::Pass,
            attempts: 0,
            duration_ms: 0,
            reason: None,
            contract: None,
            codes: Vec::new(),
            code_counts: IndexMap::default(),
            flaky: false,
            findings: Vec::new(),
        }
    }

    /// A message with its place in the file.
    pub(super) fn at(&self, span: Span, message: &str) -> String {
        let at = self.scenario.source.position(span);
        format!("{}:{}:{}: {message}", self.scenario.source.name, at.line, at.column)
    }
}
