//! The load of a run as one HTML file: it loads nothing, and is read without scripts, on paper and on a phone.
//!
//! Every text goes through the template's own escaping; the page's policy lets nothing be loaded, and no script run but
//! its own. The same report makes the same bytes.

mod bounds;
mod chart;
mod comparison;
mod curve;
mod findings;
mod head;
mod health;
mod latency;
mod number;
mod outcome;
mod pace;
mod page;
mod path;
mod scale;
mod steps;
mod table;
mod throughput;
mod timeline;
mod waits;
mod windows;

use std::io::{self, Write};

use super::Reporter;
use crate::model::{Event, Report};

/// Writes the page once the run is over.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl Reporter for Html {
    fn event(&mut self, _: &Event, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(page::draw(report).as_bytes())
    }
}
