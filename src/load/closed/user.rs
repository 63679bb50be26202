//! One user: it walks through the steps in order, and sends its next request when the answer to the last one is there.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use goose::prelude::GooseUser;
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};

use super::super::ledger::{Flight, SECOND};
use super::super::plan::{Plan, Stop};
use super::super::users::{Users, Walker};
use super::super::verdicts::Seen;
use super::super::worker::nanos;
use super::desk::Desk;
use super::herd::Herd;
use crate::model::{Exchange, LoadOutcome, On429, Request, TransportError, TransportErrorKind};
use crate::transport::load::{Answer, Line, Progress, wire};

/// Rest after what went wrong without an answer: there would be no end of failures.
const NAP: Duration = Duration::from_millis(20);
/// Wait for a 429 that tells no seconds.
const UNTOLD: Duration = Duration::from_secs(1);

/// How a run goes on: it does, no new request is sent, or nothing is waited for any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Halt {
    Not,
    Soon,
    Now,
}

/// What all users share.
pub(super) struct Shared {
    pub(super) plan: Plan,
    pub(super) users: Users,
    pub(super) stop: Stop,
    pub(super) start: Instant,
    pub(super) wall: SystemTime,
    /// Where is counted, one desk for each thread; empty once the run is over.
    pub(super) desks: Vec<Mutex<Option<Desk>>>,
    pub(super) herd: Mutex<Herd>,
    pub(super) halt: watch::Receiver<Halt>,
    /// Walks to their end, and those that ended before.
    pub(super) whole: AtomicU64,
    pub(super) ended: AtomicU64,
    /// Why one of the latter ended.
    pub(super) why: Mutex<Option<String>>,
}

/// A user.
#[derive(Debug)]
pub(super) struct User {
    number: u32,
    walks: u64,
    walker: Box<dyn Walker>,
    line: Option<Line>,
    halt: watch::Receiver<Halt>,
    /// Of each step, until when the last throttled answer told this user to wait, in nanoseconds since the start.
    told: Vec<u64>,
    /// Whether it has waited and comes back.
    returning: bool,
    random: u64,
}

/// What to do after an exchange.
enum After {
    Next,
    Again,
    Over,
}

/// What came of an exchange.
struct Done {
    seen: Arc<Seen>,
    at: u64,
    keep: bool,
    captured: Result<(), String>,
}

impl User {
    pub(super) fn new(shared: &Shared, number: u32) -> Self {
        Self {
            number,
            walks: 0,
            walker: shared.users.script.user(number),
            line: None,
            halt: shared.halt.clone(),
            told: vec![0; shared.plan.steps.len()],
            returning: false,
            random: u64::from(number),
        }
    }

    fn is_halted(&self) -> bool {
        *self.halt.borrow() > Halt::Not
    }

    /// Rests until a time, and says whether the run goes on then.
    async fn rest(&mut self, until: Instant) -> bool {
        tokio::select! {
            biased;
            _ = self.halt.wait_for(|halt| *halt > Halt::Not) => false,
            () = sleep_until(until.into()) => true,
        }
    }

    /// The next random number (SplitMix64): no secrets depend on it.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Shared {
    /// Nanoseconds since the start; 0 before it.
    pub(super) fn now(&self) -> u64 {
        nanos(Instant::now().saturating_duration_since(self.start))
    }

    /// What a desk does, unless the run is over.
    pub(super) fn at_desk<T>(&self, number: usize, work: impl FnOnce(&mut Desk) -> T) -> Option<T> {
        let desk = self.desks.get(number % self.desks.len().max(1))?;
        desk.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }

    fn desk<T>(&self, user: u32, work: impl FnOnce(&mut Desk) -> T) -> Option<T> {
        self.at_desk(user as usize, work)
    }

    /// One walk through the steps, from the time on at which the user is there.
    pub(super) async fn walk(&self, user: &mut User, goose: &mut GooseUser) {
        if !self.present(user).await {
            // The scheduler asks again until it has ended its users itself.
            tokio::time::sleep(NAP).await;
            return;
        }
        let begun = user.walker.begin(user.walks);
        user.walks += 1;
        if let Err(why) = begun {
            self.give_up(why);
            user.rest(Instant::now() + NAP).await;
            return;
        }
        let mut step = 0;
        while step < self.plan.steps.len() {
            let after = self.exchange(user, step, goose).await;
            if user.is_halted() {
                if matches!(after, After::Next) && step + 1 == self.plan.steps.len() {
                    self.whole.fetch_add(1, Ordering::Relaxed);
                }
                return;
            }
            match after {
                After::Next => step += 1,
                After::Again => continue,
                After::Over => step = usize::MAX,
            }
            let think = self.users.think.drawn(user.draw());
            if step == self.plan.steps.len() {
                self.whole.fetch_add(1, Ordering::Relaxed);
            }
            if !think.is_zero() && !user.rest(Instant::now() + think).await {
                return;
            }
        }
    }

