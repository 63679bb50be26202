//! A limiter of many keys, as a server has it: a request comes, and what it is answered with comes out.
//!
//! With faults it decides or tells otherwise. No clock and no socket: a reference server and a simulation of one
//! call the same code.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::fault::{Class, Enforced, Fault, Headers, Identity, RetryAfter};
use super::headers::{HeaderFamily, Lines, Told};
use super::policy::Policy;
use super::slot::{Ruling, Slot};
use super::told;

/// The day of a daily quota; it begins with a key's first request.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Keys kept at the same time. Only a limiter that takes anything for a key can reach it, and then forgets them all.
const KEYS: usize = 20_000;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The limit on requests in a short time.
    pub policy: Policy,
    /// Requests in 24 hours, counted from the first request.
    pub daily: Option<u64>,
}

/// Which of a key's two limits is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The short window.
    Window,
    /// The day.
    Day,
}

/// A request, as a limiter sees it.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Whose limit it uses up; none if it brings no key that may be used.
    pub key: Option<&'a str>,
    /// What kind of request it is.
    pub class: Class,
    /// The number of the connection it comes on; all 0 if they are not told apart.
    pub connection: u64,
    /// Whether it comes over HTTP/2.
    pub http2: bool,
    /// Its X-Forwarded-For, if it has one.
    pub forwarded_for: Option<&'a str>,
    /// Path and query, to the letter.
    pub target: &'a str,
    /// Method and route, the same for all targets that mean the same.
    pub route: &'a str,
    /// How long it will be under way if it is admitted.
    pub busy: Duration,
    /// The time of day, for what is told as a date.
    pub at: SystemTime,
}

/// What a request is answered with, as far as limits decide it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The limit that refused, or none if the request is admitted.
    pub refused: Option<Scope>,
    /// The status of a refusal; 200 if it is admitted.
    pub status: u16,
    /// The lines of Retry-After.
    pub retry_after: Vec<String>,
    /// The rate limit headers.
    pub headers: Lines,
    /// Whether the request does what it asks for.
    pub effect: bool,
    /// Whether the body is cut.
    pub malformed: bool,
    /// How long the answer is held back.
    pub delay: Duration,
}

impl Answer {
    /// Whether the request is admitted.
    pub fn admitted(&self) -> bool {
        self.refused.is_none()
    }

    /// The answer to a request that no limit is for.
    fn exempt() -> Self {
        Self {
            refused: None,
            status: 200,
            retry_after: Vec::new(),
            headers: Lines::new(),
            effect: true,
            malformed: false,
            delay: Duration::ZERO,
        }
    }
}

/// The limits of all keys.
#[derive(Debug, Clone)]
pub struct Limiter {
    family: HeaderFamily,
    faults: Arc<[Fault]>,
    slots: HashMap<String, Slot>,
    latest: Duration,
    requests: u64,
    refusals: u64,
}

impl Limiter {
    /// Nobody has asked for anything yet.
    pub fn new(family: HeaderFamily, faults: &[Fault]) -> Self {
        let faults = Arc::from(faults);
        Self { family, faults, slots: HashMap::new(), latest: Duration::ZERO, requests: 0, refusals: 0 }
    }

    /// Decides on a request at `now`, a time since any fixed origin; a time before the latest counts as that.
    /// `quota` is the one that the request's key has been promised.
    pub fn arrive(&mut self, quota: &Quota, arrival: &Arrival<'_>, now: Duration) -> Answer {
        let now = now.max(self.latest);
        self.latest = now;
        if !self.concerns(arrival) {
            return Answer::exempt();
        }
        self.requests += 1;
        let Some(key) = arrival.key else { return self.count_for_all(arrival, now) };
        let identity = self.identity(key, arrival);
        if self.slots.len() >= KEYS && !self.slots.contains_key(&identity) {
            self.slots.clear();
        }
        let (enforced, faults) = (self.enforced(quota), Arc::clone(&self.faults));
        let slot = self.slots.entry(identity).or_insert_with(|| Slot::new(*quota, &enforced, now));
        let ruling = slot.decide(&faults, arrival.busy, now);
        self.answer(quota, &enforced, arrival, ruling)
    }

