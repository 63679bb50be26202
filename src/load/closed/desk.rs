//! Where the users of one thread count: the same tallies, slices and judges as a thread of the open model has.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use super::super::ledger::{Flight, Ledger};
use super::super::tally::{Slice, Tally};
use super::super::verdicts::{Seen, Verdicts};
use crate::model::{Exchange, Request, TransportError};

/// What is counted.
pub(super) struct Desk {
    ledger: Ledger,
    wall: SystemTime,
    under_way: u64,
    pub(super) verdicts: Verdicts,
}

impl Desk {
    pub(super) fn new(
        number: usize,
        steps: usize,
        verdicts: Verdicts,
        wall: SystemTime,
        out: (Sender<Slice>, u64),
    ) -> Self {
        Self { ledger: Ledger::new(number, steps, out), wall, under_way: 0, verdicts }
    }

    /// Hands over the second that is over.
    pub(super) fn turn(&mut self, now: u64) {
        self.ledger.turn(now, self.under_way, &self.verdicts);
    }

    /// Counts a connection that was opened.
    pub(super) fn connected(&mut self) {
        self.ledger.tally.connections += 1;
    }

    /// What was counted, and judged.
    pub(super) fn close(self) -> (Tally, Verdicts) {
        (self.ledger.tally, self.verdicts)
    }

    /// Counts a request that is being sent.
    pub(super) fn sent(&mut self, flight: Flight) {
        self.turn(flight.sent);
        self.ledger.sent(flight);
        self.under_way += 1;
        self.ledger.under_way(self.under_way);
    }

    /// Counts an answer.
    pub(super) fn answered(&mut self, flight: Flight, seen: &Seen, at: u64, length: usize) {
        self.turn(at);
        self.under_way = self.under_way.saturating_sub(1);
        self.ledger.answered(flight, seen, at, length);
    }

    /// Counts an exchange without an answer.
    pub(super) fn failed(&mut self, flight: Flight, request: &Request, error: TransportError, at: u64) {
        self.turn(at);
        self.under_way = self.under_way.saturating_sub(1);
        self.ledger.failed(flight, &error, at);
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
