//! `tollgate limits`: what it will cost, the probing, the verdicts.

mod armed;
mod records;
mod restart;
mod scenario;
mod self_test;
mod task;

pub(super) use records::Records;
pub(super) use scenario::{Probes, cost_of, may_load, probed};

use std::borrow::Cow;
use std::io::Write;
use std::time::{Duration, SystemTime};

use super::gather::Refusal;
use super::judge_log::{tell, tool};
use super::outputs::can_be;
use super::rendered::{self, Telling};
use super::{print, runtime};
use crate::cli::{Exit, LimitsArgs, ReportTarget};
use crate::env::Env;
use crate::limits::log::{Head, Log};
use crate::limits::{Measured, Plan, Prober, Task, Wire, file, judge, plan};
use crate::model::Report;
use crate::redact::Redactor;
use crate::runner::Stop;
use crate::transport;
use task::Probed;

pub(super) fn run(env: &mut Env, args: &LimitsArgs) -> Exit {
    runtime::run(env, args, execute)
}

async fn execute(env: &mut Env, args: &LimitsArgs, redactor: &Redactor) -> Result<Exit, Refusal> {
    if args.self_test {
        return self_test::run(env, args);
    }
    armed::needs_target(args)?;
    if let Some(path) = &args.verify {
        return armed::verify(env, args, path, redactor).await;
    }
    let seed = args.seed.unwrap_or_else(runtime::fresh_seed);
    let probed = task::gather(env, args, seed, redactor).await?;
    if args.dry_run {
        return dry_run(env, &probed);
    }
    let targets = rendered::targets(&args.report, env.files.as_ref())?;
    for path in args.record.iter().chain(&args.arm) {
        can_be(path, env.files.as_ref())?;
    }
    let options = options(env, args)?;
    let restart = args.restart_command.clone().map(restart::by);
    let wire = Wire::new(&probed.origin, &probed.task.authority, &options)?.restarted_by(restart);
    let started = SystemTime::now();
    let (mut log, end) = probe(env, args, &probed, &wire, redactor).await;
    log.head.started_unix_ms = started.duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis);
    redact(&mut log, redactor);
    drop(probed.server);
    if let End::Failed(why) = &end {
        let _ = writeln!(env.stderr, "error: {}", redactor.text(why));
    }
    let contract = probed.contract.as_ref();
    let kept = args.arm.as_ref().map(|path| armed::keep(env, path, &log, contract, redactor));
    let unarmed = kept.and_then(Result::err);
    let judgement = judge(&log, contract);
    let mut report = judgement.report(tool(), args.fail_on.into(), end.cut().or(unarmed.as_deref()));
    report.interrupted = end == End::Interrupted;
    Ok(finish(env, args, &log, &report, &targets, redactor))
}

/// Keeps the log where that is asked for, and writes the reports.
fn finish(
    env: &mut Env,
    args: &LimitsArgs,
    log: &Log,
    report: &Report,
    targets: &[ReportTarget],
    redactor: &Redactor,
) -> Exit {
    if let Some(path) = &args.record
        && let Err(error) = env.files.write_atomic(path, file::write(log).as_bytes())
    {
        let _ = writeln!(env.stderr, "error: the log {} cannot be written: {error}", path.display());
    }
    let telling = Telling { verbose: args.verbose, quiet: args.quiet, fail_on: args.fail_on };
    tell(env, targets, telling, report, redactor)
}

/// How the probing ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    Interrupted,
    /// The target cannot be probed.
    Failed(String),
}

impl End {
    /// Why it ended before its end.
    fn cut(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::Interrupted => Some("interrupted: judged as far as it came"),
            Self::Failed(why) => Some(why),
        }
    }
}

