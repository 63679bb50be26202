//! The rate limit of a scenario: rendered here, probed by whoever can, its verdicts as steps of the scenario.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexMap;
use serde_json::Value;

use super::Stop;
use super::render::{RenderError, Surroundings};
use super::scenario::{Context, millis};
use super::step::{KNOWN, StepOutcome};
use crate::baseline::Place;
use crate::contract::Compiled;
use crate::model::{
    Finding, HeaderLine, LimitProbe, LimitReport, Outcome, Request, RequestSpec, Severity, StepResult,
    Verdict,
};
use crate::report;
use crate::template::Scope;

/// What stands for the marker of a write until the prober knows it.
pub const MARKER: &str = "{{marker}}";

/// Probes rate limits. The runner knows when and with what, and not how.
pub trait Limits: Send + Sync {
    /// Probes and judges. After an interruption what was seen is judged.
    ///
    /// # Errors
    /// Nothing was probed; the text says why.
    fn probe(&self, job: ProbeJob, stop: Stop) -> Probing;
}

/// A probe on its way.
pub type Probing = Pin<Box<dyn Future<Output = Result<ProbedLimit, String>> + Send>>;

/// What is to be probed, every template filled in.
pub struct ProbeJob {
    /// The rest of what the file says.
    pub spec: LimitProbe,
    /// The request.
    pub request: Request,
    /// The keys; secrets.
    pub keys: Vec<String>,
    /// The write with [`MARKER`] in it, and the request that lists.
    pub writes: Option<(Request, Request)>,
    /// Another request of the same keys.
    pub endpoint: Option<Request>,
    /// The scenario's file.
    pub file: String,
    /// The contract's name; empty if none.
    pub contract_name: String,
    /// The contract.
    pub contract: Option<Arc<Compiled>>,
}

/// What came of a probe.
pub struct ProbedLimit {
    /// Verdicts, model, timeline.
    pub report: LimitReport,
    /// What is found of each verdict; nothing for those that hold or could not be given.
    pub findings: Vec<Option<Finding>>,
    /// Requests sent.
    pub requests: u64,
    /// How often errors had which code of the contract's catalogue.
    pub codes: IndexMap<String, u64>,
    /// Why it ended before its end.
    pub cut: Option<String>,
}

/// Who probes, if anybody does.
#[derive(Clone, Default)]
pub(super) struct Prober(pub(super) Option<Arc<dyn Limits>>);

impl fmt::Debug for Prober {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prober").field(&self.0.is_some()).finish()
    }
}

/// Probes, and makes the verdicts steps. The first step is the probe itself.
pub(super) async fn run(
    context: &Context<'_>,
    spec: &LimitProbe,
    scope: &mut Scope,
    ended: Option<String>,
    stop: &Stop,
) -> (Vec<StepOutcome>, Option<LimitReport>) {
    let started = Instant::now();
    let mut own =
        step(context, spec, &format!("probes {} {}", spec.request.method.value, spec.request.path.value));
    let Some(limits) = &context.runner.limits.0 else {
        return (vec![skipped(own, "rate limits are not probed by this command")], None);
    };
    if let Some(why) = ended {
        return (vec![skipped(own, &why)], None);
    }
    let outcome = match job(context, spec, scope) {
        Ok(job) => limits.probe(job, stop.clone()).await,
        Err(error) => Err(context.at(error.span, &error.message)),
    };
    own.duration_ms = millis(started.elapsed());
    let probed = match outcome {
        Ok(probed) => probed,
        Err(why) => {
            own.verdict = Verdict::Inconclusive;
            own.reason = Some(context.runner.redactor.text(&why).into_owned());
            return (vec![found(own, Vec::new())], None);
        }
    };
    own.attempts = u32::try_from(probed.requests).unwrap_or(u32::MAX);
    own.codes = probed.codes.keys().cloned().collect();
    own.code_counts.clone_from(&probed.codes);
    if let Some(why) = &probed.cut {
        own.verdict = Verdict::Inconclusive;
        own.reason = Some(context.runner.redactor.text(why).into_owned());
    }
    let mut steps = vec![found(own, Vec::new())];
    let ProbedLimit { mut report, findings, .. } = probed;
    for (verdict, finding) in report.verdicts.iter().zip(findings) {
        let name = format!("{} {}", verdict.rule, verdict.name);
        let mut result = step(context, spec, &name);
        let mut findings: Vec<Finding> =
            finding.map(|finding| placed(context, spec, &result.name, finding)).into_iter().collect();
        judged(context, &mut result, verdict.verdict, &mut findings);
        result.reason = match verdict.verdict {
            Outcome::Inconclusive | Outcome::Skipped => Some(verdict.measured.clone()),
            Outcome::Pass | Outcome::Fail | Outcome::Warning => result.reason,
        };
        steps.push(found(result, findings));
    }
    report.scenario = context.runner.redactor.text(context.name).into_owned();
    report.file = context.scenario.source.name.to_string();
    (steps, Some(report))
}

