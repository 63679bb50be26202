//! One thread that sends: it sleeps to the next deadline or the next news, and counts what it sends.

mod answers;

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant, SystemTime};

use super::ledger::{Flight, Ledger};
use super::plan::{Plan, Step, Stop};
use super::tally::{Slice, Tally};
use super::verdicts::Verdicts;
use crate::model::{LoadModel, Request, TransportError, TransportErrorKind};
use crate::transport::load::{Connection, Poller};

/// What a send may be late at most, in nanoseconds, where requests are denser; half their distance otherwise.
const BUDGET: u64 = 10_000_000;
/// Longest sleep: the wish to end is seen after it.
const NAP: Duration = Duration::from_millis(20);

/// A connection with its request.
struct Line {
    connection: Connection,
    flight: Option<Flight>,
    /// The request under way, if it is not the step's own.
    made: Option<Box<Request>>,
}

/// A thread's part of a run.
pub(super) struct Worker<'a> {
    plan: &'a Plan,
    stop: &'a Stop,
    start: Instant,
    wall: SystemTime,
    /// This one's number, and how many there are.
    part: (u64, u64),
    poller: Poller,
    lines: Vec<Option<Line>>,
    /// Free places in `lines`.
    free: Vec<usize>,
    /// Connections without a request, the last one used at the end.
    idle: Vec<usize>,
    under_way: usize,
    most: usize,
    /// When to look next for requests whose time is over.
    look: u64,
    /// Until when nothing is sent without a schedule, because the last exchange failed.
    hold: u64,
    started: bool,
    ledger: Ledger,
    pub(super) verdicts: Verdicts,
}

impl<'a> Worker<'a> {
    /// A worker with connections that are being opened.
    ///
    /// # Errors
    /// The system gives no poller.
    pub(super) fn new(
        plan: &'a Plan,
        stop: &'a Stop,
        part: (usize, usize),
        (start, wall): (Instant, SystemTime),
        verdicts: Verdicts,
        out: (Sender<Slice>, u64),
    ) -> std::io::Result<Self> {
        let share = |whole: usize| whole / part.1 + usize::from(part.0 < whole % part.1);
        let mut worker = Self {
            plan,
            stop,
            start,
            wall,
            part: (part.0 as u64, part.1 as u64),
            poller: Poller::new()?,
            lines: Vec::new(),
            free: Vec::new(),
            idle: Vec::new(),
            under_way: 0,
            most: share(plan.max_in_flight).max(1),
            look: 0,
            hold: 0,
            started: false,
            ledger: Ledger::new(part.0, plan.steps.len(), out),
            verdicts,
        };
        for _ in 0..share(plan.warm).min(worker.most) {
            if let Ok(place) = worker.open() {
                worker.idle.push(place);
            }
        }
        Ok(worker)
    }

    /// Nanoseconds since the start; 0 before it.
    fn now(&self) -> u64 {
        u64::try_from(Instant::now().saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX)
    }

    /// Sends until the schedule or the wish to go on ends, and waits for what is under way.
    pub(super) fn run(mut self) -> (Tally, Verdicts) {
        let end = u64::try_from(self.plan.schedule.length().as_nanos()).unwrap_or(u64::MAX);
        let (mut slot, mut stage) = (self.part.0, 0);
        let saturation = self.plan.model == LoadModel::Saturation;
        let mut next = if saturation { Some(0) } else { self.plan.schedule.at_from(slot, &mut stage) };
        let mut ready = Vec::new();
        loop {
            let mut now = self.now();
            self.turn(now);
            let goes_on = self.stop.goes_on();
            if !goes_on || saturation && now >= end {
                next = None;
            }
            self.started = self.started || Instant::now() >= self.start;
            if self.started && saturation && next.is_some() {
                self.saturate(now, &mut slot);
            }
            while let Some(due) = next.filter(|due| self.started && !saturation && *due <= now) {
                let following = self.plan.schedule.at_from(slot + self.part.1, &mut stage);
                self.slot(slot, due, following, now);
                slot += self.part.1;
                next = following;
                now = self.now();
            }
            self.give_up(now);
            if next.is_none() && (self.under_way == 0 || self.stop.is_now()) {
                break;
            }
            let nap = self.nap(next.filter(|_| !saturation), now);
            if self.poller.wait(nap, &mut ready).is_err() {
                self.stop.drain();
            }
            for place in &ready {
                self.news(*place, saturation && goes_on, end, &mut slot);
            }
        }
        self.turn(u64::MAX);
        (self.ledger.tally, self.verdicts)
    }

