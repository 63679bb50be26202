//! Runs the probes of a plan: keys side by side, every request recorded, the budget kept.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::hand::{Hand, Link, LinkName, Why};
use super::log::{At, Head, Log, Other, Probe, Protocol, Record};
use super::plan::{Job, Measured, Plan};
use super::probes;
use super::seen::Seen;
use super::state::{KeyState, State};
use super::task::Task;
use super::world::{KEPT_BODY, Outgoing, Reply, World};

/// Failures in a row, after which a target is taken to be gone.
const MOST_FAILURES: u32 = 6;

/// Why a probe ended before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    why: String,
    /// Whether the target is gone, so that nothing more can be found out.
    lost: bool,
}

impl Cut {
    /// For this reason.
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), lost: false }
    }

    /// For this reason, which ends more than the probe.
    fn lost(why: String) -> Self {
        Self { why, lost: true }
    }
}

/// The outcome of a part of a probe.
pub(super) type Done = Result<(), Cut>;

/// Sends what a plan says and keeps the log.
pub struct Prober<'w, W: World> {
    pub(super) world: &'w W,
    pub(super) task: &'w Task,
    pub(super) state: RefCell<State>,
}

impl<'w, W: World> Prober<'w, W> {
    /// Has sent nothing yet.
    pub fn new(world: &'w W, task: &'w Task) -> Self {
        let keys = vec![KeyState::default(); task.keys.len()];
        let limit = task.declared.limit.unwrap_or_default();
        let window = task.declared.window.unwrap_or_default();
        let state = RefCell::new(State { keys, limit, window, ..State::default() });
        Self { world, task, state }
    }

    /// Opens connections, measures the round trip, and finds limit and window where they are not declared. The
    /// plan is made of what this finds.
    ///
    /// # Errors
    /// The target cannot be probed; the text says why.
    pub async fn prepare(&self) -> Result<(), String> {
        let ready = async {
            probes::warmup(self).await?;
            probes::other_http(self).await?;
            if self.limit() == 0 || self.window().is_zero() {
                probes::discover(self).await?;
            }
            Ok(())
        };
        ready.await.map_err(|cut: Cut| cut.why)
    }

    /// Runs the plan. Its end may not be waited for: what was recorded stays.
    pub async fn run(&self, plan: &Plan) {
        let not_wanted = Probe::ALL.iter().map(|(probe, _)| *probe);
        let not_wanted = not_wanted.filter(|probe| *probe != Probe::Warmup && !self.task.wants(*probe));
        let not_wanted = not_wanted.map(|probe| (probe, "other probes were asked for".to_owned()));
        self.state.borrow_mut().undone.extend(plan.left_out.iter().cloned().chain(not_wanted));
        let mut waiting: Vec<&Job> = plan.jobs.iter().rev().collect();
        let mut running: FuturesUnordered<Pin<Box<dyn Future<Output = ()> + '_>>> = FuturesUnordered::new();
        loop {
            while let Some(job) = waiting.last().copied()
                && let Some(keys) = self.take_keys(job)
            {
                waiting.pop();
                self.state.borrow_mut().running.push(job.probe);
                running.push(Box::pin(self.job(job, keys)));
            }
            if running.next().await.is_none() {
                break;
            }
        }
        // With nothing running every key is free, so what still waits wants more keys than are of use.
        for job in waiting {
            self.undone(job.probe, "no key is left that could be used");
        }
    }

    /// Sends the read request once with the key at this place, and nothing before it.
    pub async fn once_due(&self, key: usize) {
        if let Err(Cut { why, .. }) = probes::once_due(self, key).await {
            self.undone(Probe::Daily, why);
        }
    }

    async fn job(&self, job: &Job, keys: Vec<usize>) {
        let outcome = if self.world.now() + job.least > self.task.max_time {
            Err(Cut::because(too_late(self.task.max_time)))
        } else {
            probes::run(self, job, &keys).await
        };
        let mut state = self.state.borrow_mut();
        if let Some(place) = state.running.iter().position(|probe| *probe == job.probe) {
            state.running.swap_remove(place);
        }
        for key in keys {
            if let Some(key) = state.keys.get_mut(key) {
                key.busy = false;
            }
        }
        drop(state);
        if let Err(Cut { why, lost }) = outcome {
            if lost {
                let cut = format!("the target was lost: {why}");
                self.state.borrow_mut().lost.get_or_insert(cut);
            }
            self.undone(job.probe, why);
        }
    }

