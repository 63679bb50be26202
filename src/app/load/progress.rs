//! The line on a terminal that tells how a load goes on.

use std::io::Write;

use crate::load::Plan;
use crate::model::LoadPoint;

/// The line.
pub(super) struct Progress {
    shown: bool,
    seconds: u64,
    sent: u64,
}

impl Progress {
    pub(super) fn new(shown: bool, plan: &Plan) -> Self {
        Self { shown, seconds: plan.schedule.length().as_secs(), sent: 0 }
    }

    /// Writes the line anew.
    pub(super) fn tell(&mut self, point: &LoadPoint, out: &mut dyn Write) {
        let counts = &point.counts;
        self.sent += counts.sent;
        if !self.shown {
            return;
        }
        let mut line = format!(
            "{:>4} of {} s  {} sent  {}/s: {} admitted, {} throttled, {} error",
            point.at_ms / 1_000 + 1,
            self.seconds,
            self.sent,
            counts.sent,
            counts.admitted,
            counts.throttled,
            counts.error
        );
        let rare = [
            (counts.contract_broken, "broken"),
            (counts.transport, "failed"),
            (counts.dropped, "dropped"),
            (counts.missed, "missed"),
        ];
        for (count, word) in rare.into_iter().filter(|(count, _)| *count > 0) {
            line.push_str(&format!(", {count} {word}"));
        }
        line.push_str(&format!("  p99 {:.1} ms", point.p99_us as f64 / 1e3));
        let _ = write!(out, "\r\x1b[2K{line}");
        let _ = out.flush();
    }

    /// Takes the line away.
    pub(super) fn clear(&self, out: &mut dyn Write) {
        if self.shown {
            let _ = write!(out, "\r\x1b[2K");
            let _ = out.flush();
        }
    }
}
