//! `tollgate load`: from arguments to an exit code.

mod earlier;
mod gather;
mod metrics;
mod progress;
mod result;
mod scenario;
mod users;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use self::earlier::Earlier;
use self::metrics::{Board, Metrics};
use self::progress::{Progress, Way};
use super::gather::Refusal;
use super::outputs::Outputs;
use super::signals::Signals;
use super::{colour, runtime, width};
use crate::cli::{Exit, LoadArgs};
use crate::env::Env;
use crate::load::{self, News, Outcome, Plan, Stop};
use crate::model::{Event, LoadPoint, Report, Severity, Tool};
use crate::redact::Redactor;
use crate::report::Style;

/// Interval of the time series in milliseconds.
const INTERVAL: u64 = 1_000;

pub(super) fn run(env: &mut Env, args: &LoadArgs) -> Exit {
    runtime::run(env, args, execute)
}

async fn execute(env: &mut Env, args: &LoadArgs, redactor: &Redactor) -> Result<Exit, Refusal> {
    let earlier = args.compare.as_deref().map(|path| Earlier::read(env.files.as_ref(), path)).transpose()?;
    // Before anything is sent.
    let place = match args.metrics {
        Some(address) => Some(metrics::take(env, address, args.quiet).await?),
        None => None,
    };
    let gathered = gather::gather(env, args, redactor).await?;
    let fail_on = args.fail_on.map_or(Severity::Error, Severity::from);
    let style = Style {
        colour: colour(env, env.stdout_is_terminal),
        width: width(env),
        verbose: false,
        quiet: args.quiet,
        fail_on,
    };
    let mut outputs = Outputs::open(&args.report, style, redactor.clone(), env.files.as_ref())?;
    let tool = Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let first = Event::RunStarted {
        version: Report::VERSION,
        tool: tool.clone(),
        scenarios: 1,
        target: redactor.url(&gathered.target),
        against: None,
        seed: 0,
        repeat: 1,
    };
    outputs.event(&first, &mut env.stdout);
    let stop = Stop::default();
    let asked = Arc::new(AtomicBool::new(false));
    let signals = Signals::listen().map_err(|error| format!("signals cannot be received: {error}"))?;
    if gathered.plan.users.is_some() {
        before_goose(stop.clone(), Arc::clone(&asked));
        tell_expectations(env, &gathered, args.quiet);
    }
    let listener = tokio::spawn(listen(signals, stop.clone(), Arc::clone(&asked)));
    let way = Way::of(env.stderr_is_terminal, args.quiet, colour(env, true));
    let mut progress = Progress::new(way, &gathered.plan);
    let metrics = place.map(|place| Metrics::show(place, metrics::about(&gathered, redactor)));
    let (running, mut ticked) = start(Arc::clone(&gathered.plan), stop, metrics.as_ref().map(Metrics::board));
    while let Some(point) = ticked.recv().await {
        // What is printed meanwhile stands above the line, not behind it.
        progress.clear(&mut env.stderr);
        outputs.event(&Event::LoadTick { interval_ms: INTERVAL, point }, &mut env.stdout);
        progress.tell(&point, env.screen.size().0, &mut env.stderr);
    }
    progress.clear(&mut env.stderr);
    let outcome = running.await.map_err(|error| format!("the load broke off: {error}"))??;
    if let Some(journey) = &gathered.journey
        && let Some(why) = journey.end(&crate::runner::Stop::default()).await
    {
        let _ = writeln!(env.stderr, "warning: teardown: {}", redactor.text(&why));
    }
    listener.abort();
    let interrupted = asked.load(std::sync::atomic::Ordering::SeqCst);
    let mut report =
        result::report(env, &gathered, outcome, (tool, fail_on, interrupted), redactor, &mut outputs);
    if let Some(earlier) = &earlier {
        earlier.compare(&mut report);
        redactor.report(&mut report);
    }
    drop(gathered);
    let unwritten = outputs.finish(&report, env);
    drop(metrics);
    for problem in &unwritten {
        let _ = writeln!(env.stderr, "error: {problem}");
    }
    Ok(match Exit::of(&report) {
        Exit::Success if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    })
}

/// Runs the load on threads of its own; its seconds come through a channel, and the figures so far go to the board.
fn start(
    plan: Arc<Plan>,
    stop: Stop,
    board: Option<Board>,
) -> (JoinHandle<Result<Outcome, String>>, UnboundedReceiver<LoadPoint>) {
    let (ticks, ticked) = unbounded_channel();
    let running = tokio::task::spawn_blocking(move || {
        load::run(&plan, &stop, &mut |news| match (news, &board) {
            (News::Second(point), _) => drop(ticks.send(*point)),
            (News::SoFar(so_far), Some(board)) => board.put(so_far.live()),
            (News::SoFar(_), None) => {}
        })
    });
    (running, ticked)
}

/// The first Ctrl-C ends the load once the answers under way are there, the second one at once.
async fn listen(mut signals: Signals, stop: Stop, asked: Arc<AtomicBool>) {
    loop {
        signals.next().await;
        asked.store(true, std::sync::atomic::Ordering::SeqCst);
        stop.ask();
    }
}

/// goose takes Ctrl-C for itself unless somebody has it already: then it hears of it from the wish to end.
fn before_goose(stop: Stop, asked: Arc<AtomicBool>) {
    let _ = ctrlc::set_handler(move || {
        asked.store(true, std::sync::atomic::Ordering::SeqCst);
        stop.ask();
    });
}

/// Says that what steps expect beside the contract is not looked at.
fn tell_expectations(env: &mut Env, gathered: &gather::Gathered, quiet: bool) {
    let expects = gathered.journey.iter().flat_map(|journey| journey.steps()).any(|step| step.expects);
    if expects && !quiet {
        let _ = writeln!(
            env.stderr,
            "note: under load answers are judged by the contract; what steps `expect` is not looked at"
        );
    }
}