/// Sends what fits, says before what it costs, and stops when it is told to.
async fn probe(
    env: &mut Env,
    args: &LimitsArgs,
    probed: &Probed,
    wire: &Wire,
    redactor: &Redactor,
) -> (Log, End) {
    let stop = Stop::default();
    let listener = tokio::spawn(runtime::interrupt(stop.clone()));
    let quiet = args.quiet;
    let before = |plan: &Plan, limit, window| {
        if !quiet {
            let text = cost(plan, limit, window, &probed.origin);
            let _ = write!(env.stderr, "{}", redactor.text(&text));
        }
    };
    let name = probed.contract.as_ref().map(|contract| contract.contract.name.as_str());
    let probed = conduct(&probed.task, (&probed.origin, name.unwrap_or_default()), wire, &stop, before).await;
    listener.abort();
    probed
}

/// Probes until the end of the plan or an interruption. `before` hears of the plan before its first request; what a
/// target is and by which contract it is judged stands in the log.
async fn conduct(
    task: &Task,
    (origin, contract): (&str, &str),
    wire: &Wire,
    stop: &Stop,
    before: impl FnOnce(&Plan, u64, Duration),
) -> (Log, End) {
    let prober = Prober::new(wire, task);
    let work = async {
        prober.prepare().await?;
        let measured = prober.measured();
        let plan = plan(task, measured);
        before(&plan, measured.limit, measured.window);
        plan.worthwhile(task)?;
        prober.run(&plan).await;
        prober.unfit().map_or(Ok(()), Err)
    };
    let end = tokio::select! {
        outcome = work => outcome.map_or_else(End::Failed, |()| End::Done),
        () = stop.interrupted() => End::Interrupted,
    };
    let call = &task.request;
    let head = Head {
        target: origin.to_owned(),
        request: format!("{} {}", call.method, call.target),
        contract: contract.to_owned(),
        seed: task.seed,
        keys: task.keys.iter().map(|key| key.alias.clone()).collect(),
        declared: task.declared.clone(),
        ..Head::default()
    };
    let log = prober.log(head, "interrupted");
    let cut = end.cut().map(str::to_owned).or(log.cut);
    (Log { cut, ..log }, end)
}

fn cost(plan: &Plan, limit: u64, window: Duration, origin: &str) -> String {
    format!("probing {origin}, {limit} requests per {} s:\n{}", window.as_secs_f64(), plan.table())
}

fn dry_run(env: &mut Env, probed: &Probed) -> Result<Exit, Refusal> {
    let declared = &probed.task.declared;
    let (Some(limit), Some(window)) = (declared.limit, declared.window) else {
        let why = "what it costs follows from the limit, and nobody says it; add --limit, such as 60/60s";
        return Err(why.to_owned().into());
    };
    let plan =
        plan(&probed.task, Measured { limit, window, rtt: Duration::from_millis(1), multiplexed: true });
    let target = if probed.server.is_some() { "the reference server inside" } else { &probed.origin };
    Ok(print(env, &cost(&plan, limit, window, target)))
}

fn options(env: &Env, args: &LimitsArgs) -> Result<transport::Options, Refusal> {
    let mut ca_certificates = Vec::new();
    if let Some(path) = &args.cacert {
        let pem = env.files.read(path);
        ca_certificates
            .push(pem.map_err(|error| format!("the CA file {} cannot be read: {error}", path.display()))?);
    }
    Ok(transport::Options {
        insecure: args.insecure,
        ca_certificates,
        connect_timeout: args.connect_timeout,
        ..transport::Options::default()
    })
}

/// Takes keys out of what a server said, before anybody sees it.
fn redact(log: &mut Log, redactor: &Redactor) {
    let clean = |text: &mut String| {
        if let Cow::Owned(other) = redactor.text(text) {
            *text = other;
        }
    };
    clean(&mut log.head.request);
    for record in &mut log.records {
        clean(&mut record.target);
        record.headers.iter_mut().for_each(|(name, value)| {
            clean(name);
            clean(value);
        });
        record.error.as_mut().into_iter().for_each(clean);
        let text = String::from_utf8_lossy(&record.body);
        if let Cow::Owned(other) = redactor.text(&text) {
            record.body = other.into_bytes();
        }
    }
    log.undone.iter_mut().for_each(|(_, why)| clean(why));
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
