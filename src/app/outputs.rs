//! Where reports go: each format with its reporter and its sink. What comes here has its secrets taken out.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::is_a_loss;
use crate::cli::ReportTarget;
use crate::env::{Env, Files};
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
    /// Whether people read it. Their text is searched for secrets once more at this last door; what programs read
    /// is not, since a secret that looks like a number or a verdict must not change those.
    for_people: bool,
    /// The file; none for stdout.
    path: Option<PathBuf>,
    /// What was reported and not yet written.
    pending: Vec<u8>,
    /// Why nothing more can be written.
    broken: Option<io::Error>,
}

impl Outputs {
    /// Opens the wanted reports. The terminal's comes with them unless another one has stdout.
    ///
    /// # Errors
    /// Two reports want stdout, or a path cannot be one of a file: said before anything is sent.
    pub(super) fn open(
        targets: &[ReportTarget],
        style: Style,
        redactor: Redactor,
        files: &dyn Files,
    ) -> Result<Self, String> {
        let to_stdout: Vec<_> = targets.iter().filter(|target| target.path.is_none()).collect();
        if let [first, second, ..] = to_stdout[..] {
            let (first, second) = (first.format, second.format);
            return Err(format!(
                "`{first}` and `{second}` both want stdout; give one of them a file: `{first}=FILE`"
            ));
        }
        targets
            .iter()
            .filter_map(|target| target.path.as_deref())
            .try_for_each(|path| can_be(path, files))?;
        let terminal = ReportTarget { format: "terminal", path: None };
        let implied = to_stdout.is_empty().then_some(&terminal);
        let mut outputs = Vec::new();
        for target in implied.into_iter().chain(targets) {
            let Some(format) = report::find(target.format) else { continue };
            let style = Style { colour: style.colour && target.path.is_none(), ..style };
            outputs.push(Output {
                reporter: (format.open)(style),
                for_people: format.name == terminal.format,
                path: target.path.clone(),
                pending: Vec::new(),
                broken: None,
            });
        }
        Ok(Self { outputs, redactor })
    }

    /// Hands an event to every report; what goes to stdout is written at once.
    pub(super) fn event(&mut self, event: &Event, stdout: &mut dyn Write) {
        for output in &mut self.outputs {
            let _ = output.reporter.event(event, &mut output.pending);
            if output.path.is_none() {
                output.write(&self.redactor, stdout);
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
                    output.write(&self.redactor, &mut env.stdout);
                    if let Some(error) = output.broken.take().filter(is_a_loss) {
                        problems.push(format!("stdout cannot be written: {error}"));
                    }
                }
                Some(path) => {
                    let bytes = output.bytes(&self.redactor);
                    if let Err(error) = env.files.write_atomic(path, &bytes) {
                        problems.push(format!("the report {} cannot be written: {error}", path.display()));
                    }
                }
            }
        }
        problems
    }
}

impl Output {
    /// What is to be written.
    fn bytes(&self, redactor: &Redactor) -> Cow<'_, [u8]> {
        if !self.for_people {
            return Cow::Borrowed(&self.pending);
        }
        Cow::Owned(redactor.text(&String::from_utf8_lossy(&self.pending)).into_owned().into_bytes())
    }

    /// Moves text on. After the first failure nothing more is written: half a report behind a gap would be worse
    /// than none.
    fn write(&mut self, redactor: &Redactor, out: &mut dyn Write) {
        if self.broken.is_none() && !self.pending.is_empty() {
            let written = out.write_all(&self.bytes(redactor)).and_then(|()| out.flush());
            self.broken = written.err();
        }
        self.pending.clear();
    }
}

/// Whether a file can be written at a path, as far as can be seen without touching it.
pub(super) fn can_be(path: &Path, files: &dyn Files) -> Result<(), String> {
    let shown = path.display();
    if files.is_folder(path) {
        return Err(format!("the report {shown} cannot be written: it is a folder; name a file in it"));
    }
    let in_the_way = path.ancestors().skip(1).find(|above| files.exists(above) && !files.is_folder(above));
    match in_the_way {
        Some(file) => {
            Err(format!("the report {shown} cannot be written: {} is a file, not a folder", file.display()))
        }
        None => Ok(()),
    }
}
