//! What is said about an answer under load: known answers at once, all others by the judge.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::ids::Ids;
use super::plan::Step;
use crate::contract::Compiled;
use crate::judge::{self, Judged, Known, Memory};
use crate::mask::{mask, mask_pointer};
use crate::model::{Exchange, LiveFindings, LoadOutcome, Observation, Severity};

/// Most faults that are told apart; later ones are told apart by their rule alone.
const CAUSES: usize = 1_000;
/// Characters of a message or a value that are compared.
const COMPARED: usize = 240;

/// A fault, how often it was seen, and one answer that has it.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What makes it one fault: rule, severity, place, message and value, without what changes from answer to answer.
    pub cause: String,
    /// The step of the specimen, by its place.
    pub step: usize,
    /// What the rule said of it.
    pub observation: Observation,
    /// The answer, with its request.
    pub exchange: Arc<Exchange>,
    /// Answers that have it.
    pub count: u64,
    /// The first of them, in nanoseconds since the start.
    pub first: u64,
    /// The last of them, in nanoseconds since the start.
    pub last: u64,
}

/// What is to be counted of an answer.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) outcome: LoadOutcome,
    pub(super) status: u16,
    /// Whether it throttled, whatever else is wrong with it.
    pub(super) throttled: bool,
    pub(super) code: Option<String>,
    /// The seconds that it tells to wait.
    pub(super) wait: Option<u64>,
    /// Its faults, by their places.
    faults: Vec<usize>,
}

impl Seen {
    /// No answer at all.
    pub(super) fn transport() -> Self {
        let outcome = LoadOutcome::Transport;
        Self { outcome, status: 0, throttled: false, code: None, wait: None, faults: Vec::new() }
    }
}

/// The judge of one thread.
pub(super) struct Verdicts {
    contract: Option<Arc<Compiled>>,
    known: Vec<Known<Arc<Seen>>>,
    ids: Option<Arc<Ids>>,
    causes: HashMap<String, usize>,
    pub(super) faults: Vec<Fault>,
    pub(super) full: u64,
    pub(super) by_sight: u64,
    pub(super) unjudged: u64,
    pub(super) ids_seen: u64,
    pub(super) ids_reused: u64,
}

/// Asks for an id once, and keeps the answer.
struct Once<'a> {
    ids: Option<&'a Ids>,
    /// What is known of it already.
    told: Option<bool>,
    asked: std::cell::Cell<bool>,
    reused: std::cell::Cell<bool>,
}

impl Memory for Once<'_> {
    fn first_use(&self, _: &str, id: &str) -> Option<String> {
        self.asked.set(true);
        let reused = self.told.unwrap_or_else(|| self.ids.is_some_and(|ids| ids.came_before(id.as_bytes())));
        self.reused.set(reused);
        reused.then(|| "an earlier answer of this run".to_owned())
    }
}

impl Verdicts {
    /// A judge of answers to these steps.
    pub(super) fn new(steps: &[Step], contract: Option<&Arc<Compiled>>, ids: Option<Arc<Ids>>) -> Self {
        Self {
            contract: contract.cloned(),
            known: steps.iter().map(|step| Known::new(&step.request, contract)).collect(),
            ids,
            causes: HashMap::new(),
            faults: Vec::new(),
            full: 0,
            by_sight: 0,
            unjudged: 0,
            ids_seen: 0,
            ids_reused: 0,
        }
    }

    /// Whether these bytes are an answer that is known, and what is to be counted of it. The second part says that all
    /// of it is known, and its id came before.
    pub(super) fn look(&mut self, step: usize, bytes: &[u8], at: u64) -> Option<(Arc<Seen>, bool)> {
        let (seen, id) = self.known.get_mut(step)?.find(bytes, &SystemTime::now)?;
        let seen = Arc::clone(seen);
        if let (Some(id), Some(ids)) = (id, &self.ids) {
            self.ids_seen += 1;
            if ids.came_before(bytes.get(id)?) {
                return Some((seen, true));
            }
        }
        self.by_sight += 1;
        self.count(&seen, at);
        Some((seen, false))
    }

    /// Judges an answer by every rule, and keeps it for those that equal it. `reused`: its id is known to have come
    /// before.
    pub(super) fn judge(
        &mut self,
        step: usize,
        (bytes, head): (&[u8], Option<usize>),
        exchange: Exchange,
        reused: bool,
        at: u64,
    ) -> Arc<Seen> {
        self.full += u64::from(exchange.outcome.is_ok());
        let once = Once {
            ids: self.ids.as_deref(),
            told: reused.then_some(true),
            asked: Default::default(),
            reused: Default::default(),
        };
        let contract = self.contract.clone();
        let judged = judge::judge(&exchange, contract.as_deref(), &once);
        // The answer to a repeated idempotent request may be the stored one.
        let came_before = once.reused.get() && exchange.request.header("idempotency-key").is_none();
        self.ids_seen += u64::from(once.asked.get() && !reused);
        self.ids_reused += u64::from(came_before);
        let exchange = Arc::new(exchange);
        let faults =
            judged.observations.iter().map(|observation| self.fault(step, observation, &exchange)).collect();
        let seen = Arc::new(self.seen(&exchange, &judged, faults));
        self.count(&seen, at);
        if let (false, Some(head), Some(known)) = (came_before, head, self.known.get_mut(step)) {
            known.learn(bytes, head, &exchange, &judged, Arc::clone(&seen));
        }
        seen
    }

