//! Where reports go: each format with its reporter and its sink, secrets taken out on the way.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::cli::ReportTarget;
use crate::env::Env;
use crate::model::{Event, Report};
use crate::redact::Redactor;
use crate::report::{self, Reporter, Style};

/// The reports of a run.
pub(super) struct Outputs {
    outputs: Vec<Output>,
    redactor: Redactor,
}

struct Output {
    reporter: Box<dyn Reporter>,
    /// The file; none for stdout.
    path: Option<PathBuf>,
    /// What was reported and not yet written.
    pending: Vec<u8>,
}

impl Outputs {
    /// Opens the wanted reports. The terminal's comes with them unless another one has stdout.
    pub(super) fn open(targets: &[ReportTarget], style: Style, redactor: Redactor) -> Result<Self, String> {
        let to_stdout: Vec<_> = targets.iter().filter(|target| target.path.is_none()).collect();
        if let [first, second, ..] = to_stdout[..] {
            let (first, second) = (first.format, second.format);
            return Err(format!(
                "`{first}` and `{second}` both want stdout; give one of them a file: `{first}=FILE`"
            ));
        }
        let terminal = ReportTarget { format: "terminal", path: None };
        let implied = to_stdout.is_empty().then_some(&terminal);
        let mut outputs = Vec::new();
        for target in implied.into_iter().chain(targets) {
            let Ok(format) = report::find(target.format) else { continue };
            let style = Style { colour: style.colour && target.path.is_none(), ..style };
            outputs.push(Output {
                reporter: (format.open)(style),
                path: target.path.clone(),
                pending: Vec::new(),
            });
        }
        Ok(Self { outputs, redactor })
    }

    /// Hands an event to every report; what goes to stdout is written at once.
    pub(super) fn event(&mut self, event: &Event, stdout: &mut dyn Write) {
        for output in &mut self.outputs {
            let _ = output.reporter.event(event, &mut output.pending);
            if output.path.is_none() {
                let _ = write_clean(&self.redactor, &mut output.pending, stdout);
            }
        }
    }

    /// Ends every report and writes the files, each whole or not at all.
    ///
    /// # Errors
    /// One message for each file that could not be written.
    pub(super) fn finish(mut self, report: &Report, env: &mut Env) -> Vec<String> {
        let mut problems = Vec::new();
        for output in &mut self.outputs {
            let _ = output.reporter.finish(report, &mut output.pending);
            match &output.path {
                None => {
                    let _ = write_clean(&self.redactor, &mut output.pending, &mut env.stdout);
                }
                Some(path) => {
                    let mut clean = Vec::with_capacity(output.pending.len());
                    let written = write_clean(&self.redactor, &mut output.pending, &mut clean)
                        .and_then(|()| env.files.write_atomic(path, &clean));
                    if let Err(error) = written {
                        problems.push(format!("the report {} cannot be written: {error}", path.display()));
                    }
                }
            }
        }
        problems
    }
}

/// Moves text on, secrets taken out. Findings come without them already; this is the last door.
fn write_clean(redactor: &Redactor, pending: &mut Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
    if pending.is_empty() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(pending);
    out.write_all(redactor.text(&text).as_bytes())?;
    pending.clear();
    out.flush()
}
