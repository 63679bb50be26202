//! `tollgate mutants`: the kill matrix of a suite.

use std::io::Write;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::gather::Refusal;
use super::rendered::{self, Telling};
use super::runtime;
use super::suite::{Against, Suite, Wanted};
use crate::cli::{Exit, MutantsArgs};
use crate::env::Env;
use crate::model::{Report, Tool, Verdict};
use crate::mutants::{self, Settings};
use crate::redact::Redactor;
use crate::reference::{self, Defect};
use crate::report::MATRIX_FORMATS;
use crate::runner::Stop;
use crate::spelling::nearest;
use crate::template::Engine;
use crate::transport::{Http, Options, Transport};

pub(super) fn run(env: &mut Env, args: &MutantsArgs) -> Exit {
    runtime::run(env, args, execute)
}

async fn execute(env: &mut Env, args: &MutantsArgs, redactor: &Redactor) -> Result<Exit, Refusal> {
    let (chosen, left_out) = chosen(args)?;
    let engine = Engine::new(args.seed, SystemTime::now);
    let wanted = Wanted {
        args: &args.suite,
        pack: &args.pack,
        against: Against::Reference,
        seed: args.seed,
        engine: &engine,
        redactor,
    };
    let (suite, ()) = Suite::open(env, &wanted, |_, _| Ok(()))?;
    if !args.quiet {
        suite.tell(env, redactor);
        if left_out > 0 {
            let _ = writeln!(
                env.stderr,
                "note: left out: {left_out} defects that only `tollgate limits` can see"
            );
        }
    }
    let defects = mutants::met_by(&suite.contracts, &chosen)?;
    let outputs = rendered::targets(&args.report, env.files.as_ref())?;
    let catalogues = suite.catalogues();
    let Suite { plan, contracts, variables, .. } = suite;
    let suite = mutants::Suite {
        plan,
        contracts,
        catalogues,
        variables,
        files: Arc::clone(&env.files),
        redactor: redactor.clone(),
        clock: SystemTime::now,
        monotonic: Instant::now,
        transport,
        tool: Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
    };
    let settings = Settings {
        jobs: args.jobs.into(),
        fail_on: args.fail_on.into(),
        clean_runs: args.clean_runs,
        timeout: args.timeout,
        longest_wait: args.max_wait,
        seed: args.seed,
    };
    let stop = Stop::default();
    let listener = tokio::spawn(runtime::interrupt(stop.clone()));
    let shown = env.stderr_is_terminal && !args.quiet;
    let stderr = &mut env.stderr;
    let progress = |done: usize, total: usize| {
        if shown {
            let end = if done == total { "\r\u{1b}[K" } else { "" };
            let _ = write!(stderr, "\r{done} of {total} runs{end}");
            let _ = stderr.flush();
        }
    };
    let report = mutants::report(suite, &defects, &settings, &stop, progress).await?;
    listener.abort();
    let telling = Telling { verbose: args.verbose, quiet: args.quiet, fail_on: args.fail_on };
    let unwritten = rendered::write(env, MATRIX_FORMATS, &outputs, telling, &report, redactor);
    for problem in &unwritten {
        let _ = writeln!(env.stderr, "error: {problem}");
    }
    Ok(match exit(&report, args.min_score) {
        Exit::Success if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    })
}

/// The defects that the flags leave, and how many of them are left out because no suite can see them.
fn chosen(args: &MutantsArgs) -> Result<(Vec<&'static Defect>, usize), String> {
    let all = reference::defects();
    let unknown = |what: &str, word: &str, names: &mut dyn Iterator<Item = &'static str>| {
        let hint = match nearest(word, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tollgate serve --defects` lists them".to_owned(),
        };
        format!("no {what} `{word}`; {hint}")
    };
    for id in &args.defect {
        let defect = reference::find_defect(id)
            .ok_or_else(|| unknown("defect", id, &mut all.iter().map(|defect| defect.id)))?;
        if defect.is_for_limits_only() {
            return Err(format!(
                "`{id}` shows in no single answer: only `tollgate limits` can see it; leave it out"
            ));
        }
    }
    for family in &args.family {
        if !all.iter().any(|defect| defect.family == family) {
            return Err(unknown("family of defects", family, &mut all.iter().map(|defect| defect.family)));
        }
    }
    let wanted = |defect: &&&'static Defect| {
        let everything = args.defect.is_empty() && args.family.is_empty();
        everything
            || args.defect.iter().any(|id| id == defect.id)
            || args.family.iter().any(|name| name == defect.family)
    };
    let (left_out, chosen) =
        all.iter().filter(wanted).copied().partition::<Vec<_>, _>(|defect| defect.is_for_limits_only());
    Ok((chosen, left_out.len()))
}

fn transport() -> Result<Box<dyn Transport>, String> {
    Ok(Box::new(Http::new(&Options::default())?))
}

/// A suite that raises false alarms fails, whatever its score.
fn exit(report: &Report, min_score: Option<f64>) -> Exit {
    let Some(matrix) = &report.matrix else { return Exit::Inconclusive };
    match report.summary.verdict {
        _ if report.interrupted => Exit::Interrupted,
        _ if !matrix.false_alarms.is_empty() => Exit::Failed,
        Verdict::Fail => Exit::Failed,
        Verdict::Inconclusive | Verdict::Skipped => Exit::Inconclusive,
        Verdict::Pass if min_score.is_some_and(|least| matrix.score < least) => Exit::Failed,
        Verdict::Pass => Exit::Success,
    }
}
