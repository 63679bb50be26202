//! Included files: each runs once for the whole run, whoever asks first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;

use super::scenario::{self, Section};
use super::step::StepOutcome;
use super::{Runner, Stop};
use crate::model::{Finding, Scenario, Step, StepResult, Verdict};
use crate::template::Scope;

/// The included files that ran or are running, by name and contract.
#[derive(Debug, Default)]
pub(super) struct Includes(Mutex<HashMap<Arc<str>, Arc<OnceCell<Included>>>>);

/// What came of an included file.
#[derive(Debug)]
struct Included {
    verdict: Verdict,
    reason: Option<String>,
    requests: u32,
    codes: Vec<String>,
    findings: Vec<Finding>,
    captures: Vec<(String, Value)>,
    /// Whether nothing can build on it: a step of it did not get what it expects.
    ends_scenario: bool,
}

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
    let key: Arc<str> = format!("{}\n{}", included.source.name, contract.unwrap_or_default()).into();
    let cell = {
        let mut cells = runner.includes.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(Arc::clone(&key)).or_default())
    };
    let outcome = cell.get_or_init(|| Box::pin(execute(runner, included, contract, &key, stop))).await;
    for (name, value) in &outcome.captures {
        scope.set(name.clone(), value.clone());
    }
    let result = StepResult {
        name: runner.redactor.text(&step.name.value).into_owned(),
        line: includer.scenario.source.position(step.span).line,
        verdict: outcome.verdict,
        attempts: outcome.requests,
        duration_ms: 0,
        reason: outcome.reason.clone(),
        contract: contract.filter(|name| Some(*name) != includer.contract_name).map(str::to_owned),
        codes: outcome.codes.clone(),
        findings: Vec::new(),
    };
    let ends_scenario = outcome.ends_scenario || outcome.verdict != Verdict::Pass;
    StepOutcome { result, findings: outcome.findings.clone(), included: Some(key), ends_scenario }
}

async fn execute(
    runner: &Runner,
    included: &Arc<Scenario>,
    contract: Option<&str>,
    key: &str,
    stop: &Stop,
) -> Included {
    let name = included.name.value.clone();
    let context = scenario::Context::new(runner, included, &name, contract);
    let mut scope = Scope::child(&runner.variables, stream(key));
    if let Some(reason) = context.missing(&scope, &[]) {
        return Included::unjudged(reason);
    }
    if let Err(reason) = context.set_variables(&mut scope, &[]) {
        return Included::unjudged(reason);
    }
    let steps =
        context.sections(&mut scope, stop, &[Section::Setup, Section::Steps, Section::Teardown]).await;
    let verdict = Verdict::of_parts(steps.iter().map(|step| step.result.verdict));
    let reason =
        steps.iter().find(|step| step.result.verdict == verdict && verdict != Verdict::Pass).map(|step| {
            let why = step.result.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("in {}, step `{}`{why}", included.source.name, step.result.name)
        });
    Included {
        verdict,
        reason,
        requests: steps.iter().map(|step| step.result.attempts).sum(),
        codes: steps.iter().flat_map(|step| step.result.codes.clone()).collect(),
        ends_scenario: steps.iter().any(|step| step.ends_scenario),
        findings: steps.into_iter().flat_map(|step| step.findings).collect(),
        captures: context.captured(&scope),
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
            ends_scenario: true,
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
