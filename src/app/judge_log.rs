//! `tollgate judge`: the verdicts of a recorded probe once more, from its log.

use std::io::Write;

use super::rendered::{self, Telling};
use super::{refuse, show_mistakes};
use crate::cli::{Exit, JudgeArgs, ReportTarget};
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::limits::{file, judge};
use crate::model::{Diagnostic, Report, Tool};
use crate::redact::Redactor;
use crate::report::LIMIT_FORMATS;

pub(super) fn run(env: &mut Env, args: &JudgeArgs) -> Exit {
    let targets = match rendered::targets(&args.report, env.files.as_ref()) {
        Ok(targets) => targets,
        Err(why) => return refuse(env, &why),
    };
    let source = match input::source(env.files.as_ref(), &args.file) {
        Ok(source) => source,
        Err(mistake) => return show_mistakes(env, &[*mistake]),
    };
    let loaded = match file::read(&source) {
        Ok(loaded) => loaded,
        Err(mistake) => return show_mistakes(env, &[*mistake]),
    };
    let contract = match contract(env, args, &loaded.log.head.contract) {
        Ok(contract) => contract,
        Err(mistakes) => return show_mistakes(env, &mistakes),
    };
    if let Some(cut) = &loaded.cut {
        let _ = writeln!(
            env.stderr,
            "warning: {}: {cut}; what is there is judged, and cannot pass",
            args.file.display()
        );
    }
    let judgement = judge(&loaded.log, contract.as_ref());
    let telling = Telling { verbose: args.verbose, quiet: args.quiet, fail_on: args.fail_on };
    let report = judgement.report(tool(), args.fail_on.into(), loaded.cut.as_deref());
    tell(env, &targets, telling, &report, &Redactor::new())
}

/// The contract that is named on the command line, or else in the log; one that only the log names may be gone.
fn contract(env: &mut Env, args: &JudgeArgs, named: &str) -> Result<Option<Compiled>, Vec<Diagnostic>> {
    let name = match (&args.contract, named) {
        (Some(name), _) => name.as_str(),
        (None, "") => return Ok(None),
        (None, name) => name,
    };
    match input::contract(env.files.as_ref(), name) {
        Ok(found) => Ok(Some(found.contract)),
        Err(mistakes) if args.contract.is_some() => Err(mistakes),
        Err(_) => {
            let _ = writeln!(
                env.stderr,
                "warning: the contract `{name}` of the log is not here; rules that need it are skipped: give it with --contract"
            );
            Ok(None)
        }
    }
}

/// Who writes the report.
pub(super) fn tool() -> Tool {
    Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// Writes the reports and chooses the exit code.
pub(super) fn tell(
    env: &mut Env,
    targets: &[ReportTarget],
    telling: Telling,
    report: &Report,
    redactor: &Redactor,
) -> Exit {
    let unwritten = rendered::write(env, LIMIT_FORMATS, targets, telling, report, redactor);
    for problem in &unwritten {
        let _ = writeln!(env.stderr, "error: {problem}");
    }
    match Exit::of(report) {
        Exit::Success if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    }
}
