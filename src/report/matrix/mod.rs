//! The kill matrix as bytes: the table of its formats.

mod markdown;
mod tally;
mod terminal;

use super::Style;
use crate::model::Report;

/// A format of the kill matrix.
#[derive(Debug)]
pub struct MatrixFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line for the docs, lower case, no full stop.
    pub doc: &'static str,
    /// Writes the matrix of a report that has one.
    pub render: fn(&Report, Style) -> String,
}

/// Every format; to add one, write its file and its line here.
pub const MATRIX_FORMATS: &[MatrixFormat] = &[
    MatrixFormat {
        name: "terminal",
        doc: "what was missed, a line a family, and the score, for people",
        render: terminal::render,
    },
    MatrixFormat {
        name: "json",
        doc: "the versioned report of the clean run, with `score`, `mutants` and `false_alarms`",
        render: |report, _| super::json::text(report),
    },
    MatrixFormat {
        name: "markdown",
        doc: "every defect in a table a family, for a page",
        render: |report, _| markdown::render(report),
    },
];