    fn undone(&self, probe: Probe, why: impl Into<String>) {
        let entry = (probe, why.into());
        let mut state = self.state.borrow_mut();
        if !state.undone.contains(&entry) {
            state.undone.push(entry);
        }
    }

    /// Keys for a job: fresh ones first, then those that have been silent longest. None if too few are free.
    fn take_keys(&self, job: &Job) -> Option<Vec<usize>> {
        let mut state = self.state.borrow_mut();
        // Both send requests without a key, and each has to see what its own do.
        let apart = match job.probe {
            Probe::Strangers => Some(Probe::Exempt),
            Probe::Exempt => Some(Probe::Strangers),
            _ => None,
        };
        let waits = |probe| state.running.contains(&probe);
        let apart_from_all = [Probe::Isolation, Probe::Restart];
        let alone = apart_from_all.contains(&job.probe) && !state.running.is_empty();
        if alone || apart_from_all.into_iter().any(waits) || apart.is_some_and(waits) {
            return None;
        }
        let writes = job.probe == Probe::Writes;
        let may = |place: usize| !writes || self.task.keys.get(place).is_some_and(|key| !key.read_only);
        let free =
            state.keys.iter().enumerate().filter(|(place, key)| !key.busy && !key.spent && may(*place));
        let mut free: Vec<(Option<At>, usize)> = free.map(|(place, key)| (key.used, place)).collect();
        free.sort_unstable();
        if free.len() < job.keys {
            return None;
        }
        let keys: Vec<usize> = free.into_iter().take(job.keys).map(|(_, place)| place).collect();
        for key in &keys {
            state.keys[*key].busy = true;
        }
        Some(keys)
    }

    /// The log so far. Probes that are under way count as cut short by `why`.
    pub fn log(&self, mut head: Head, why: &str) -> Log {
        let mut state = self.state.borrow_mut();
        let running = std::mem::take(&mut state.running);
        let mut undone = std::mem::take(&mut state.undone);
        undone.extend(running.into_iter().map(|probe| (probe, why.to_owned())));
        undone.dedup();
        let mut records = std::mem::take(&mut state.records);
        records.sort_by_key(|record| record.due);
        for (record, seq) in records.iter_mut().zip(1..) {
            record.seq = seq;
        }
        records.sort_by_key(|record| record.sent);
        head.found_limit = (state.limit > 0).then_some(state.limit);
        head.found_window = (!state.window.is_zero()).then_some(state.window);
        head.protocol = self.task.protocol;
        head.other = state.other.take();
        let missed = std::mem::take(&mut state.missed);
        Log { head, records, undone, missed, cut: state.lost.take() }
    }

    /// Limit and window, declared or found, the round trip, and how it can be connected: what a plan is made of.
    pub fn measured(&self) -> Measured {
        let state = self.state.borrow();
        let multiplexed = self.task.protocol == Protocol::Http2 || self.speaks_other();
        Measured { limit: state.limit, window: state.window, rtt: state.rtt, multiplexed }
    }

    /// Whether the target speaks the version of HTTP that it is not probed over.
    pub(super) fn speaks_other(&self) -> bool {
        self.state.borrow().other == Some(Other::Spoken)
    }

    pub(super) fn limit(&self) -> u64 {
        self.state.borrow().limit
    }

    pub(super) fn window(&self) -> Duration {
        self.state.borrow().window
    }

    /// Waits until then, unless that is beyond the time there is.
    pub(super) async fn wait(&self, at: At) -> Done {
        if at > self.task.max_time {
            return Err(Cut::because(too_late(self.task.max_time)));
        }
        if at > self.world.now() {
            self.world.sleep_until(at).await;
        }
        Ok(())
    }

    /// Takes requests out of the budget.
    pub(super) fn spend(&self, requests: u64) -> Done {
        let mut state = self.state.borrow_mut();
        if let Some(why) = &state.unfit {
            return Err(Cut::because(why.clone()));
        }
        if state.sent.saturating_add(requests) > self.task.max_requests {
            let most = self.task.max_requests;
            return Err(Cut::because(format!("cut short by max-requests {most}; allow more for it")));
        }
        if self.world.now() > self.task.max_time {
            return Err(Cut::because(too_late(self.task.max_time)));
        }
        state.sent += requests;
        Ok(())
    }

