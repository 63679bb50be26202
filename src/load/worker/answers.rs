//! What becomes of requests under way: answers judged and counted, failures, and requests whose time is over.

use std::sync::Arc;
use std::time::Duration;

use super::super::ledger::Flight;
use super::super::verdicts::Seen;
use super::{Line, NAP, Worker, nanos};
use crate::model::{Exchange, On429, Request, TransportError, TransportErrorKind};
use crate::transport::load::{Answer, Progress};

impl Worker<'_> {
    /// News of a connection.
    pub(super) fn news(&mut self, place: usize, again: bool, end: u64, slot: &mut u64) {
        let Some(Line { connection, flight, made }) = self.lines.get_mut(place).and_then(Option::as_mut)
        else {
            return;
        };
        let Some(known) = *flight else {
            // A resting connection: it was opened, or the server closed it.
            if !matches!(connection.proceed(&mut |_| false), Ok(Progress::Waiting)) {
                self.idle.retain(|idle| *idle != place);
                self.close(place);
            }
            return;
        };
        let at = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut seen = None;
        let progress = {
            let (verdicts, alike) = (&mut self.verdicts, made.is_none());
            connection.proceed(&mut |bytes| {
                if !alike {
                    // What is known is about one request.
                    return false;
                }
                seen = verdicts.look(known.step, bytes, at);
                seen.is_some()
            })
        };
        let length = connection.bytes().len();
        match progress {
            Ok(Progress::Waiting) => return,
            Ok(Progress::Known) => {
                let Some((found, reused)) = seen else { return };
                self.end(place, true);
                let found = if reused { self.judge_again(place, known, at) } else { found };
                self.answered(known, &found, at, length);
            }
            Ok(Progress::Answer(answer)) => {
                let found = self.judge(place, known, &answer, false, at);
                self.end(place, answer.keep_alive);
                self.answered(known, &found, at, length);
            }
            Ok(Progress::Gone) => {}
            Err(error) => {
                let made = made.take();
                self.end(place, false);
                self.failed(known, made.as_deref(), error);
            }
        }
        if again && at < end && self.under_way < self.most && at >= self.hold {
            let number = *slot;
            *slot += self.part.1;
            self.send(number, at, at);
        }
    }

    /// A known answer whose id came before is judged in full.
    fn judge_again(&mut self, place: usize, flight: Flight, at: u64) -> Arc<Seen> {
        let line = self.lines.get(place).and_then(Option::as_ref);
        let answer = line.and_then(|line| line.connection.parsed());
        match answer {
            Some(answer) => self.judge(place, flight, &answer, true, at),
            None => Arc::new(Seen::transport()),
        }
    }

    fn judge(&mut self, place: usize, flight: Flight, answer: &Answer, reused: bool, at: u64) -> Arc<Seen> {
        let Some(line) = self.lines.get(place).and_then(Option::as_ref) else {
            return Arc::new(Seen::transport());
        };
        if !self.plan.judging {
            return self.verdicts.unjudged(answer.status);
        }
        let bytes = line.connection.bytes();
        let request = line.made.as_deref().unwrap_or(&self.plan.steps[flight.step].request);
        let elapsed = Duration::from_nanos(at.saturating_sub(flight.sent));
        let received = self.wall + Duration::from_nanos(at);
        let response = answer.response(bytes, request, elapsed, received, line.connection.limits());
        let exchange = Exchange {
            request: request.clone(),
            sent_at: self.wall + Duration::from_nanos(flight.sent),
            elapsed,
            outcome: Ok(response),
        };
        let whole =
            (line.made.is_none() && answer.keep_alive && answer.length == bytes.len()).then_some(answer.head);
        self.verdicts.judge(flight.step, (bytes, whole), exchange, reused, at)
    }

    /// The request of a connection is over.
    fn end(&mut self, place: usize, keep: bool) {
        self.under_way -= 1;
        if !keep {
            self.close(place);
        } else if let Some(line) = self.lines.get_mut(place).and_then(Option::as_mut) {
            (line.flight, line.made) = (None, None);
            self.idle.push(place);
        }
    }

    fn answered(&mut self, flight: Flight, seen: &Seen, at: u64, length: usize) {
        self.ledger.answered(flight, seen, at, length);
        if seen.throttled && self.plan.on_429 == On429::Stop {
            self.stop.drain();
        }
    }

    /// An exchange without an answer.
    pub(super) fn failed(&mut self, flight: Flight, made: Option<&Request>, error: TransportError) {
        let at = self.now();
        self.hold = at + nanos(NAP);
        self.ledger.failed(flight, &error, at);
        let exchange = Exchange {
            request: made.unwrap_or(&self.plan.steps[flight.step].request).clone(),
            sent_at: self.wall + Duration::from_nanos(flight.sent),
            elapsed: Duration::from_nanos(at.saturating_sub(flight.sent)),
            outcome: Err(error),
        };
        self.verdicts.judge(flight.step, (&[], None), exchange, false, at);
    }

    /// Gives up requests whose time is over; it is looked at once a nap.
    pub(super) fn give_up(&mut self, now: u64) {
        if now < self.look {
            return;
        }
        self.look = now + nanos(NAP);
        let oldest = now.saturating_sub(nanos(self.plan.timeout));
        for place in 0..self.lines.len() {
            let flight = self.lines.get(place).and_then(Option::as_ref).and_then(|line| line.flight);
            if let Some(flight) = flight.filter(|flight| flight.sent < oldest) {
                let made =
                    self.lines.get_mut(place).and_then(Option::as_mut).and_then(|line| line.made.take());
                self.end(place, false);
                let message = format!("no whole answer within {} ms", self.plan.timeout.as_millis());
                self.failed(
                    flight,
                    made.as_deref(),
                    TransportError { kind: TransportErrorKind::Timeout, message },
                );
            }
        }
    }
}
