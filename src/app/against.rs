//! `--against`: the other target's answers, gathered before the run that is compared with them.

use std::io::Write;
use std::sync::Arc;

use crate::env::Env;
use crate::model::{Event, FindingCounts};
use crate::plan::Plan;
use crate::report::count;
use crate::runner::{Answers, Runner, Stop};

/// Runs the plan on the other target. Its findings are counted, not reported.
pub(super) async fn gather(
    env: &mut Env,
    runner: Runner,
    plan: Plan,
    answers: &Arc<Answers>,
    quiet: bool,
    stop: &Stop,
) {
    let target = runner.redactor.url(&runner.settings.target);
    if !quiet {
        let _ = writeln!(env.stderr, "first {target}, then the comparison with it");
    }
    let mut found = FindingCounts::default();
    let mut unanswered = None;
    Arc::new(runner)
        .run(plan, stop.clone(), |event| {
            if let Event::StepFinished { step, findings, .. } = event {
                findings.iter().for_each(|finding| found.add(finding.severity, finding.count));
                unanswered = unanswered.take().or_else(|| step.reason.clone());
            }
        })
        .await;
    if !quiet {
        let why =
            unanswered.filter(|_| answers.count() == 0).map(|why| format!(": {why}")).unwrap_or_default();
        let _ = writeln!(
            env.stderr,
            "{target}: {}{why}, {} and {} of its own",
            count(answers.count() as u64, "answer"),
            count(found.error, "error"),
            count(found.warning, "warning"),
        );
    }
}