    /// Notes which of these markers the last answer holds, and shortens its body to what a record keeps.
    pub(super) fn search(&self, markers: &[String]) {
        let mut state = self.state.borrow_mut();
        if let Some(record) = state.records.last_mut() {
            let text = String::from_utf8_lossy(&record.body);
            record.found = markers.iter().filter(|marker| text.contains(marker.as_str())).cloned().collect();
            record.body.truncate(KEPT_BODY);
        }
    }

    /// Why nothing can be found out, if so: the probed request is refused before it was ever served, and not as limits
    /// refuse.
    pub fn unfit(&self) -> Option<String> {
        self.state.borrow().unfit.clone()
    }

    fn unfit_for_it(
        &self,
        state: &mut State,
        key: Option<usize>,
        record: &Record,
        seen: &Seen,
    ) -> Option<String> {
        /// Statuses with which limits refuse.
        const LIMITS: [u16; 2] = [429, 503];
        let Task { request, keys, .. } = self.task;
        let place = key?;
        let asked = record.method == request.method && record.target == request.target;
        let known = state.keys.get_mut(place).filter(|_| asked)?;
        known.served |= seen.admitted();
        if known.served || !seen.refused() || LIMITS.contains(&seen.status) {
            return None;
        }
        let (status, alias) = (seen.status, &keys.get(place)?.alias);
        Some(format!(
            "{} {} was answered {status} with {alias} before any limit could refuse it; name a request that this key is \
             served with (a contract's base path comes before the path)",
            record.method, record.target
        ))
    }

    /// Opens a connection.
    pub(super) async fn open(&self) -> Result<Link<W::Connection>, Cut> {
        self.open_as(self.task.protocol).await
    }

    /// Opens a connection that speaks this version of HTTP.
    pub(super) async fn open_as(&self, protocol: Protocol) -> Result<Link<W::Connection>, Cut> {
        let connection = match self.world.open(protocol).await {
            Ok(connection) => connection,
            // Once more: a full queue of connections is no reason to give up.
            Err(_) => self.world.open(protocol).await.map_err(Cut::lost)?,
        };
        Ok(self.link(connection, protocol))
    }

    /// Gives a connection its number.
    pub(super) fn link(&self, connection: W::Connection, protocol: Protocol) -> Link<W::Connection> {
        let mut state = self.state.borrow_mut();
        state.connections += 1;
        Link { connection, name: LinkName { number: state.connections, protocol } }
    }

    /// Records an answer, and what follows from it for its key.
    pub(super) fn record(
        &self,
        hand: &Hand<'_, W>,
        why: Why<'_>,
        link: LinkName,
        request: &Outgoing,
        reply: Reply,
    ) -> Result<Seen, Cut> {
        let record = Record {
            seq: 0,
            probe: hand.probe,
            round: hand.round,
            phase: why.phase,
            key: hand.key.and_then(|key| u16::try_from(key).ok()),
            connection: link.number,
            protocol: link.protocol,
            method: request.method.clone(),
            target: request.target.clone(),
            note: why.note.to_owned(),
            due: why.due.unwrap_or(reply.sent).min(reply.sent),
            sent: reply.sent,
            head: reply.head,
            end: reply.end,
            status: reply.status,
            headers: reply.headers,
            body: reply.body,
            body_length: reply.body_length,
            found: Vec::new(),
            error: reply.error,
            rejection: reply.rejection,
        };
        let mut seen = Seen::of(&record, &self.task.declared.daily_code);
        let mut state = self.state.borrow_mut();
        // Whoever was never served may be refused for whatever reason.
        let served = hand.key.and_then(|key| state.keys.get(key)).is_some_and(|key| key.served);
        seen.rejected = record.rejection.is_some() && served;
        let failed = record.error.is_some() && !seen.rejected;
        state.failures = if failed { state.failures + 1 } else { 0 };
        if let Some(key) = hand.key.and_then(|key| state.keys.get_mut(key)) {
            key.used = Some(record.end);
            key.promise = seen.promise;
        }
        if let Some(why) = self.unfit_for_it(&mut state, hand.key, &record, &seen) {
            state.unfit.get_or_insert(why);
        }
        let gone = state.failures >= MOST_FAILURES;
        let error = record.error.clone();
        state.records.push(record);
        match error.filter(|_| gone) {
            Some(error) => Err(Cut::lost(format!("{MOST_FAILURES} requests in a row failed: {error}"))),
            None => Ok(seen),
        }
    }
}

fn too_late(most: Duration) -> String {
    format!("it would not end within max-seconds {}; allow more for it", most.as_secs())
}