    /// How many keys are kept.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.slots.len()
    }

    /// Whether the request is one that limits are for.
    fn concerns(&self, arrival: &Arrival<'_>) -> bool {
        let counted = arrival.class == Class::Ordinary || self.has(Fault::Counts(arrival.class));
        let free = |fault: &Fault| match fault {
            Fault::NeverLimits { route } => *route == arrival.route,
            Fault::NeverLimitsHttp2 => arrival.http2,
            _ => false,
        };
        counted && !self.faults.iter().any(free)
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// A request without a key uses up the limits of all keys, and the strictest answers.
    fn count_for_all(&mut self, arrival: &Arrival<'_>, now: Duration) -> Answer {
        let faults = Arc::clone(&self.faults);
        let rulings =
            self.slots.values_mut().map(|slot| (slot.quota, slot.decide(&faults, arrival.busy, now)));
        let strictest = rulings.max_by_key(|(_, ruling)| (ruling.refused.is_some(), ruling.decision.wait));
        match strictest {
            Some((quota, ruling)) => self.answer(&quota, &self.enforced(&quota), arrival, ruling),
            None => Answer::exempt(),
        }
    }

    /// What is counted together.
    fn identity(&self, key: &str, arrival: &Arrival<'_>) -> String {
        let kind = self.faults.iter().find_map(|fault| match fault {
            Fault::Identity(identity) => Some(*identity),
            _ => None,
        });
        let part = |part: u64, count: u32| format!("{key} {}", part % u64::from(count.max(1)));
        match kind {
            None => key.to_owned(),
            Some(Identity::Shared) => String::new(),
            Some(Identity::PerConnection) => format!("{key} {}", arrival.connection),
            Some(Identity::Nodes { count }) => part(arrival.connection, count),
            Some(Identity::NodesByRequest { count }) => part(self.requests, count),
            Some(Identity::ForwardedFor) => format!("{key} {}", arrival.forwarded_for.unwrap_or_default()),
            Some(Identity::RawTarget) => format!("{key} {}", arrival.target),
            Some(Identity::PerRoute) => format!("{key} {}", arrival.route),
        }
    }

    /// The quota that is enforced.
    fn enforced(&self, told: &Quota) -> Quota {
        let change = |policy: Policy, fault: &Fault| match fault {
            Fault::Enforces(enforced) => Enforced::policy(*enforced, policy),
            _ => policy,
        };
        Quota { policy: self.faults.iter().fold(told.policy, change), ..*told }
    }

    /// Tells what was decided.
    fn answer(&mut self, quota: &Quota, enforced: &Quota, arrival: &Arrival<'_>, ruling: Ruling) -> Answer {
        let refused = ruling.refused;
        self.refusals += u64::from(refused.is_some());
        let told = self.told(quota, enforced, &ruling, arrival.at);
        let hidden = self.has(Fault::Headers(Headers::Missing))
            || refused.is_some() && self.has(Fault::Headers(Headers::MissingOnRefusals));
        let mut answer = Answer {
            refused,
            headers: if hidden { Lines::new() } else { self.family.lines(quota, told) },
            delay: ruling.delay,
            ..Answer::exempt()
        };
        let Some(scope) = refused else { return answer };
        (answer.status, answer.effect) = (429, self.has(Fault::EffectFirst));
        let window = if scope == Scope::Day { DAY } else { quota.policy.window };
        let mut wait = ruling.decision.wait;
        let mut form = None;
        for fault in self.faults.iter() {
            match *fault {
                Fault::RetryAfter(RetryAfter::MissingForDay) if scope == Scope::Window => {}
                Fault::RetryAfter(told) => form = Some(told),
                Fault::DayToldAsWindow if scope == Scope::Day => wait = quota.policy.window,
                Fault::Status(status) => answer.status = status,
                Fault::Malformed { one_in } => answer.malformed = self.refusals.is_multiple_of(one_in.max(1)),
                _ => {}
            }
        }
        answer.retry_after = told::retry_after(form, wait, window, self.refusals, arrival.at);
        answer
    }

    /// The numbers of the headers.
    fn told(&self, quota: &Quota, enforced: &Quota, ruling: &Ruling, at: SystemTime) -> Told {
        let Ruling { refused, scope, decision, .. } = ruling;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        // Who enforces another limit than is told counts what was used, and tells what should be left.
        let (limit, off) = match scope {
            Scope::Window => {
                let told = quota.policy.capacity();
                (told, number(told).saturating_sub(number(enforced.policy.capacity())))
            }
            Scope::Day => (decision.limit, 0),
        };
        let remaining = number(decision.remaining).saturating_add(off).max(0);
        let mut told = Told {
            scope: *scope,
            limit,
            remaining: if refused.is_some() { 0 } else { remaining },
            reset: told::seconds(decision.reset),
            available: told::seconds(if refused.is_some() { decision.wait } else { decision.reset }),
        };
        for fault in self.faults.iter() {
            match *fault {
                Fault::FailsOpen => told.remaining = -1,
                Fault::Headers(Headers::RemainingBefore) if refused.is_none() => told.remaining += 1,
                Fault::Headers(Headers::RemainingBelowZero) if refused.is_some() => {
                    told.remaining = number(ruling.refused_in_a_row).saturating_neg();
                }
                Fault::Headers(Headers::RemainingLags { .. }) if refused.is_none() => {
                    told.remaining = told.remaining.saturating_add(number(ruling.unseen));
                }
                Fault::Headers(Headers::LimitVaries) => told.limit += self.requests % 2,
                Fault::Headers(Headers::LimitDoubled) => told.limit = told.limit.saturating_mul(2),
                Fault::Headers(Headers::ResetConstant) => {
                    told.reset = told::seconds(quota.policy.window);
                    told.available = told.reset;
                }
                Fault::Headers(Headers::ResetEpoch) => {
                    told.reset = told::epoch(at, decision.reset);
                    told.available = told.reset;
                }
                _ => {}
            }
        }
        told
    }
}