    /// Waits until the user is there by the plan; otherwise the run is over.
    async fn present(&self, user: &mut User) -> bool {
        if !user.rest(self.start).await {
            return false;
        }
        let Some(plan) = &self.users.plan else { return true };
        let now = Instant::now();
        match plan.next(user.number, now.saturating_duration_since(self.start)) {
            Some(at) if self.start + at <= now => true,
            Some(at) => user.rest(self.start + at).await,
            None => {
                user.line = None;
                user.rest(now + self.plan.schedule.length()).await;
                false
            }
        }
    }

    /// A walk ended before its last step.
    fn give_up(&self, why: String) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    /// One request with its answer, counted and judged.
    async fn exchange(&self, user: &mut User, step: usize, goose: &mut GooseUser) -> After {
        let Some(own) = self.plan.steps.get(step) else { return After::Over };
        let made = user.walker.request(step).and_then(|made| match made {
            Some(request) => {
                let bytes = wire(&request).map_err(|error| error.message)?;
                Ok(Some((request, bytes)))
            }
            None => Ok(None),
        });
        let made = match made {
            Ok(made) => made,
            Err(why) => {
                self.give_up(format!("step `{}`: {why}", own.name));
                user.rest(Instant::now() + NAP).await;
                return After::Over;
            }
        };
        let (request, bytes) = match &made {
            Some((request, bytes)) => (request, bytes),
            None => (&own.request, &own.wire),
        };
        let (flight, done) = self.send(user, step, request, bytes, made.is_none()).await;
        let (outcome, status) = match &done {
            None => return After::Over,
            Some(Ok(done)) => (done.seen.outcome, Some(done.seen.status)),
            Some(Err(_)) => (LoadOutcome::Transport, None),
        };
        let took = Duration::from_nanos(self.now().saturating_sub(flight.sent));
        let good = !matches!(outcome, LoadOutcome::ContractBroken | LoadOutcome::Transport);
        let name = if own.name.trim().is_empty() { "step" } else { &own.name };
        // What it says is that its own channel is closed: then it is ending.
        let _ = goose
            .record_custom_request_duration(
                &own.request.method,
                name,
                took,
                good,
                status,
                (!good).then_some(outcome.as_str()),
            )
            .await;
        match done {
            Some(Ok(done)) => self.after(user, step, done).await,
            _ => {
                self.give_up(format!("step `{}` had no answer", own.name));
                user.rest(Instant::now() + NAP).await;
                After::Over
            }
        }
    }

    /// What the user does after an answer.
    async fn after(&self, user: &mut User, step: usize, done: Done) -> After {
        let name = self.plan.steps.get(step).map_or("", |step| &step.name);
        if done.seen.throttled {
            let told = done.seen.wait;
            if let (Some(until), Some(seconds)) = (user.told.get_mut(step), told) {
                *until = done.at.saturating_add(seconds.saturating_mul(SECOND));
            }
            match self.plan.on_429 {
                On429::Count => {}
                On429::Stop => {
                    self.stop.drain();
                    return After::Over;
                }
                On429::Wait => {
                    let wait = told.map_or(UNTOLD, Duration::from_secs).min(self.users.longest_wait).max(NAP);
                    user.returning = user.rest(self.start + Duration::from_nanos(done.at) + wait).await;
                    return After::Again;
                }
            }
        }
        match done.captured {
            Ok(()) => After::Next,
            Err(why) => {
                self.give_up(format!("step `{name}`: {why}"));
                After::Over
            }
        }
    }

