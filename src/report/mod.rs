//! Turns events and the report into bytes: the table of formats.

mod baseline;
mod cause;
mod clean;
mod comparison;
mod diagnostic;
mod diff;
mod finding;
mod fold;
mod html;
mod json;
mod junit;
mod limits;
mod load;
mod matrix;
mod metrics;
mod ndjson;
mod paint;
mod review;
mod schema;
mod summary;
mod terminal;
mod words;

use std::io::{self, Write};

use crate::model::{Event, Kind, Report, Severity};

pub use cause::Causes;
pub use clean::harmless;
pub use diagnostic::{render, snippet};
pub use diff::{columns, diff};
pub use fold::Fold;
pub use html::Html;
pub use json::Json;
pub use junit::Junit;
pub use limits::LIMIT_FORMATS;
pub use matrix::{MATRIX_FORMATS, MatrixFormat};
pub use metrics::{About, METRICS_TYPE, metrics};
pub use ndjson::NdJson;
pub use review::{Pending, View, fitting, help, keys, last_page, outcome, tally};
pub use schema::schema;
pub use terminal::Terminal;
pub use words::count;

/// How the terminal report is to look; the machine formats take no notice of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write colours.
    pub colour: bool,
    /// Columns to wrap lists at.
    pub width: usize,
    /// Whether every step and every note is shown.
    pub verbose: bool,
    /// Whether only failures, doubts and the verdict are shown.
    pub quiet: bool,
    /// The lowest severity that fails the run: what failed it is shown in any case.
    pub fail_on: Severity,
}

impl Style {
    /// Whether findings of this severity are only counted.
    fn leaves_out(self, severity: Severity) -> bool {
        severity == Severity::Note && !self.verbose && self.fail_on > Severity::Note
    }
}

/// One output of a run. Events come in input order; bytes go to whatever `out` is, flushed by the caller.
pub trait Reporter: Send {
    /// Takes notice of an event.
    ///
    /// # Errors
    /// What `out` says.
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what there is to say about the whole; called once, after the last event.
    ///
    /// # Errors
    /// What `out` says.
    fn finish(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()>;
}

/// A format that `--report` knows.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line for `--help` and the docs, lower case, no full stop.
    pub doc: &'static str,
    /// The commands that write it, by the kind of their report.
    pub kinds: &'static [Kind],
    /// Makes a reporter that writes it.
    pub open: fn(Style) -> Box<dyn Reporter>,
}

/// The commands that write reports from events.
const ALL: &[Kind] = &[Kind::Run, Kind::Load];

/// Every format; to add one, write its file and its line here.
pub const FORMATS: &[Format] = &[
    Format {
        name: "terminal",
        doc: "one line a scenario, findings with source lines, and a summary, for people",
        kinds: ALL,
        open: |style| Box::new(Terminal::new(style)),
    },
    Format {
        name: "json",
        doc: "the whole versioned report as one JSON document (schemas/report.schema.json)",
        kinds: ALL,
        open: |_| Box::new(Json),
    },
    Format {
        name: "ndjson",
        doc: "one JSON object a line for each event, while the run goes on",
        kinds: ALL,
        open: |_| Box::new(NdJson),
    },
    Format {
        name: "junit",
        doc: "JUnit XML: a suite for each scenario, a test case for each step",
        kinds: ALL,
        open: |_| Box::new(Junit),
    },
    Format {
        name: "html",
        doc: "one page with charts for people, in one file that loads nothing",
        kinds: &[Kind::Load],
        open: |_| Box::new(Html),
    },
];

/// The format of that name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_docs_are_fragments() {
        for (index, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS[..index].iter().all(|other| other.name != format.name), "{} twice", format.name);
            assert!(!format.doc.is_empty() && !format.doc.ends_with('.'), "{}", format.name);
        }
    }
}
