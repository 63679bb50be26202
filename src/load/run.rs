//! Starts the threads, gathers what they hand over second by second, and watches the thresholds meanwhile.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use super::flow::{Windows, width};
use super::ids::Ids;
use super::live::{News, SoFar};
use super::plan::{Plan, Stop};
use super::series::Series;
use super::tally::{Slice, Tally, Times};
use super::verdicts::{Fault, Verdicts, merged};
use super::watch::Watch;
use super::worker::Worker;
use crate::model::{LoadCounts, LoadModel, LoadReport};
use crate::transport::load::thread_time;

/// Time for connections to open before the first send.
pub(super) const WARM_UP: Duration = Duration::from_millis(100);
/// How often the gatherer looks whether there is news.
const LOOK: Duration = Duration::from_millis(100);

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What was measured.
    pub report: LoadReport,
    /// The faults of answers; `report.causes` has their times in the same order, and no findings yet.
    pub faults: Vec<Fault>,
}

/// Everything gathered, before it becomes a report.
pub(super) struct Gathered {
    pub(super) started: SystemTime,
    /// How long requests were sent.
    pub(super) sending: Duration,
    pub(super) totals: LoadCounts,
    pub(super) latency: Times,
    pub(super) series: Series,
    pub(super) windows: Windows,
    pub(super) watch: Watch,
    pub(super) tally: Tally,
    pub(super) faults: Vec<Fault>,
    pub(super) judging: crate::model::LoadJudging,
    pub(super) processor: Duration,
}

