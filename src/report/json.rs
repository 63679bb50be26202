//! The whole report as one JSON document.

use std::io::{self, Write};

use super::Reporter;
use crate::model::{Event, Report};

/// The report, indented, with a newline at its end.
pub(super) fn text(report: &Report) -> String {
    // A report is made of texts, numbers and lists; there is nothing in it that JSON cannot hold.
    serde_json::to_string_pretty(report).map(|text| text + "\n").unwrap_or_default()
}

/// Writes the report, indented, with a newline at its end, once the run is over.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Reporter for Json {
    fn event(&mut self, _: &Event, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(text(report).as_bytes())
    }
}
