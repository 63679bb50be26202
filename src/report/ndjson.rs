//! Every event as one line of JSON.

use std::io::{self, Write};

use super::Reporter;
use crate::model::{Event, Report};

/// Writes each event as it comes; the last one carries the totals.
#[derive(Debug, Clone, Copy)]
pub struct NdJson;

impl Reporter for NdJson {
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        // One write a line, so that a reader of the pipe never sees half of one.
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        out.write_all(&line)
    }

    fn finish(&mut self, _: &Report, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