    fn count(&mut self, seen: &Seen, at: u64) {
        for place in &seen.faults {
            if let Some(fault) = self.faults.get_mut(*place) {
                if fault.count == 0 {
                    fault.first = at;
                }
                fault.count += 1;
                fault.last = at;
            }
        }
    }

    /// The findings so far, by rule.
    pub(super) fn by_rule(&self) -> Vec<LiveFindings> {
        let mut rules = Vec::new();
        for fault in &self.faults {
            let (rule, severity) = (fault.observation.rule.code, fault.observation.severity);
            add(&mut rules, &LiveFindings { rule, severity, count: fault.count });
        }
        rules
    }

    /// What can be said of an answer by its status alone.
    pub(super) fn unjudged(&mut self, status: u16) -> Arc<Seen> {
        self.unjudged += 1;
        let throttled = status == 429;
        let outcome = match status {
            429 => LoadOutcome::Throttled,
            400.. => LoadOutcome::Error,
            _ => LoadOutcome::Admitted,
        };
        Arc::new(Seen { outcome, status, throttled, code: None, wait: None, faults: Vec::new() })
    }

    fn seen(&self, exchange: &Exchange, judged: &Judged, faults: Vec<usize>) -> Seen {
        let response = match &exchange.outcome {
            Ok(response) if response.cut.is_none() => response,
            other => {
                let status = other.as_ref().map_or(0, |response| response.status);
                let outcome = LoadOutcome::Transport;
                return Seen { outcome, status, throttled: false, code: None, wait: None, faults };
            }
        };
        let (status, code) = (response.status, judged.code.clone());
        let throttles = |code: &String| {
            let limits = self.contract.iter().flat_map(|compiled| &compiled.contract.rate_limits);
            limits.into_iter().any(|limit| limit.code == *code)
        };
        let throttled = status == 429 || status >= 400 && code.as_ref().is_some_and(throttles);
        let broken = judged.observations.iter().any(|observation| observation.severity == Severity::Error);
        let outcome = match () {
            () if broken => LoadOutcome::ContractBroken,
            () if throttled => LoadOutcome::Throttled,
            () if status >= 400 => LoadOutcome::Error,
            () => LoadOutcome::Admitted,
        };
        let wait = response.header("retry-after").and_then(|line| line.trim().parse().ok());
        Seen { outcome, status, throttled, code, wait, faults }
    }

    /// The place of the fault that an observation tells of.
    fn fault(&mut self, step: usize, observation: &Observation, exchange: &Arc<Exchange>) -> usize {
        let mut cause = cause(observation);
        if self.causes.len() >= CAUSES && !self.causes.contains_key(&cause) {
            cause = format!("{} {}", observation.rule.code, observation.severity.as_str());
        }
        if let Some(place) = self.causes.get(&cause) {
            return *place;
        }
        let place = self.faults.len();
        self.causes.insert(cause.clone(), place);
        let exchange = Arc::clone(exchange);
        let observation = observation.clone();
        self.faults.push(Fault { cause, step, observation, exchange, count: 0, first: 0, last: 0 });
        place
    }
}

/// Rule, severity, place, message and value without the numbers, ids and times that differ from answer to answer.
fn cause(observation: &Observation) -> String {
    let [message, actual] = [&observation.message, &observation.actual].map(|part| mask(cut(part)));
    let pointer = mask_pointer(&observation.pointer);
    format!("{} {}\n{pointer}\n{message}\n{actual}", observation.rule.code, observation.severity.as_str())
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(COMPARED).map_or(text, |(end, _)| &text[..end])
}

/// Adds findings to those of the same rule.
pub(super) fn add(rules: &mut Vec<LiveFindings>, more: &LiveFindings) {
    let same = |known: &&mut LiveFindings| known.rule == more.rule && known.severity == more.severity;
    match rules.iter_mut().find(same) {
        Some(known) => known.count = known.count.saturating_add(more.count),
        None => rules.push(more.clone()),
    }
}

/// Faults of several threads as one list, by cause.
pub(super) fn merged(lists: Vec<Vec<Fault>>) -> Vec<Fault> {
    let mut all: Vec<Fault> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for fault in lists.into_iter().flatten().filter(|fault| fault.count > 0) {
        match places.get(&fault.cause).and_then(|place| all.get_mut(*place)) {
            Some(known) => {
                known.count += fault.count;
                known.last = known.last.max(fault.last);
                if fault.first < known.first {
                    *known = Fault { count: known.count, last: known.last, ..fault };
                }
            }
            None => {
                places.insert(fault.cause.clone(), all.len());
                all.push(fault);
            }
        }
    }
    all.sort_by_key(|fault| (fault.first, fault.observation.rule.code));
    all
}
