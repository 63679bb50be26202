//! What one thread counts: the second under way, and the whole so far.

use std::sync::mpsc::Sender;

use super::tally::{Slice, Tally};
use super::verdicts::{Seen, Verdicts};
use crate::model::{LoadCounts, LoadOutcome, TransportError, TransportErrorKind};

pub(super) const SECOND: u64 = 1_000_000_000;
/// What a send may be late and not be called so, in nanoseconds.
const ON_TIME: u64 = 1_000_000;

/// A request under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) step: usize,
    /// When it was to be sent, in nanoseconds since the start.
    pub(super) intended: u64,
    /// When it was sent.
    pub(super) sent: u64,
    /// Whether an answer had told to wait longer.
    pub(super) early: bool,
}

/// The counts of one thread.
pub(super) struct Ledger {
    slice: Slice,
    width: u64,
    out: Sender<Slice>,
    pub(super) tally: Tally,
}

impl Ledger {
    /// Nothing is counted yet. Seconds go out over the channel, flows as wide as `width` nanoseconds.
    pub(super) fn new(number: usize, steps: usize, (out, width): (Sender<Slice>, u64)) -> Self {
        Self { slice: Slice::new(number, 0, width), width, out, tally: Tally::new(steps) }
    }

    /// Hands over the second that is over.
    pub(super) fn turn(&mut self, now: u64, under_way: u64, verdicts: &Verdicts) {
        let second = now / SECOND;
        if second > self.slice.second {
            let fresh = Slice::new(self.slice.worker, second, self.width);
            let mut done = std::mem::replace(&mut self.slice, fresh);
            self.slice.in_flight_max = under_way;
            (done.in_flight, done.findings) = (under_way, verdicts.by_rule());
            // Nobody listens any more: then the run is over in any case.
            let _ = self.out.send(done);
        }
    }

    /// Counts a request that is being sent.
    pub(super) fn sent(&mut self, flight: Flight) {
        let late = flight.sent - flight.intended;
        let is_late = u64::from(late > ON_TIME);
        self.slice.counts.sent += 1;
        self.slice.counts.late += is_late;
        self.slice.flows.at(flight.sent).sent += 1;
        self.tally.lateness.add(late);
        self.tally.early += u64::from(flight.early);
        let own = self.of_step(flight.step);
        own.sent += 1;
        own.late += is_late;
    }

    /// Notes how many requests are under way, one more than before.
    pub(super) fn under_way(&mut self, count: u64) {
        self.slice.in_flight_max = self.slice.in_flight_max.max(count);
    }

    /// Counts a send whose time had passed.
    pub(super) fn missed(&mut self, step: usize) {
        self.slice.counts.missed += 1;
        self.of_step(step).missed += 1;
    }

    /// Counts a send for which no connection was left.
    pub(super) fn dropped(&mut self, step: usize) {
        self.slice.counts.dropped += 1;
        self.of_step(step).dropped += 1;
    }

    /// Until when answers to this step told to wait, in nanoseconds since the start.
    pub(super) fn told_until(&self, step: usize) -> u64 {
        self.tally.steps[step].told_until
    }

    /// Counts an answer of so many bytes.
    pub(super) fn answered(&mut self, flight: Flight, seen: &Seen, at: u64, length: usize) {
        let latency = at.saturating_sub(flight.intended);
        self.tally.bytes += length as u64;
        self.tally.last = self.tally.last.max(at);
        if let Some(group) = self.tally.group(flight.step, seen.outcome, seen.status) {
            group.latency.add(latency);
            group.service.add(at.saturating_sub(flight.sent));
        }
        self.slice.latency.add(seen.outcome, latency);
        self.slice.counts.add(seen.outcome);
        self.slice.counts.refused += u64::from(seen.throttled);
        let flow = self.slice.flows.at(flight.sent);
        match seen {
            _ if seen.throttled => flow.throttled += 1,
            Seen { status: 1..400, .. } => flow.admitted += 1,
            _ => flow.other += 1,
        }
        let step = &mut self.tally.steps[flight.step];
        step.counts.add(seen.outcome);
        step.counts.refused += u64::from(seen.throttled);
        if let Some(code) = &seen.code {
            step.code(code);
        }
        if seen.throttled {
            if let Some(seconds) = seen.wait {
                step.told_until = at.saturating_add(seconds.saturating_mul(SECOND));
            }
            self.tally.told(seen.wait);
        } else if flight.early && seen.status < 400 {
            self.tally.early_admitted += 1;
        }
    }

    /// Counts an exchange without an answer.
    pub(super) fn failed(&mut self, flight: Flight, error: &TransportError, at: u64) {
        self.tally.last = self.tally.last.max(at);
        self.slice.counts.add(LoadOutcome::Transport);
        self.slice.flows.at(flight.sent).other += 1;
        let step = &mut self.tally.steps[flight.step];
        step.counts.add(LoadOutcome::Transport);
        *step.failures.entry(kind(error.kind).to_owned()).or_default() += 1;
        step.failure.get_or_insert_with(|| error.message.clone());
    }

    fn of_step(&mut self, step: usize) -> &mut LoadCounts {
        &mut self.tally.steps[step].counts
    }
}

/// The word for a kind of failure in reports.
pub(super) fn kind(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Dns => "dns",
        TransportErrorKind::Connect => "connect",
        TransportErrorKind::Tls => "tls",
        TransportErrorKind::Timeout => "timeout",
        TransportErrorKind::Closed => "closed",
        TransportErrorKind::NotHttp => "not-http",
        TransportErrorKind::Redirects => "redirects",
        TransportErrorKind::Request => "request",
        TransportErrorKind::Other => "other",
    }
}
