//! The report of an earlier load, read to be compared with.

use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use super::super::gather::Refusal;
use crate::env::Files;
use crate::load;
use crate::model::{Diagnostic, Report};

/// Largest report that is read, in bytes; the longest run writes some ten of them.
const LARGEST: usize = 32 << 20;
/// What to do about a file that is no such report.
const HELP: &str = "name a file that `tollgate load --report json=FILE` wrote";

/// An earlier run.
pub(super) struct Earlier {
    file: String,
    report: Report,
}

/// What tells a report of a load from others, whatever else has changed.
#[derive(Deserialize)]
struct Head {
    version: u64,
    kind: String,
}

impl Earlier {
    /// Reads a report.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or is no report of a load that this program knows.
    pub(super) fn read(files: &dyn Files, path: &Path) -> Result<Self, Refusal> {
        let file = path.display().to_string();
        let refused = |title: String| Refusal::from(Diagnostic::file(&file, title).with_help(HELP));
        let too_large = || format!("the report is larger than {} MiB", LARGEST >> 20);
        let bytes = files.read(path).map_err(|error| match error.kind() {
            ErrorKind::FileTooLarge => refused(too_large()),
            _ => refused(format!("the report of the earlier load cannot be read: {error}")),
        })?;
        if bytes.len() > LARGEST {
            return Err(refused(too_large()));
        }
        let head: Head = serde_json::from_slice(&bytes)
            .map_err(|error| refused(format!("this is no JSON report of tollgate: {error}")))?;
        let (read, known) = (head.version, u64::from(Report::VERSION));
        if read != known {
            let help = "make the earlier run again with this version of tollgate";
            let title = format!("the report is of version {read}, and this program reads version {known}");
            return Err(Diagnostic::file(&file, title).with_help(help).into());
        }
        if head.kind != "load" {
            let kind = head.kind.chars().take(40).collect::<String>();
            return Err(refused(format!("this is a report of `tollgate {kind}`, and none of a load")));
        }
        let report: Report = serde_json::from_slice(&bytes)
            .map_err(|error| refused(format!("this is no whole report of a load: {error}")))?;
        if report.load.is_none() {
            return Err(refused("this report says what was loaded, and not what was measured".to_owned()));
        }
        Ok(Self { file, report })
    }

    /// Puts the comparison into the report of this run.
    pub(super) fn compare(&self, now: &mut Report) {
        let comparison = load::compare(&self.file, &self.report, now);
        if let Some(load) = &mut now.load {
            load.compare = comparison.map(Box::new);
        }
    }
}
