//! The whole report as one JSON document.

use std::io::{self, Write};

use super::Reporter;
use crate::model::{Event, Report};

/// Writes the report, indented, with a newline at its end, once the run is over.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Reporter for Json {
    fn event(&mut self, _: &Event, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        out.write_all(b"\n")
    }
}
