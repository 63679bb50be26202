//! One run of the suite against one server, which lives as long as the run.

use std::sync::Arc;
use std::time::Duration;

use super::seen::Seen;
use super::{Settings, Suite};
use crate::model::{Event, Severity};
use crate::reference::{self, Defect, Options};
use crate::runner::{self, Runner, Stop};
use crate::template::Engine;

/// The servers' limits take no notice of shorter gaps: how fast the machine is must not show in the matrix. Who waits
/// as told waits a second at least.
const SHORTEST_GAP: Duration = Duration::from_millis(700);

/// Runs the suite. Its scenarios go one after the other: a fault of every third answer then strikes the same
/// answers in every run.
///
/// # Errors
/// Why the server or the client cannot be had.
pub(super) async fn run(
    suite: &Suite,
    defect: Option<&'static Defect>,
    settings: &Settings,
    stop: &Stop,
) -> Result<Seen, String> {
    let server = reference::start(Options { defect, shortest_gap: SHORTEST_GAP, ..Options::default() }).await;
    let server = server.map_err(|error| error.to_string())?;
    let settings = runner::Settings {
        target: server.origin(),
        jobs: 1,
        // What a clean server must not have.
        fail_on: Severity::Warning,
        fail_fast: false,
        repeat: 1,
        timeout: settings.timeout,
        longest_wait: settings.longest_wait,
        seed: settings.seed,
        baseline: None,
        // Judged is what rules and expectations see: any change of an answer would count otherwise.
        snapshots: runner::Snapshots::Off,
    };
    let runner = Runner::new(
        (suite.transport)()?,
        suite.contracts.clone(),
        Engine::new(settings.seed, suite.clock),
        suite.redactor.clone(),
        Arc::clone(&suite.files),
        Arc::clone(&suite.variables),
        settings,
    );
    let mut seen = if defect.is_some() { Seen::of_defect() } else { Seen::of_clean(suite) };
    let mut emit = |event: &Event| seen.event(event);
    Arc::new(runner).run(suite.plan.clone(), stop.clone(), &mut emit).await;
    drop(server);
    Ok(seen)
}
