//! `--arm` and `--verify`: the file between them, and the one request once the promise has come due.

use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use super::super::gather::Refusal;
use super::super::judge_log::tool;
use super::super::outputs::can_be;
use super::super::{rendered, runtime};
use super::task::{self, Probed};
use super::{End, finish, millis, options, redact};
use crate::cli::{Exit, LimitsArgs};
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::limits::armed::{self, Armed, file};
use crate::limits::log::{Head, Log};
use crate::limits::{Prober, Wire, judge};
use crate::redact::Redactor;
use crate::runner::Stop;

/// What cannot be armed or verified.
///
/// # Errors
/// There is no target that lives on.
pub(super) fn needs_target(args: &LimitsArgs) -> Result<(), String> {
    let flag = match (&args.arm, &args.verify) {
        (Some(_), _) => "--arm",
        (_, Some(_)) => "--verify",
        _ => return Ok(()),
    };
    match args.target {
        Some(_) => Ok(()),
        None => Err(format!(
            "`{flag}` needs --target: the reference server inside ends with this command, and its quota with it"
        )),
    }
}

/// Keeps the promise of the day, if there is one, and says when to come back.
///
/// # Errors
/// Why nothing was kept.
pub(super) fn keep(
    env: &mut Env,
    path: &Path,
    log: &Log,
    contract: Option<&Compiled>,
    redactor: &Redactor,
) -> Result<(), String> {
    let armed = armed::arm(log, contract).map_err(|why| format!("not armed: {why}"))?;
    let written = env.files.write_atomic(path, file::write(&armed).as_bytes());
    written.map_err(|error| format!("not armed: the state {} cannot be written: {error}", path.display()))?;
    let text = format!(
        "armed: key{} is promised to be served from {} on; then run this with --verify {} in place of --arm, and leave the key alone until then\n",
        armed.key,
        armed.due(),
        path.display()
    );
    let _ = write!(env.stderr, "{}", redactor.text(&text));
    Ok(())
}

/// Asks once whether the promise was true, if it has come due.
pub(super) async fn verify(
    env: &mut Env,
    args: &LimitsArgs,
    path: &Path,
    redactor: &Redactor,
) -> Result<Exit, Refusal> {
    let seed = args.seed.unwrap_or_else(runtime::fresh_seed);
    // The keys come first: whatever is shown from now on is shown without them.
    let mut probed = task::gather(env, args, seed, redactor).await?;
    let source = input::source(env.files.as_ref(), path).map_err(|mistake| *mistake)?;
    let armed = file::read(&source).map_err(|mistake| *mistake)?;
    fits(args, path, &armed, &mut probed)?;
    let targets = rendered::targets(&args.report, env.files.as_ref())?;
    if let Some(path) = &args.record {
        can_be(path, env.files.as_ref())?;
    }
    let wire = Wire::new(&probed.origin, &probed.task.authority, &options(env, args)?)?;
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis);
    let (mut log, end) = ask(&probed, armed, &wire, started).await;
    redact(&mut log, redactor);
    let judgement = judge(&log, probed.contract.as_ref());
    let mut report = judgement.report(tool(), args.fail_on.into(), end.cut());
    report.interrupted = end == End::Interrupted;
    Ok(finish(env, args, &log, &report, &targets, redactor))
}

/// Whether the command line is that of the state; the request is the state's.
fn fits(args: &LimitsArgs, path: &Path, armed: &Armed, probed: &mut Probed) -> Result<(), String> {
    let shown = path.display();
    if probed.origin != armed.origin {
        let (other, own) = (&armed.origin, &probed.origin);
        return Err(format!(
            "{shown} was armed at {other}, and the target is {own}; verify it there, or arm it anew here"
        ));
    }
    let request = &mut probed.task.request;
    let own = format!("{} {}", request.method, request.target);
    if args.request.is_some() && own != armed.request {
        return Err(format!(
            "{shown} was armed with {}, and the request is {own}; leave --request out, or name the same",
            armed.request
        ));
    }
    if usize::from(armed.key) > probed.task.keys.len() {
        return Err(format!(
            "{shown} was armed with key {}, and there are {}; give the same keys in the same order",
            armed.key,
            probed.task.keys.len()
        ));
    }
    let (method, target) = armed.call();
    method.clone_into(&mut request.method);
    target.clone_into(&mut request.target);
    probed.task.declared.daily = probed.task.declared.daily.or(armed.daily);
    Ok(())
}

/// Sends the one request, or nothing if it is too early.
async fn ask(probed: &Probed, armed: Armed, wire: &Wire, started_unix_ms: u64) -> (Log, End) {
    let task = &probed.task;
    let prober = Prober::new(wire, task);
    let stop = Stop::default();
    let listener = tokio::spawn(runtime::interrupt(stop.clone()));
    let end = if armed.wait(started_unix_ms).is_some() {
        End::Done
    } else {
        tokio::select! {
            () = prober.once_due(usize::from(armed.key.saturating_sub(1))) => End::Done,
            () = stop.interrupted() => End::Interrupted,
        }
    };
    listener.abort();
    let contract = probed.contract.as_ref().map(|contract| contract.contract.name.clone());
    let head = Head {
        target: probed.origin.clone(),
        request: armed.request.clone(),
        contract: contract.unwrap_or_default(),
        seed: task.seed,
        started_unix_ms,
        keys: task.keys.iter().map(|key| key.alias.clone()).collect(),
        declared: task.declared.clone(),
        armed: Some(armed),
        ..Head::default()
    };
    let log = prober.log(head, "interrupted");
    let cut = end.cut().map(str::to_owned).or(log.cut);
    (Log { cut, ..log }, end)
}