/// Everything filled in. A credential in the file's headers would make strangers of no one, so the keys' header is left out.
fn job(context: &Context<'_>, spec: &LimitProbe, scope: &mut Scope) -> Result<ProbeJob, RenderError> {
    let runner = context.runner;
    let mut keys = Vec::with_capacity(spec.keys.len());
    for key in &spec.keys {
        let text = runner.engine.string(&key.value, scope).map_err(|error| error.at(key.span))?;
        let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let hidden = runner.redactor.add(&text);
        match (good, hidden) {
            (true, Ok(())) => keys.push(text),
            (false, _) => {
                let message = "the key cannot stand in a header line".to_owned();
                return Err(RenderError { span: key.span, message });
            }
            (true, Err(message)) => return Err(RenderError { span: key.span, message }),
        }
    }
    scope.set(MARKER_NAME.to_owned(), Value::String(MARKER.to_owned()));
    let mut defaults = context.scenario.defaults.clone();
    let own = |line: &HeaderLine| spec.headers.iter().any(|other| same(&other.name.value, &line.name.value));
    defaults.headers.retain(|line| !own(line));
    defaults.headers.extend(spec.headers.iter().cloned());
    let key_header = spec.key_header.as_deref().unwrap_or("authorization");
    let surroundings = Surroundings {
        runner,
        scope,
        defaults: &defaults,
        base_path: context.contract.map_or("", |contract| &contract.contract.base_path),
        file: &context.scenario.source.name,
    };
    let rendered = |request: &RequestSpec| {
        let mut rendered = surroundings.request(request)?;
        rendered.headers.retain(|header| !same(&header.name, key_header));
        if !rendered.url.starts_with(&runner.settings.target) {
            let message = "a probe stays below the target, and this path leads elsewhere".to_owned();
            return Err(RenderError { span: request.path.span, message });
        }
        runner.redactor.add_sent(&rendered.headers);
        Ok(rendered)
    };
    Ok(ProbeJob {
        request: rendered(&spec.request)?,
        keys,
        writes: match spec.writes.as_deref() {
            Some((write, list)) => Some((rendered(write)?, rendered(list)?)),
            None => None,
        },
        endpoint: spec.endpoint.as_deref().map(&rendered).transpose()?,
        file: context.scenario.source.name.to_string(),
        contract_name: context.contract_name.unwrap_or_default().to_owned(),
        contract: context.contract.cloned(),
        spec: spec.clone(),
    })
}

/// The variable that a write uses.
const MARKER_NAME: &str = "marker";

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// A step of the probe, at the place of `limits`.
fn step(context: &Context<'_>, spec: &LimitProbe, name: &str) -> StepResult {
    context.result_at(name, spec.span)
}

fn found(result: StepResult, findings: Vec<Finding>) -> StepOutcome {
    StepOutcome { result, findings, included: Vec::new(), ends_scenario: false }
}

fn skipped(mut result: StepResult, why: &str) -> StepOutcome {
    result.verdict = Verdict::Skipped;
    result.reason = Some(why.to_owned());
    found(result, Vec::new())
}

/// The verdict of a step, the baseline asked.
fn judged(context: &Context<'_>, result: &mut StepResult, outcome: Outcome, findings: &mut [Finding]) {
    let settings = &context.runner.settings;
    let proven = matches!(outcome, Outcome::Pass | Outcome::Fail | Outcome::Warning);
    if let Some(baseline) = &settings.baseline {
        let clean = |text| context.runner.redactor.text(text);
        let place = Place::new(&context.scenario.source.name, &clean(context.name), &result.name);
        baseline.judge(place, proven, findings);
    }
    let fails = |severity: Severity| severity >= settings.fail_on;
    let broken = findings.iter().any(|finding| fails(finding.severity) && !finding.accepted);
    let known = !broken && findings.iter().any(|finding| fails(finding.severity));
    result.verdict = match outcome {
        _ if broken => Verdict::Fail,
        Outcome::Inconclusive => Verdict::Inconclusive,
        Outcome::Skipped => Verdict::Skipped,
        Outcome::Pass | Outcome::Fail | Outcome::Warning => Verdict::Pass,
    };
    result.reason = known.then(|| KNOWN.to_owned());
}

/// A finding at its place in the file: the limit that is promised, or else the probe.
fn placed(context: &Context<'_>, spec: &LimitProbe, step: &str, finding: Finding) -> Finding {
    let redactor = &context.runner.redactor;
    let source = &context.scenario.source;
    let at = source.position(spec.span);
    let clean = |text: &str| redactor.text(text).into_owned();
    let snippet = report::snippet(&redactor.masked_at(source, spec.span), spec.span, "");
    Finding {
        file: source.name.to_string(),
        line: at.line,
        column: at.column,
        scenario: clean(context.name),
        step: step.to_owned(),
        message: clean(&finding.message),
        actual: clean(&finding.actual),
        curl: clean(&finding.curl),
        snippet: clean(&snippet),
        ..finding
    }
}
