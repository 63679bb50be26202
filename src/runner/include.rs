//! Included files: each runs once for the whole run, or for each of its repetitions, whoever asks first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::scenario::{self, Section};
use super::step::StepOutcome;
use super::{Runner, Stop};
use crate::model::{Finding, Scenario, Step, StepResult, Verdict};
use crate::template::{Made, Scope};

/// The included files that ran or are running, by name and contract.
#[derive(Debug, Default)]
pub(super) struct Includes(Mutex<HashMap<Arc<str>, Running>>);

/// A file that runs, or what came of it.
type Running = Arc<OnceCell<Arc<Included>>>;

/// What came of an included file.
#[derive(Debug)]
pub(super) struct Included {
    verdict: Verdict,
    reason: Option<String>,
    pub(super) requests: u32,
    pub(super) codes: Vec<String>,
    pub(super) findings: Vec<Finding>,
    captures: Vec<(String, Value)>,
    /// What differs from run to run; answers of those who include the file may repeat it.
    made: Vec<Made>,
    /// Whether nothing can build on it: a step of it did not get what it expects.
    ends_scenario: bool,
    /// The files that it includes itself.
    inner: Vec<Shared>,
}

/// What came of a file, under its name, contract and repetition.
pub(super) type Shared = (Arc<str>, Arc<Included>);

/// Runs the file, or takes over what an earlier run of it found.
pub(super) async fn run(
    runner: &Runner,
    step: &Step,
    included: &Arc<Scenario>,
    includer: &scenario::Context<'_>,
    scope: &mut Scope,
    stop: &Stop,
) -> StepOutcome {
    // A file without a contract of its own runs once under each contract of those who include it.
    let contract = included.contract.as_ref().map(|name| name.value.as_str()).or(includer.contract_name);
    // What a repetition did to the file's data, such as a lead that it deleted, must not reach the next one.
    let repetition = includer.repetition;
    let again = if repetition > 0 { format!("\n{repetition}") } else { String::new() };
    let key: Arc<str> = format!("{}\n{}{again}", included.source.name, contract.unwrap_or_default()).into();
    let cell = {
        let mut cells = runner.includes.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(Arc::clone(&key)).or_default())
    };
    let inside = (runner, contract, repetition);
    let outcome =
        cell.get_or_init(|| Box::pin(async { Arc::new(execute(inside, included, &key, stop).await) })).await;
    for (name, value) in &outcome.captures {
        scope.capture(name.clone(), value.clone());
    }
    scope.adopt(&outcome.made);
    let result = StepResult {
        name: runner.redactor.text(&step.name.value).into_owned(),
        line: includer.scenario.source.position(step.span).line,
        verdict: outcome.verdict,
        attempts: 0,
        duration_ms: 0,
        reason: outcome.reason.clone(),
        contract: contract.filter(|name| Some(*name) != includer.contract_name).map(str::to_owned),
        codes: Vec::new(),
        code_counts: IndexMap::default(),
        flaky: false,
        findings: Vec::new(),
    };
    let ends_scenario = outcome.ends_scenario || outcome.verdict != Verdict::Pass;
    let own = (key, Arc::clone(outcome));
    let included = std::iter::once(own).chain(outcome.inner.iter().cloned()).collect();
    StepOutcome { result, findings: Vec::new(), included, ends_scenario }
}

async fn execute(
    (runner, contract, repetition): (&Runner, Option<&str>, u32),
    included: &Arc<Scenario>,
    key: &str,
    stop: &Stop,
) -> Included {
    let name = included.name.value.clone();
    let context = scenario::Context::new(runner, included, &name, contract, repetition);
    let mut scope = Scope::child(&runner.variables, stream(key));
    if let Some(reason) = context.missing(&scope, &[]) {
        return Included::unjudged(reason);
    }
    if let Err(reason) = context.set_variables(&mut scope, &[]) {
        return Included::unjudged(reason);
    }
    let (steps, _) =
        context.sections(&mut scope, stop, &[Section::Setup, Section::Steps, Section::Teardown]).await;
    let verdict = Verdict::of_parts(steps.iter().map(|step| step.result.verdict));
    // What passes with a reason is a failure that the baseline accepts.
    let told = |step: &&StepOutcome| verdict != Verdict::Pass || step.result.reason.is_some();
    let reason = steps.iter().filter(|step| step.result.verdict == verdict).find(told).map(|step| {
        let why = step.result.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("in {}, step `{}`{why}", included.source.name, step.result.name)
    });
    Included {
        verdict,
        reason,
        requests: steps.iter().map(|step| step.result.attempts).sum(),
        codes: steps.iter().flat_map(|step| step.result.codes.clone()).collect(),
        ends_scenario: steps.iter().any(|step| step.ends_scenario),
        captures: context.captured(&scope),
        made: scope.made(),
        inner: steps.iter().flat_map(|step| step.included.clone()).collect(),
        findings: steps.into_iter().flat_map(|step| step.findings).collect(),
    }
}

impl Included {
    fn unjudged(reason: String) -> Self {
        Self {
            verdict: Verdict::Inconclusive,
            reason: Some(reason),
            requests: 0,
            codes: Vec::new(),
            findings: Vec::new(),
            captures: Vec::new(),
            made: Vec::new(),
            ends_scenario: true,
            inner: Vec::new(),
        }
    }
}

/// A stream of random values of the file's own, the same in every run with the same seed.
pub(super) fn stream(key: &str) -> u64 {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash | 1 << 63
}
