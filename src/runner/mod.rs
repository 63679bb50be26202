//! Runs a plan: scenarios side by side, steps in order, events in input order whatever finishes first.

mod across;
mod anew;
mod finding;
mod include;
mod journey;
mod limits;
mod load;
mod memory;
mod pause;
mod reach;
mod render;
mod repeat;
mod scenario;
mod snapshots;
mod step;
mod stop;
mod throttle;

pub use anew::Anew;
pub use journey::{Journey, JourneyStep, NotBegun};
pub use limits::{Limits, MARKER, ProbeJob, ProbedLimit, Probing};
pub use load::Rendered;
pub use snapshots::{Answers, Shelf, Snapshots};
pub use stop::Stop;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{RwLock, mpsc};

use crate::baseline::Baseline;
use crate::census::Census;
use crate::contract::Compiled;
use crate::env::Files;
use crate::model::{Event, Severity};
use crate::plan::{Plan, Run};
use crate::redact::Redactor;
use crate::template::{Engine, Scope};
use crate::transport::Transport;

/// How a run behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The target's origin, no slash at its end.
    pub target: String,
    /// Scenarios side by side, at least 1.
    pub jobs: usize,
    /// The lowest severity of a finding that fails a step.
    pub fail_on: Severity,
    /// Whether to stop at the first scenario that fails.
    pub fail_fast: bool,
    /// How often every scenario is run, at least 1.
    pub repeat: u32,
    /// Longest time for one request, unless the file says otherwise.
    pub timeout: Duration,
    /// Longest wait for an unexpected 429 to pass.
    pub longest_wait: Duration,
    /// Seed of everything random.
    pub seed: u64,
    /// Known findings that fail nothing.
    pub baseline: Option<Arc<Baseline>>,
    /// What is done with the answers beside judging them.
    pub snapshots: Snapshots,
}

/// What all scenarios of a run share.
pub struct Runner {
    /// The way to the network.
    pub transport: Box<dyn Transport>,
    /// Contracts by the names that scenarios use.
    pub contracts: HashMap<String, Arc<Compiled>>,
    /// Templates.
    pub engine: Engine,
    /// What must never be shown.
    pub redactor: Redactor,
    /// The files that request bodies are read from.
    pub files: Arc<dyn Files>,
    /// Variables from outside the scenario files.
    pub variables: Arc<Scope>,
    /// How the run behaves.
    pub settings: Settings,
    limits: limits::Prober,
    memory: memory::Ids,
    census: Mutex<Census>,
    reach: reach::Reach,
    includes: include::Includes,
    alone: RwLock<()>,
}

impl Runner {
    /// Brings the parts together.
    pub fn new(
        transport: Box<dyn Transport>,
        contracts: HashMap<String, Arc<Compiled>>,
        engine: Engine,
        redactor: Redactor,
        files: Arc<dyn Files>,
        variables: Arc<Scope>,
        settings: Settings,
    ) -> Self {
        Self {
            transport,
            contracts,
            engine,
            redactor,
            files,
            variables,
            settings,
            limits: limits::Prober::default(),
            memory: memory::Ids::default(),
            census: Mutex::default(),
            reach: reach::Reach::default(),
            includes: include::Includes::default(),
            alone: RwLock::new(()),
        }
    }

    /// With someone who probes the rate limits of scenarios; without, they are skipped.
    #[must_use]
    pub fn with_limits(mut self, limits: Arc<dyn Limits>) -> Self {
        self.limits = limits::Prober(Some(limits));
        self
    }

    /// Runs the plan and hands every event to `emit`, in input order. After a stop what has not started is
    /// skipped, and every scenario still has its result.
    pub async fn run(self: Arc<Self>, plan: Plan, stop: Stop, mut emit: impl FnMut(&Event)) {
        let plan = Arc::new(plan);
        let next = Arc::new(AtomicUsize::new(0));
        let (send, mut receive) = mpsc::channel(64);
        for _ in 0..self.settings.jobs.clamp(1, plan.runs.len().max(1)) {
            let worker = Worker {
                runner: Arc::clone(&self),
                plan: Arc::clone(&plan),
                next: Arc::clone(&next),
                stop: stop.clone(),
                send: send.clone(),
            };
            tokio::spawn(worker.work());
        }
        drop(send);
        let mut order = Order { repeated: self.settings.repeat > 1, ..Order::default() };
        while let Some((index, outcome)) = receive.recv().await {
            order.arrived(index, outcome, &mut emit);
        }
        // What most routes do is not known of a run that was cut short.
        if stop.reason().is_none()
            && let Some(event) = self.across()
        {
            emit(&event);
        }
    }

