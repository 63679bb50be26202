//! The steps of a scenario file as the requests of a load, and what its `load` says.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::super::gather::Refusal;
use super::super::runtime;
use super::super::suite::{Against, Suite, Wanted};
use crate::cli::{EdgesArgs, LoadArgs};
use crate::contract::Compiled;
use crate::env::Env;
use crate::load::{Make, Step};
use crate::model::{Diagnostic, Load, On429, Request, Scenario, Severity};
use crate::plan::Plan;
use crate::redact::Redactor;
use crate::runner::{Anew, Journey, Runner, Settings, Snapshots, Stop};
use crate::template::Engine;
use crate::threshold::{self, Threshold};
use crate::transport::load::wire;
use crate::transport::{self, Http};

/// A scenario that is to be loaded, its templates not rendered yet.
pub(super) struct Chosen {
    suite: Suite,
    engine: Engine,
    pub(super) scenario: Arc<Scenario>,
    pub(super) contract: Option<Arc<Compiled>>,
    pub(super) name: String,
    /// The target of the project.
    pub(super) target: Option<String>,
}

/// Reads the suite, and takes its one scenario.
///
/// # Errors
/// Mistakes in files, or another number of scenarios than one.
pub(super) fn choose(env: &Env, args: &LoadArgs, redactor: &Redactor) -> Result<Chosen, Refusal> {
    let seed = runtime::fresh_seed();
    let engine = Engine::new(seed, SystemTime::now);
    let pack = EdgesArgs { edges: false, openapi: None, max_requests: 0, edges_large: false };
    let wanted = Wanted {
        args: &args.suite,
        pack: &pack,
        against: Against::Target { named: args.target.is_some() },
        seed,
        engine: &engine,
        redactor,
    };
    let (suite, ()) = Suite::open(env, &wanted, |_, _| Ok(()))?;
    let [run] = &suite.plan.runs[..] else {
        let count = suite.plan.runs.len();
        return Err(
            format!("a load takes one scenario, and these are {count}; choose one with --filter").into()
        );
    };
    let Some(scenario) = run.scenario.open() else {
        return Err("the file could not be parsed a second time".to_owned().into());
    };
    let contract = run.contract.as_ref().and_then(|name| suite.contracts.get(name)).cloned();
    let (name, target) =
        (run.name.clone(), suite.environment.target.as_ref().map(|target| target.value.clone()));
    Ok(Chosen { scenario, contract, name, target, engine, suite })
}

impl Chosen {
    /// What the file says about its load.
    pub(super) fn load(&self) -> Option<&Load> {
        self.scenario.load.as_deref()
    }

    /// A mistake where the file asks for waiting, which only users do.
    ///
    /// # Errors
    /// It does.
    pub(super) fn waits_for_nobody(&self, load: &Load) -> Result<(), Refusal> {
        if let (Some(On429::Wait), Some(span)) = (load.on_429, load.on_429_span) {
            let title = "a schedule does not wait";
            let help = "only users wait as `Retry-After` tells; write `count` or `stop`, or give `users`";
            return Err(Diagnostic::new(&self.scenario.source, span, title, "for users")
                .with_help(help)
                .into());
        }
        Ok(())
    }

    /// The thresholds of the file.
    pub(super) fn thresholds(&self, load: &Load) -> Vec<Threshold> {
        let source = &self.scenario.source;
        let bounds = load.thresholds.iter().filter_map(|bound| {
            let place = source.position(bound.text.span);
            let threshold = threshold::parse(&bound.text.value).ok()?;
            Some(Threshold {
                abort: bound.abort,
                place: (source.name.to_string(), place.line, place.column),
                ..threshold
            })
        });
        bounds.collect()
    }

