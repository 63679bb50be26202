//! Verdicts on rate limits as bytes: the table of their formats.

mod chart;
mod markdown;
mod terminal;

pub(super) use terminal::below_scenario;

use super::{Junit, MatrixFormat, Reporter};
use crate::model::Report;

/// Every format; to add one, write its file and its line here.
pub const LIMIT_FORMATS: &[MatrixFormat] = &[
    MatrixFormat {
        name: "terminal",
        doc: "a line a rule, failures with their evidence, the limiter, and a chart, for people",
        render: terminal::render,
    },
    MatrixFormat {
        name: "json",
        doc: "the versioned report with `limits`: verdicts, models, timeline, cost",
        render: |report, _| super::json::text(report),
    },
    MatrixFormat {
        name: "junit",
        doc: "JUnit XML: a test case for each rule",
        render: |report, _| junit(report),
    },
    MatrixFormat {
        name: "markdown",
        doc: "the verdicts in a table, failures with their evidence, for a page",
        render: |report, _| markdown::render(report),
    },
];

fn junit(report: &Report) -> String {
    let mut out = Vec::new();
    // A vector takes everything.
    let _ = Junit.finish(report, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
