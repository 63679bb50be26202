//! `tollgate load`: from arguments to an exit code.

mod earlier;
mod gather;
mod progress;
mod result;
mod scenario;

use std::io::Write;
use std::sync::Arc;

use self::earlier::Earlier;
use super::gather::Refusal;
use super::outputs::Outputs;
use super::{colour, runtime, width};
use crate::cli::{Exit, LoadArgs};
use crate::env::Env;
use crate::load::{self, Stop};
use crate::model::{Event, Report, Severity, Tool};
use crate::redact::Redactor;
use crate::report::Style;

/// Interval of the time series in milliseconds.
const INTERVAL: u64 = 1_000;

pub(super) fn run(env: &mut Env, args: &LoadArgs) -> Exit {
    runtime::run(env, args, execute)
}

async fn execute(env: &mut Env, args: &LoadArgs, redactor: &Redactor) -> Result<Exit, Refusal> {
    let earlier = args.compare.as_deref().map(|path| Earlier::read(env.files.as_ref(), path)).transpose()?;
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
    let asked = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let listener = tokio::spawn(listen(stop.clone(), Arc::clone(&asked)));
    let mut progress = progress::Progress::new(env.stderr_is_terminal && !args.quiet, &gathered.plan);
    let (ticks, mut ticked) = tokio::sync::mpsc::unbounded_channel();
    let plan = Arc::clone(&gathered.plan);
    let running = {
        let stop = stop.clone();
        tokio::task::spawn_blocking(move || {
            load::run(&plan, &stop, &mut |point| {
                let _ = ticks.send(*point);
            })
        })
    };
    while let Some(point) = ticked.recv().await {
        outputs.event(&Event::LoadTick { interval_ms: INTERVAL, point }, &mut env.stdout);
        progress.tell(&point, &mut env.stderr);
    }
    let outcome = running.await.map_err(|error| format!("the load broke off: {error}"))??;
    progress.clear(&mut env.stderr);
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
    for problem in &unwritten {
        let _ = writeln!(env.stderr, "error: {problem}");
    }
    Ok(match Exit::of(&report) {
        Exit::Success if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    })
}

/// The first Ctrl-C ends the load once the answers under way are there, the second one at once.
async fn listen(stop: Stop, asked: Arc<std::sync::atomic::AtomicBool>) {
    let Ok(mut signals) = super::signals::Signals::listen() else { return };
    loop {
        signals.next().await;
        asked.store(true, std::sync::atomic::Ordering::SeqCst);
        stop.ask();
    }
}
