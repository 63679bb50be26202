//! Where the users of one thread count: the same tallies, slices and judges as a thread of the open model has.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use super::super::tally::{Slice, Tally};
use super::super::verdicts::{Seen, Verdicts};
use super::super::worker::{SECOND, kind};
use crate::model::{Exchange, LoadOutcome, Request, TransportError};

/// A request under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) step: usize,
    /// When it was sent, in nanoseconds since the start.
    pub(super) sent: u64,
    /// Whether this user had been told to wait longer.
    pub(super) early: bool,
}

/// What is counted.
pub(super) struct Desk {
    slice: Slice,
    width: u64,
    out: Sender<Slice>,
    wall: SystemTime,
    under_way: u64,
    pub(super) tally: Tally,
    pub(super) verdicts: Verdicts,
}

impl Desk {
    pub(super) fn new(
        number: usize,
        steps: usize,
        verdicts: Verdicts,
        wall: SystemTime,
        (out, width): (Sender<Slice>, u64),
    ) -> Self {
        Self {
            slice: Slice::new(number, 0, width),
            width,
            out,
            wall,
            under_way: 0,
            tally: Tally::new(steps),
            verdicts,
        }
    }

    /// Hands over the second that is over.
    pub(super) fn turn(&mut self, now: u64) {
        let second = now / SECOND;
        if second > self.slice.second {
            let fresh = Slice::new(self.slice.worker, second, self.width);
            let mut done = std::mem::replace(&mut self.slice, fresh);
            self.slice.in_flight_max = self.under_way;
            (done.in_flight, done.findings) = (self.under_way, self.verdicts.by_rule());
            // Nobody listens any more: then the run is over in any case.
            let _ = self.out.send(done);
        }
    }

    /// Counts a request that is being sent.
    pub(super) fn sent(&mut self, flight: Flight) {
        self.turn(flight.sent);
        self.slice.counts.sent += 1;
        self.slice.flows.at(flight.sent).sent += 1;
        self.tally.lateness.add(0);
        self.tally.early += u64::from(flight.early);
        if let Some(step) = self.tally.steps.get_mut(flight.step) {
            step.counts.sent += 1;
        }
        self.under_way += 1;
        self.slice.in_flight_max = self.slice.in_flight_max.max(self.under_way);
    }

    /// Counts an answer.
    pub(super) fn answered(&mut self, flight: Flight, seen: &Seen, at: u64, length: usize) {
        self.turn(at);
        self.under_way = self.under_way.saturating_sub(1);
        let took = at.saturating_sub(flight.sent);
        self.tally.bytes += length as u64;
        self.tally.last = self.tally.last.max(at);
        if let Some(group) = self.tally.group(flight.step, seen.outcome, seen.status) {
            group.latency.add(took);
            group.service.add(took);
        }
        self.slice.latency.add(seen.outcome, took);
        self.slice.counts.add(seen.outcome);
        self.slice.counts.refused += u64::from(seen.throttled);
        let flow = self.slice.flows.at(flight.sent);
        match seen {
            _ if seen.throttled => flow.throttled += 1,
            Seen { status: 1..400, .. } => flow.admitted += 1,
            _ => flow.other += 1,
        }
        if let Some(step) = self.tally.steps.get_mut(flight.step) {
            step.counts.add(seen.outcome);
            step.counts.refused += u64::from(seen.throttled);
            if let Some(code) = &seen.code {
                step.code(code);
            }
        }
        if seen.throttled {
            self.tally.told(seen.wait);
        } else if flight.early && seen.status < 400 {
            self.tally.early_admitted += 1;
        }
    }

    /// Counts an exchange without an answer.
    pub(super) fn failed(&mut self, flight: Flight, request: &Request, error: TransportError, at: u64) {
        self.turn(at);
        self.under_way = self.under_way.saturating_sub(1);
        self.tally.last = self.tally.last.max(at);
        self.slice.counts.add(LoadOutcome::Transport);
        self.slice.flows.at(flight.sent).other += 1;
        if let Some(step) = self.tally.steps.get_mut(flight.step) {
            step.counts.add(LoadOutcome::Transport);
            *step.failures.entry(kind(error.kind).to_owned()).or_default() += 1;
            step.failure.get_or_insert_with(|| error.message.clone());
        }
        let exchange = Exchange {
            request: request.clone(),
            sent_at: self.wall + Duration::from_nanos(flight.sent),
            elapsed: Duration::from_nanos(at.saturating_sub(flight.sent)),
            outcome: Err(error),
        };
        self.verdicts.judge(flight.step, (&[], None), exchange, false, at);
    }

    /// Judges an answer, and says whether a new fault keeps it as its specimen.
    pub(super) fn judge(
        &mut self,
        step: usize,
        bytes: (&[u8], Option<usize>),
        exchange: Exchange,
        reused: bool,
        at: u64,
    ) -> (Arc<Seen>, bool) {
        let before = self.verdicts.faults.len();
        let seen = self.verdicts.judge(step, bytes, exchange, reused, at);
        (seen, self.verdicts.faults.len() > before)
    }
}
