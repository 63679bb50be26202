//! Reports that are made at the end from the whole: the kill matrix, and verdicts on rate limits.

use super::outputs::can_be;
use super::{colour, print, width};
use crate::cli::{Exit, FailOn, ReportTarget};
use crate::env::{Env, Files};
use crate::model::{Report, Severity};
use crate::redact::Redactor;
use crate::report::{MatrixFormat, Style};

/// The reports to write; the terminal's comes with them unless another one has stdout.
///
/// # Errors
/// Two reports want stdout, or a path cannot be one of a file.
pub(super) fn targets(targets: &[ReportTarget], files: &dyn Files) -> Result<Vec<ReportTarget>, String> {
    targets.iter().filter_map(|target| target.path.as_deref()).try_for_each(|path| can_be(path, files))?;
    let to_stdout = targets.iter().filter(|target| target.path.is_none()).count();
    if to_stdout > 1 {
        return Err("two reports want stdout; give one of them a file: `--report json=FILE`".to_owned());
    }
    let terminal = (to_stdout == 0).then_some(ReportTarget { format: "terminal", path: None });
    Ok(terminal.into_iter().chain(targets.iter().cloned()).collect())
}

/// How much of a report is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling {
    /// `--verbose`.
    pub(super) verbose: bool,
    /// `--quiet`.
    pub(super) quiet: bool,
    /// `--fail-on`.
    pub(super) fail_on: FailOn,
}

/// Writes every report; what could not be written is told.
pub(super) fn write(
    env: &mut Env,
    formats: &[MatrixFormat],
    targets: &[ReportTarget],
    telling: Telling,
    report: &Report,
    redactor: &Redactor,
) -> Vec<String> {
    let mut problems = Vec::new();
    for target in targets {
        let Some(format) = formats.iter().find(|format| format.name == target.format) else {
            continue;
        };
        let style = Style {
            colour: target.path.is_none() && colour(env, env.stdout_is_terminal),
            width: width(env),
            verbose: telling.verbose,
            quiet: telling.quiet,
            fail_on: Severity::from(telling.fail_on),
        };
        let text = (format.render)(report, style);
        // As for a run: what programs read had its secrets taken out field by field.
        let text = if format.name == "json" { text } else { redactor.text(&text).into_owned() };
        match &target.path {
            None => {
                if print(env, &text) != Exit::Success {
                    problems.push("the report is not whole".to_owned());
                }
            }
            Some(path) => {
                if let Err(error) = env.files.write_atomic(path, text.as_bytes()) {
                    problems.push(format!("the report {} cannot be written: {error}", path.display()));
                }
            }
        }
    }
    problems
}