    /// The steps, rendered for a target.
    ///
    /// # Errors
    /// A step that cannot be loaded or rendered.
    pub(super) fn steps(
        self,
        env: &Env,
        target: &str,
        timeout: Duration,
        redactor: &Redactor,
    ) -> Result<Vec<Step>, Refusal> {
        let scenario = Arc::clone(&self.scenario);
        // Nothing is sent through it.
        let (runner, plan) = self.runner(env, target, (timeout, &transport::Options::default()), redactor)?;
        let Some(run) = plan.runs.first() else { return Ok(Vec::new()) };
        let rendered = runner.rendered(run, &scenario)?;
        let anew = Arc::new(Anew::new(Arc::new(runner), run, scenario)?);
        if let Some(elsewhere) = rendered.iter().find(|step| !step.request.url.starts_with(target)) {
            return Err(format!(
                "the step `{}` leads to another host; a load has one target",
                elsewhere.name
            )
            .into());
        }
        let steps = rendered.into_iter().map(|step| {
            // What is made once is the same in all steps.
            let request =
                anew.request(step.place, 0).map_err(|why| format!("the step `{}`: {why}", step.name))?;
            let wire =
                wire(&request).map_err(|error| format!("the step `{}`: {}", step.name, error.message))?;
            let made = Made { anew: Arc::clone(&anew), place: step.place };
            let changes = anew.changes(step.place).then(|| Arc::new(made) as Arc<dyn Make>);
            Ok(Step { name: step.name, line: step.line, request, wire, anew: changes })
        });
        steps.collect()
    }

    /// The way of users, its setup and includes done.
    ///
    /// # Errors
    /// Setup did not pass, or what can never be rendered.
    pub(super) async fn journey(
        self,
        env: &Env,
        target: &str,
        way: (Duration, &transport::Options),
        redactor: &Redactor,
    ) -> Result<Journey, Refusal> {
        let scenario = Arc::clone(&self.scenario);
        let (runner, plan) = self.runner(env, target, way, redactor)?;
        let Some(run) = plan.runs.first() else { return Err("there is no scenario".to_owned().into()) };
        Ok(Journey::begin(Arc::new(runner), run, scenario, &Stop::default()).await?)
    }

    fn runner(
        self,
        env: &Env,
        target: &str,
        (timeout, options): (Duration, &transport::Options),
        redactor: &Redactor,
    ) -> Result<(Runner, Plan), Refusal> {
        let settings = Settings {
            target: target.to_owned(),
            jobs: 1,
            fail_on: Severity::Error,
            fail_fast: false,
            repeat: 1,
            timeout,
            longest_wait: Duration::ZERO,
            seed: 0,
            baseline: None,
            snapshots: Snapshots::Off,
        };
        let Suite { plan, contracts, variables, .. } = self.suite;
        let files = Arc::clone(&env.files);
        let transport = Box::new(Http::new(options)?);
        let runner =
            Runner::new(transport, contracts, self.engine, redactor.clone(), files, variables, settings);
        Ok((runner, plan))
    }
}

/// A step that is another request each time.
#[derive(Debug)]
struct Made {
    anew: Arc<Anew>,
    place: usize,
}

impl Make for Made {
    fn make(&self, number: u64) -> Result<(Request, Vec<u8>), String> {
        let request = self.anew.request(self.place, number)?;
        let bytes = wire(&request).map_err(|error| error.message)?;
        Ok((request, bytes))
    }
}

/// The steps of users; of one that is made anew each time the request only says what it is.
///
/// # Errors
/// There are none, or one cannot be written as HTTP.
pub(super) fn walked(journey: &Journey, target: &str) -> Result<Vec<Step>, Refusal> {
    let steps = journey.steps().iter().map(|step| {
        let request = step.fixed.clone().unwrap_or_else(|| Request {
            method: step.method.clone(),
            url: target.to_owned(),
            path: step.path.clone(),
            headers: Vec::new(),
            body: Bytes::new(),
            redirects: 0,
            timeout: Duration::ZERO,
        });
        let wire = match &step.fixed {
            Some(request) => {
                wire(request).map_err(|error| format!("the step `{}`: {}", step.name, error.message))?
            }
            None => Vec::new(),
        };
        Ok::<_, String>(Step { name: step.name.clone(), line: step.line, request, wire, anew: None })
    });
    let steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
    if steps.is_empty() { Err("the scenario has no step that is sent".to_owned().into()) } else { Ok(steps) }
}
