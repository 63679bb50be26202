//! What every command that sends requests needs: threads, Ctrl-C, and a seed when none is given.

use std::num::NonZero;
use std::time::{Duration, SystemTime};

use tokio::runtime::Runtime;

use super::gather::Refusal;
use super::pulse::Pulse;
use super::signals::Signals;
use super::{refuse, refused};
use crate::cli::Exit;
use crate::env::Env;
use crate::redact::Redactor;
use crate::runner::Stop;

/// Threads for requests; more would only fight with each other. There are two at least, since one may be kept busy
/// by a single server.
const MOST_THREADS: usize = 8;

/// Runs a command that sends requests to its end. What it refuses is shown without the secrets it knows.
pub(super) fn run<A>(
    env: &mut Env,
    args: &A,
    command: impl AsyncFnOnce(&mut Env, &A, &Redactor) -> Result<Exit, Refusal>,
) -> Exit {
    let runtime = match start() {
        Ok(runtime) => runtime,
        Err(why) => return refuse(env, &why),
    };
    let _pulse = Pulse::start(runtime.handle().clone());
    let redactor = Redactor::new();
    let exit = runtime.block_on(async {
        match command(env, args, &redactor).await {
            Ok(exit) => exit,
            Err(refusal) => refused(env, refusal, &redactor),
        }
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
    exit
}

/// Starts the threads.
fn start() -> Result<Runtime, String> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).clamp(2, MOST_THREADS);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    runtime.map_err(|error| format!("the runtime cannot start: {error}"))
}

/// Passes the wish to end on, as long as what it returns is kept; from now on no signal ends the process by itself.
pub(super) fn listen(stop: Stop) -> Result<Runtime, String> {
    let runtime = start()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::listen().map_err(|error| format!("signals cannot be received: {error}"))?
    };
    runtime.spawn(async move {
        signals.asked().await;
        stop.interrupt();
    });
    Ok(runtime)
}

/// The first Ctrl-C ends the run with its reports, the second one does not even wait for teardown.
pub(super) async fn interrupt(stop: Stop) {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        loop {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            stop.interrupt();
        }
    }
    while tokio::signal::ctrl_c().await.is_ok() {
        stop.interrupt();
    }
}

/// A seed that differs from run to run, short enough to type.
pub(super) fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos() ^ std::process::id()) ^ (now.as_secs() & 0xffff_ffff)
}
