//! What a limiter keeps of one key: its models, and what is on its way.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use super::fault::{Fault, Headers};
use super::keyed::{DAY, Quota, Scope};
use super::policy::{Algorithm, Anchor, Policy};
use super::{Decision, Model};

/// Writes under way, or admissions remembered for a lagging header; beyond it the oldest is done early.
const UNDER_WAY: usize = 4_096;
/// Longest time that a queue holds a request back.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was decided on a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruling {
    /// The limit that refused.
    pub(super) refused: Option<Scope>,
    /// The limit that binds first.
    pub(super) scope: Scope,
    /// How the key stands with it.
    pub(super) decision: Decision,
    /// How long the request is held back.
    pub(super) delay: Duration,
    /// Refusals since the last admission, this one included.
    pub(super) refused_in_a_row: u64,
    /// Admissions that a lagging reader does not know yet.
    pub(super) unseen: u64,
}

/// One key.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// What it was promised.
    pub(super) quota: Quota,
    limits: Limits,
    /// States that are read already and will be written, oldest first.
    writes: VecDeque<(Duration, Limits)>,
    /// When admitted requests end.
    ends: BinaryHeap<Reverse<Duration>>,
    concurrent: bool,
    /// When the last request in the queue is let out.
    queue: Duration,
    recent: VecDeque<Duration>,
    refused_in_a_row: u64,
}

/// The models of both limits.
#[derive(Debug, Clone)]
struct Limits {
    window: Box<dyn Model>,
    day: Option<Day>,
}

#[derive(Debug, Clone)]
struct Day {
    model: Box<dyn Model>,
    quota: u64,
    admitted: u64,
    began: Duration,
}

impl Slot {
    /// A key that is seen for the first time.
    pub(super) fn new(quota: Quota, enforced: &Quota, now: Duration) -> Self {
        let day = |daily: u64| {
            let algorithm = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
            let model = Policy { algorithm, limit: daily, window: DAY }.build();
            Day { model, quota: daily, admitted: 0, began: now }
        };
        Self {
            quota,
            limits: Limits { window: enforced.policy.build(), day: enforced.daily.map(day) },
            writes: VecDeque::new(),
            ends: BinaryHeap::new(),
            concurrent: enforced.policy.algorithm == Algorithm::Concurrency,
            queue: Duration::ZERO,
            recent: VecDeque::new(),
            refused_in_a_row: 0,
        }
    }

    /// Decides on a request that would be under way for `busy`.
    pub(super) fn decide(&mut self, faults: &[Fault], busy: Duration, now: Duration) -> Ruling {
        self.catch_up(now);
        let day_ends = !faults.contains(&Fault::DayNeverEnds);
        let gap = faults.iter().find_map(|fault| match fault {
            Fault::Races { gap } => Some(*gap),
            _ => None,
        });
        let (refused, scope, decision) = match gap {
            None => self.limits.decide(day_ends, now),
            Some(gap) => {
                let mut read = self.limits.clone();
                let ruled = read.decide(day_ends, now);
                self.writes.push_back((now.saturating_add(gap), read));
                ruled
            }
        };
        let mut ruling =
            Ruling { refused, scope, decision, delay: Duration::ZERO, refused_in_a_row: 0, unseen: 0 };
        for fault in faults {
            match *fault {
                Fault::FailsOpen => ruling.refused = None,
                Fault::Delays => self.hold_back(&mut ruling, now),
                Fault::Headers(Headers::RemainingLags { gap }) => ruling.unseen = self.unseen(gap, now),
                _ => {}
            }
        }
        if ruling.refused.is_some() {
            self.refused_in_a_row = self.refused_in_a_row.saturating_add(1);
        } else {
            self.refused_in_a_row = 0;
            if self.concurrent && ruling.decision.admitted {
                self.ends.push(Reverse(now.saturating_add(busy)));
            }
        }
        ruling.refused_in_a_row = self.refused_in_a_row;
        ruling
    }

    /// Ends what is over and writes what is due.
    fn catch_up(&mut self, now: Duration) {
        while let Some(Reverse(end)) = self.ends.peek().copied()
            && end <= now
        {
            self.ends.pop();
            self.limits.window.leave(end);
        }
        while let Some((due, _)) = self.writes.front()
            && (*due <= now || self.writes.len() > UNDER_WAY)
        {
            let Some((_, state)) = self.writes.pop_front() else { break };
            self.limits = state;
        }
    }

    /// Instead of being refused, a request waits until its turn.
    fn hold_back(&mut self, ruling: &mut Ruling, now: Duration) {
        if ruling.refused.take().is_some() {
            let requests = u32::try_from(self.quota.policy.limit).unwrap_or(u32::MAX).max(1);
            self.queue = self.queue.max(now).saturating_add(self.quota.policy.window / requests);
            self.queue = self.queue.min(now.saturating_add(PATIENCE));
            ruling.delay = self.queue.saturating_sub(now);
        }
    }

    /// How many were admitted within the gap before; this request is remembered, too, if it is.
    fn unseen(&mut self, gap: Duration, now: Duration) -> u64 {
        while self.recent.front().is_some_and(|at| now.saturating_sub(*at) > gap) {
            self.recent.pop_front();
        }
        let unseen = self.recent.len() as u64;
        if self.recent.len() < UNDER_WAY {
            self.recent.push_back(now);
        }
        unseen
    }
}

impl Limits {
    /// Counts a request if both limits admit it. One that is refused counts for neither, unless its model counts
    /// refusals.
    fn decide(&mut self, day_ends: bool, now: Duration) -> (Option<Scope>, Scope, Decision) {
        let Some(day) = &mut self.day else {
            let decision = self.window.arrive(now);
            return ((!decision.admitted).then_some(Scope::Window), Scope::Window, decision);
        };
        let mut next = day.clone();
        let of_day = next.arrive(day_ends, now);
        if !of_day.admitted {
            // Whether the window would have refused as well, and for longer.
            let of_window = self.window.boxed_clone().arrive(now);
            let longer = !of_window.admitted && of_window.wait >= of_day.wait;
            let (scope, decision) = if longer { (Scope::Window, of_window) } else { (Scope::Day, of_day) };
            return (Some(scope), scope, decision);
        }
        let of_window = self.window.arrive(now);
        if !of_window.admitted {
            return (Some(Scope::Window), Scope::Window, of_window);
        }
        *day = next;
        // Nothing left comes first, and of two such the later reset.
        let tightness = |decision: &Decision| (decision.remaining, Reverse(decision.reset));
        if tightness(&of_day) < tightness(&of_window) {
            (None, Scope::Day, of_day)
        } else {
            (None, Scope::Window, of_window)
        }
    }
}

impl Day {
    fn arrive(&mut self, ends: bool, now: Duration) -> Decision {
        let mut decision = self.model.arrive(now);
        if !ends && self.admitted >= self.quota {
            // The end that is told is the next one, and when it has come, the one after it.
            let gone = now.saturating_sub(self.began).as_nanos() % DAY.as_nanos();
            let left = DAY.saturating_sub(Duration::from_nanos(u64::try_from(gone).unwrap_or(0)));
            decision = Decision { admitted: false, remaining: 0, reset: left, wait: left, ..decision };
        }
        self.admitted = self.admitted.saturating_add(u64::from(decision.admitted));
        decision
    }
}