    /// Sends on the user's connection. Nothing comes of it if the run is broken off meanwhile.
    async fn send(
        &self,
        user: &mut User,
        step: usize,
        request: &Request,
        bytes: &[u8],
        alike: bool,
    ) -> (Flight, Option<Result<Done, ()>>) {
        let line = self.line(user).await;
        // A user has no time at which it is to send.
        let sent = self.now();
        let early = user.told.get(step).is_some_and(|until| sent < *until);
        let flight = Flight { step, intended: sent, sent, early };
        if std::mem::take(&mut user.returning) {
            self.herd.lock().unwrap_or_else(PoisonError::into_inner).back(flight.sent);
        }
        let number = user.number;
        self.desk(number, |desk| desk.sent(flight));
        let failed = |error: TransportError| {
            let at = self.now();
            self.desk(number, |desk| desk.failed(flight, request, error, at));
            (flight, Some(Err(())))
        };
        let mut line = match line {
            Ok(line) => line,
            Err(error) => return failed(error),
        };
        let by_sight = alike && !user.walker.captures(step);
        let bodiless = request.method.eq_ignore_ascii_case("HEAD");
        let mut known = None;
        let mut peek = |bytes: &[u8]| {
            if by_sight {
                let at = self.now();
                known = self.desk(number, |desk| desk.verdicts.look(step, bytes, at)).flatten();
            }
            known.is_some()
        };
        let progress = tokio::select! {
            biased;
            progress = timeout(request.timeout, line.exchange(bytes, bodiless, &mut peek)) => progress,
            _ = user.halt.wait_for(|halt| *halt == Halt::Now) => return (flight, None),
        };
        let progress = match progress {
            Ok(Ok(progress)) => progress,
            Ok(Err(error)) => return failed(error),
            Err(_) => {
                let message = format!("no whole answer within {} ms", request.timeout.as_millis());
                return failed(TransportError { kind: TransportErrorKind::Timeout, message });
            }
        };
        let at = self.now();
        let done = match (progress, known) {
            (Progress::Known, Some((seen, false))) => Some(Done { seen, at, keep: true, captured: Ok(()) }),
            (Progress::Answer(answer), _) => {
                self.judge(user, &line, flight, (request, &answer, alike, false), at)
            }
            _ => line
                .parsed()
                .and_then(|answer| self.judge(user, &line, flight, (request, &answer, alike, true), at)),
        };
        let Some(done) = done else { return (flight, None) };
        self.desk(number, |desk| desk.answered(flight, &done.seen, at, line.bytes().len()));
        if done.keep {
            user.line = Some(line);
        }
        (flight, Some(Ok(done)))
    }

    /// The user's connection, or a new one.
    async fn line(&self, user: &mut User) -> Result<Line, TransportError> {
        if let Some(mut line) = user.line.take()
            && line.is_open().await
        {
            return Ok(line);
        }
        let opened = timeout(self.plan.timeout, self.plan.dial.connect()).await;
        self.desk(user.number, Desk::connected);
        opened.unwrap_or_else(|_| {
            let message = "no connection could be opened in time".to_owned();
            Err(TransportError { kind: TransportErrorKind::Timeout, message })
        })
    }

    /// Judges an answer by every rule, after what later steps need of it was kept.
    fn judge(
        &self,
        user: &mut User,
        line: &Line,
        flight: Flight,
        (request, answer, alike, reused): (&Request, &Answer, bool, bool),
        at: u64,
    ) -> Option<Done> {
        let (bytes, keep) = (line.bytes(), answer.keep_alive);
        let elapsed = Duration::from_nanos(at.saturating_sub(flight.sent));
        let received = self.wall + Duration::from_nanos(at);
        let response = answer.response(bytes, request, elapsed, received, line.limits());
        let told = response.header("retry-after").and_then(|line| line.trim().parse().ok());
        let exchange = Exchange {
            request: request.clone(),
            sent_at: self.wall + Duration::from_nanos(flight.sent),
            elapsed,
            outcome: Ok(response),
        };
        let captured = match user.walker.captures(flight.step) {
            true => user.walker.capture(flight.step, &exchange),
            false => Ok(()),
        };
        if !self.plan.judging {
            let seen = self.desk(user.number, |desk| desk.verdicts.unjudged(answer.status))?;
            let wait = if seen.throttled { told } else { None };
            let mut seen = Seen::clone(&seen);
            seen.wait = wait;
            return Some(Done { seen: Arc::new(seen), at, keep, captured });
        }
        let whole = (alike && keep && answer.length == bytes.len()).then_some(answer.head);
        let judged =
            self.desk(user.number, |desk| desk.judge(flight.step, (bytes, whole), exchange, reused, at));
        let (seen, kept) = judged?;
        if kept {
            user.walker.shown();
        }
        Some(Done { seen, at, keep, captured })
    }
}