/// Runs a plan to its end, or until `stop` is asked to. `hear` is told of every second that is over.
///
/// # Errors
/// The system gives no threads or pollers; nothing was sent then.
pub fn run(plan: &Plan, stop: &Stop, hear: &mut dyn FnMut(News<'_>)) -> Result<Outcome, String> {
    if let Some(users) = &plan.users {
        return super::closed::run(plan, users, stop, hear);
    }
    let windows: Vec<u64> = super::watch::windows(plan);
    let stretch = width(windows.iter().copied());
    let start = Instant::now() + WARM_UP;
    let clock = (start, SystemTime::now() + WARM_UP);
    let ids = Arc::new(Ids::new());
    let (out, slices) = channel();
    let threads = plan.threads.clamp(1, plan.max_in_flight.max(1));
    let mut gatherer = Gatherer::new(plan, threads, stretch, &windows);
    let parts = std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for part in 0..threads {
            let (out, ids) = (out.clone(), &ids);
            let thread = std::thread::Builder::new().name(format!("load {part}"));
            handles.push(thread.spawn_scoped(scope, move || {
                send(plan, stop, (part, threads), clock, ids, (out, stretch * 1_000_000))
            }));
        }
        drop(out);
        gatherer.gather(&slices, stop, start, hear);
        handles
            .into_iter()
            .map(|handle| match handle {
                Ok(handle) => handle.join().map_err(|_| "a thread that sends broke off".to_owned())?,
                Err(error) => Err(format!("the system gives no thread: {error}")),
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let asked = gatherer.asked(start);
    Ok(gatherer.report(plan, clock.1, asked, parts, ids.places()))
}

/// What one thread brings home.
pub(super) struct Part {
    tally: Tally,
    faults: Vec<Fault>,
    judging: crate::model::LoadJudging,
    pub(super) processor: Duration,
}

impl Part {
    pub(super) fn of(tally: Tally, verdicts: Verdicts, processor: Duration) -> Self {
        let judging = crate::model::LoadJudging {
            full: verdicts.full,
            known: verdicts.by_sight,
            unjudged: verdicts.unjudged,
            ids: verdicts.ids_seen,
            ids_reused: verdicts.ids_reused,
            ..Default::default()
        };
        Self { tally, faults: verdicts.faults, judging, processor }
    }
}

fn send(
    plan: &Plan,
    stop: &Stop,
    part: (usize, usize),
    clock: (Instant, SystemTime),
    ids: &Arc<Ids>,
    (out, stretch): (Sender<Slice>, u64),
) -> Result<Part, String> {
    let verdicts = Verdicts::new(&plan.steps, plan.contract.as_ref(), plan.judging.then(|| Arc::clone(ids)));
    let worker = Worker::new(plan, stop, part, clock, verdicts, (out, stretch))
        .map_err(|error| format!("the system gives no poller: {error}"))?;
    let (tally, verdicts) = worker.run();
    Ok(Part::of(tally, verdicts, thread_time()))
}

/// What gathers.
pub(super) struct Gatherer {
    so_far: SoFar,
    latency: Times,
    series: Series,
    windows: Windows,
    watch: Watch,
    /// Longest time for a request in milliseconds.
    timeout: u64,
    /// When the run was asked to end.
    asked: Option<Instant>,
}

impl Gatherer {
    /// Of so many threads, with stretches and windows of these lengths in milliseconds.
    pub(super) fn new(plan: &Plan, threads: usize, stretch: u64, windows: &[u64]) -> Self {
        Self {
            so_far: SoFar::new(threads),
            latency: Times::new(),
            series: Series::new(threads),
            windows: Windows::new(stretch, windows),
            watch: Watch::new(plan),
            timeout: u64::try_from(plan.timeout.as_millis()).unwrap_or(u64::MAX),
            asked: None,
        }
    }

    /// How long after its start the run was asked to end, if it was.
    pub(super) fn asked(&self, start: Instant) -> Option<Duration> {
        self.asked.map(|at| at.saturating_duration_since(start))
    }

    /// Takes in what the threads hand over, until all of them have ended.
    pub(super) fn gather(
        &mut self,
        slices: &Receiver<Slice>,
        stop: &Stop,
        start: Instant,
        hear: &mut dyn FnMut(News<'_>),
    ) {
        loop {
            match slices.recv_timeout(LOOK) {
                Ok(slice) => self.take(&slice, hear, stop),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.asked.is_none() && !stop.goes_on() {
                self.asked = Some(Instant::now().max(start));
            }
        }
        self.series.finish(&mut |point| hear(News::Second(point)));
        let end = self.series.end_ms();
        self.so_far.known_ms = end;
        hear(News::SoFar(&self.so_far));
        self.windows.close(end, end);
        self.watch.windows(&mut self.windows);
    }

    fn take(&mut self, slice: &Slice, hear: &mut dyn FnMut(News<'_>), stop: &Stop) {
        self.so_far.add(slice);
        slice.latency.all().for_each(|times| self.latency.merge(times));
        self.windows.add(&slice.flows);
        let known = self.series.add(slice, &mut |point| hear(News::Second(point)));
        if known > self.so_far.known_ms {
            self.so_far.known_ms = known;
            hear(News::SoFar(&self.so_far));
        }
        self.windows.close(known, known.saturating_sub(self.timeout.saturating_add(1_000)));
        self.watch.windows(&mut self.windows);
        if self.watch.look(&self.so_far.totals, &self.latency, known) {
            stop.drain();
        }
    }

    pub(super) fn report(
        self,
        plan: &Plan,
        started: SystemTime,
        asked: Option<Duration>,
        parts: Vec<Part>,
        places: u64,
    ) -> Outcome {
        let mut tally = Tally::new(plan.steps.len());
        let mut judging = crate::model::LoadJudging::default();
        let (mut faults, mut processor) = (Vec::new(), Duration::ZERO);
        for part in parts {
            tally.merge(part.tally);
            faults.push(part.faults);
            processor += part.processor;
            judging.full += part.judging.full;
            judging.known += part.judging.known;
            judging.unjudged += part.judging.unjudged;
            judging.ids += part.judging.ids;
            judging.ids_reused += part.judging.ids_reused;
        }
        judging.contract =
            plan.contract.as_ref().map(|compiled| compiled.contract.name.clone()).unwrap_or_default();
        judging.ids_remembered = if plan.judging { places } else { 0 };
        let planned = plan.schedule.length();
        let sending = match plan.model {
            LoadModel::Open | LoadModel::Saturation | LoadModel::Closed => {
                asked.map_or(planned, |asked| asked.min(planned))
            }
        };
        let gathered = Gathered {
            started,
            sending,
            totals: self.so_far.totals,
            latency: self.latency,
            series: self.series,
            windows: self.windows,
            watch: self.watch,
            tally,
            faults: merged(faults),
            judging,
            processor,
        };
        super::report::outcome(plan, gathered)
    }
}