    /// How long to sleep: to the next send, or a nap.
    fn nap(&self, next: Option<u64>, now: u64) -> Duration {
        if !self.started {
            return self.start.saturating_duration_since(Instant::now()).min(NAP);
        }
        next.map_or(NAP, |next| Duration::from_nanos(next.saturating_sub(now)).min(NAP))
    }

    /// Hands over the second that is over.
    fn turn(&mut self, now: u64) {
        self.ledger.turn(now, self.under_way as u64, &self.verdicts);
    }

    /// A send of the schedule: it is done, or counted as missed or dropped.
    fn slot(&mut self, slot: u64, due: u64, following: Option<u64>, now: u64) {
        let step = self.step(slot);
        let distance = following.map_or(0, |next| next.saturating_sub(due));
        if now - due > BUDGET.max(distance / 2) {
            self.ledger.missed(step);
        } else if self.under_way >= self.most {
            self.ledger.dropped(step);
        } else {
            self.send(slot, due, now);
        }
    }

    /// Sends on every connection that may rest. After a failure nothing is sent for a while: without a schedule there
    /// would be no end of failures.
    fn saturate(&mut self, now: u64, slot: &mut u64) {
        for _ in self.under_way..self.most {
            if now < self.hold {
                return;
            }
            let number = *slot;
            *slot += self.part.1;
            self.send(number, now, now);
        }
    }

    /// The step of a send.
    fn step(&self, slot: u64) -> usize {
        (slot % self.plan.steps.len().max(1) as u64) as usize
    }

    /// Sends the request of a number.
    fn send(&mut self, number: u64, mut intended: u64, mut now: u64) {
        let step = self.step(number);
        let made = self.plan.steps[step].anew.as_ref().map(|anew| anew.make(number));
        if made.is_some() {
            // What making it took is the generator's: it counts as a late send where there is a schedule.
            now = self.now();
            if self.plan.model == LoadModel::Saturation {
                intended = now;
            }
        }
        let place = match self.idle.pop() {
            Some(place) => Ok(place),
            None => self.open(),
        };
        let flight = Flight { step, intended, sent: now, early: now < self.ledger.told_until(step) };
        self.ledger.sent(flight);
        let (mut made, unmade) = match made {
            Some(Ok(made)) => (Some(made), None),
            Some(Err(message)) => (None, Some(TransportError { kind: TransportErrorKind::Request, message })),
            None => (None, None),
        };
        let failed = match (place, unmade) {
            (Ok(place), Some(error)) => {
                self.idle.push(place);
                Some((None, error))
            }
            (Err(error), _) => Some((None, error)),
            (Ok(place), None) => {
                let Step { wire, request, .. } = &self.plan.steps[step];
                let wire = made.as_ref().map_or(wire, |(_, wire)| wire);
                let bodiless = request.method.eq_ignore_ascii_case("HEAD");
                let line = self.lines.get_mut(place).and_then(Option::as_mut);
                match line.map(|line| (line.connection.send(wire, bodiless), line)) {
                    Some((Ok(()), line)) => {
                        line.flight = Some(flight);
                        line.made = made.take().map(|(request, _)| Box::new(request));
                        self.under_way += 1;
                        self.ledger.under_way(self.under_way as u64);
                        None
                    }
                    Some((Err(error), _)) => Some((Some(place), error)),
                    None => None,
                }
            }
        };
        if let Some((place, error)) = failed {
            if let Some(place) = place {
                self.close(place);
            }
            self.failed(flight, made.as_ref().map(|(request, _)| request), error);
        }
    }

    fn open(&mut self) -> Result<usize, TransportError> {
        let place = self.free.pop().unwrap_or(self.lines.len());
        match self.plan.dial.open(&mut self.poller, place) {
            Ok(connection) => {
                let line = Some(Line { connection, flight: None, made: None });
                match self.lines.get_mut(place) {
                    Some(free) => *free = line,
                    None => self.lines.push(line),
                }
                self.ledger.tally.connections += 1;
                Ok(place)
            }
            Err(error) => {
                if place < self.lines.len() {
                    self.free.push(place);
                }
                Err(error)
            }
        }
    }

    /// Closes a connection, and makes its place free.
    fn close(&mut self, place: usize) {
        if let Some(line) = self.lines.get_mut(place)
            && line.take().is_some()
        {
            self.free.push(place);
        }
    }
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