    /// One scenario as often as is wanted, alone if it asks for that. A stop, and a target that cannot be reached,
    /// leave the further repetitions out.
    async fn run_one(&self, index: usize, run: &Run, stop: &Stop) -> scenario::Outcome {
        let Some(scenario) = run.scenario.open() else {
            return scenario::unjudged(self, run, "the file could not be parsed a second time");
        };
        // A probe repeats its requests by itself, and takes its time.
        let times = if scenario.limits.is_some() { 1 } else { self.settings.repeat };
        let mut repetitions = repeat::Repetitions::new(times);
        // What is skipped for a missing variable disturbs nobody, and need not wait for the others to end.
        let alone = scenario.serial && !scenario::is_left_out(self, run, &scenario);
        loop {
            let repetition = repetitions.done();
            let outcome = if alone {
                let _alone = self.alone.write().await;
                scenario::run(self, (index, repetition), run, &scenario, stop).await
            } else {
                let _together = self.alone.read().await;
                scenario::run(self, (index, repetition), run, &scenario, stop).await
            };
            if self.settings.fail_fast && outcome.failed() {
                stop.after_failure();
            }
            let over = repetitions.add(outcome);
            if over || stop.reason().is_some() || self.reach.given_up().is_some() {
                let outcome = repetitions.end(stop.is_interrupted());
                return outcome.unwrap_or_else(|| scenario::unjudged(self, run, "it was never begun"));
            }
        }
    }
}

struct Worker {
    runner: Arc<Runner>,
    plan: Arc<Plan>,
    next: Arc<AtomicUsize>,
    stop: Stop,
    send: mpsc::Sender<(usize, scenario::Outcome)>,
}

impl Worker {
    /// One scenario, guarded: a fault of ours in it costs its judgement, and no other's.
    async fn guarded(&self, index: usize, run: &Run) -> scenario::Outcome {
        let mut running = std::pin::pin!(self.runner.run_one(index, run, &self.stop));
        let outcome = std::future::poll_fn(|context| {
            match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
                Ok(poll) => poll.map(Some),
                Err(_) => Poll::Ready(None),
            }
        });
        outcome.await.unwrap_or_else(|| {
            scenario::unjudged(&self.runner, run, "tollgate itself failed on this scenario; please report it")
        })
    }

    async fn work(self) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(run) = self.plan.runs.get(index) else { return };
            let outcome = self.guarded(index, run).await;
            if self.send.send((index, outcome)).await.is_err() {
                return;
            }
        }
    }
}

/// Puts outcomes back into input order, and shows and counts a shared include once.
#[derive(Default)]
struct Order {
    next: usize,
    waiting: BTreeMap<usize, scenario::Outcome>,
    included: HashSet<Arc<str>>,
    repeated: bool,
}

impl Order {
    fn arrived(&mut self, index: usize, outcome: scenario::Outcome, emit: &mut impl FnMut(&Event)) {
        self.waiting.insert(index, outcome);
        while let Some(outcome) = self.waiting.remove(&self.next) {
            self.show(self.next, outcome, emit);
            self.next += 1;
        }
    }

    fn show(&mut self, index: usize, mut outcome: scenario::Outcome, emit: &mut impl FnMut(&Event)) {
        for (mut step, total) in outcome.steps.into_iter().zip(&mut outcome.result.steps) {
            let included = std::mem::take(&mut step.included);
            if !included.is_empty() {
                let new = included.iter().filter(|(file, _)| self.included.insert(Arc::clone(file)));
                repeat::take_over(&mut step, new.map(|(_, outcome)| &**outcome), self.repeated);
                // The scenario's result is what totals are counted from.
                total.clone_from(&step.result);
            }
            emit(&Event::StepFinished { scenario: index, step: step.result, findings: step.findings });
        }
        if let Some(limit) = outcome.limit {
            emit(&Event::LimitJudged { scenario: index, limit });
        }
        emit(&Event::ScenarioFinished { index, scenario: outcome.result });
    }
}
