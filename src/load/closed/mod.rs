//! The closed model: the crate goose schedules users, and each waits for its answers. What is sent, counted and judged is
//! ours, as in the open model; goose hears of every request.
//!
//! goose is kept to itself: it prints nothing, logs nowhere, listens on no port, and leaves signals alone. Its test plans
//! print, so plans are kept here: it launches all users, and each waits until it is there.

mod desk;
mod herd;
mod user;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::prelude::{GooseAttack, Scenario, Transaction, TransactionFunction};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::flow::width;
use super::ids::Ids;
use super::live::News;
use super::plan::{Plan, Stop};
use super::run::{Gatherer, Outcome, Part, WARM_UP};
use super::users::Users;
use super::verdicts::Verdicts;
use crate::model::LoadWalks;
use crate::threshold::Rate;
use crate::transport::load::thread_time;
use desk::Desk;
use user::{Halt, Shared, User};

/// How often it is looked whether the run is over.
const LOOK: Duration = Duration::from_millis(10);
/// Users that begin in a second if nothing is said: as good as at once.
const AT_ONCE: f64 = 100_000.0;

/// Runs users until their time is over, or until `stop` is asked to.
///
/// # Errors
/// The system gives no thread, or goose does not start.
pub(super) fn run(
    plan: &Plan,
    users: &Users,
    stop: &Stop,
    hear: &mut dyn FnMut(News<'_>),
) -> Result<Outcome, String> {
    let windows: Vec<u64> = super::watch::windows(plan);
    let stretch = width(windows.iter().copied());
    let threads = plan.threads.clamp(1, users.most.max(1) as usize);
    let ids = Arc::new(Ids::new());
    let places = ids.places();
    let (out, slices) = channel();
    let (start, wall) = (Instant::now() + WARM_UP, SystemTime::now() + WARM_UP);
    let desks = (0..threads).map(|number| {
        let known = plan.judging.then(|| Arc::clone(&ids));
        let verdicts = Verdicts::new(&plan.steps, plan.contract.as_ref(), known);
        let way = (out.clone(), stretch * 1_000_000);
        Mutex::new(Some(Desk::new(number, plan.steps.len(), verdicts, wall, way)))
    });
    let (halting, halt) = watch::channel(Halt::Not);
    let shared = Arc::new(Shared {
        plan: plan.clone(),
        users: users.clone(),
        stop: stop.clone(),
        start,
        wall,
        desks: desks.collect(),
        herd: Mutex::default(),
        halt,
        whole: AtomicU64::new(0),
        ended: AtomicU64::new(0),
        why: Mutex::default(),
    });
    drop(out);
    let mut gatherer = Gatherer::new(plan, threads, stretch, &windows);
    let driver = {
        let shared = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("load users".to_owned());
        thread
            .spawn(move || drive(&shared, halting, threads))
            .map_err(|error| format!("the system gives no thread: {error}"))?
    };
    gatherer.gather(&slices, stop, start, hear);
    let parts = driver.join().map_err(|_| "the users broke off".to_owned())??;
    let asked = gatherer.asked(start);
    let mut outcome = gatherer.report(plan, wall, asked, parts, places);
    let report = &mut outcome.report;
    let herd = shared.herd.lock().unwrap_or_else(PoisonError::into_inner);
    (report.throttling.waits, report.throttling.herd) = (herd.waits, herd.index(users.most));
    report.users = Some(users.most);
    report.walks = Some(LoadWalks {
        whole: shared.whole.load(Ordering::SeqCst),
        ended: shared.ended.load(Ordering::SeqCst),
        reason: shared.why.lock().unwrap_or_else(PoisonError::into_inner).take(),
    });
    Ok(outcome)
}

/// Runs goose to its end, and takes home what was counted.
fn drive(shared: &Arc<Shared>, halting: watch::Sender<Halt>, threads: usize) -> Result<Vec<Part>, String> {
    let processor = Arc::new(AtomicU64::new(0));
    let ran = runtime(threads, &processor).and_then(|runtime| {
        let ran = runtime.block_on(async {
            let supervisor = tokio::spawn(supervise(Arc::clone(shared), halting));
            let ran = attack(shared).await;
            supervisor.abort();
            ran
        });
        // Ends its threads, which tell their times.
        drop(runtime);
        ran
    });
    let processor = thread_time() + Duration::from_nanos(processor.load(Ordering::SeqCst));
    let desks =
        shared.desks.iter().filter_map(|desk| desk.lock().unwrap_or_else(PoisonError::into_inner).take());
    let mut parts: Vec<Part> = desks
        .map(|mut desk| {
            desk.turn(u64::MAX);
            let (tally, verdicts) = desk.close();
            Part::of(tally, verdicts, Duration::ZERO)
        })
        .collect();
    if let Some(part) = parts.first_mut() {
        part.processor = processor;
    }
    ran.map(|()| parts)
}

/// One thread is enough for tens of thousands of requests a second, and cheaper than several.
fn runtime(threads: usize, processor: &Arc<AtomicU64>) -> Result<Runtime, String> {
    let mut builder = match threads {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if threads > 1 {
        let processor = Arc::clone(processor);
        builder.worker_threads(threads).on_thread_stop(move || {
            let time = u64::try_from(thread_time().as_nanos()).unwrap_or_default();
            processor.fetch_add(time, Ordering::SeqCst);
        });
    }
    builder.enable_all().build().map_err(|error| format!("the runtime cannot start: {error}"))
}

/// Ends the run when its time is over or somebody wishes it, and hands over the seconds meanwhile.
async fn supervise(shared: Arc<Shared>, halting: watch::Sender<Halt>) {
    let mut ticks = tokio::time::interval(LOOK);
    let end = shared.start + shared.plan.schedule.length();
    loop {
        ticks.tick().await;
        if Instant::now() >= end {
            shared.stop.drain();
        }
        let halt = match (shared.stop.goes_on(), shared.stop.is_now()) {
            (true, _) => Halt::Not,
            (false, false) => Halt::Soon,
            (false, true) => Halt::Now,
        };
        halting.send_if_modified(|known| std::mem::replace(known, halt) != halt);
        if halt > Halt::Not {
            // A run that is just beginning forgets it: it is said again.
            goose::trigger_killswitch("the load is over");
        }
        let now = shared.now();
        for number in 0..shared.desks.len() {
            shared.at_desk(number, |desk| desk.turn(now));
        }
    }
}

/// goose with one scenario of one transaction: a walk.
async fn attack(shared: &Arc<Shared>) -> Result<(), String> {
    keep_quiet();
    let failed = |error: &dyn std::fmt::Display| format!("the users cannot start: {error}");
    let users = shared.users.most.max(1).to_string();
    let rate = shared.users.start_rate.map_or(AT_ONCE, Rate::per_second).to_string();
    let host = shared.plan.steps.first().map_or("http://localhost", |step| &step.request.url);
    let host = host.split('?').next().unwrap_or(host);
    let arguments = [
        &["--host", host, "--users", &users, "--increase-rate", &rate][..],
        &["--no-telnet", "--no-print-metrics", "--no-transaction-metrics", "--no-scenario-metrics", "-q"],
    ]
    .concat();
    let configuration = GooseConfiguration::parse_args_default(&arguments).map_err(|error| failed(&error))?;
    let attack = GooseAttack::initialize_with_config(configuration).map_err(|error| failed(&error))?;
    let attack = attack
        .set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies())
        .map_err(|error| failed(&error))?;
    let launched = Arc::new(AtomicU64::new(0));
    let walks = Arc::clone(shared);
    let walk: TransactionFunction = Arc::new(move |goose| {
        let (shared, launched) = (Arc::clone(&walks), Arc::clone(&launched));
        Box::pin(async move {
            let known = goose.get_session_data::<Seat>().cloned();
            let seat = known.unwrap_or_else(|| {
                let number = u32::try_from(launched.fetch_add(1, Ordering::SeqCst)).unwrap_or(u32::MAX);
                let seat = Seat(Arc::new(tokio::sync::Mutex::new(User::new(&shared, number))));
                goose.set_session_data(seat.clone());
                seat
            });
            shared.walk(&mut *seat.0.lock().await, goose).await;
            Ok(())
        })
    });
    let scenario = Scenario::new("load").register_transaction(Transaction::new(walk).set_name("walk"));
    attack.register_scenario(scenario).execute().await.map_err(|error| failed(&error))?;
    Ok(())
}

/// A user as goose keeps it.
#[derive(Debug, Clone)]
struct Seat(Arc<tokio::sync::Mutex<User>>);

/// Takes goose's log before goose does.
fn keep_quiet() {
    static DONE: Once = Once::new();
    static NOWHERE: Nowhere = Nowhere;
    DONE.call_once(|| drop(log::set_logger(&NOWHERE)));
}

/// A log that nobody reads.
struct Nowhere;

impl log::Log for Nowhere {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        false
    }

    fn log(&self, _: &log::Record<'_>) {}

    fn flush(&self) {}
}
