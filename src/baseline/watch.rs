//! A baseline during a run: says which findings are known, and at the end which entries are gone.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Day, Entry, MOST, Place};
use crate::model::{BaselineReport, BaselineUpdate, Finding, Severity};

/// How long before its last day an entry in use is announced.
const ANNOUNCED_DAYS: u32 = 14;

/// How a run uses its baseline.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The file's name, for messages.
    pub file: String,
    /// The day of the run.
    pub today: Day,
    /// The lowest severity that fails a run: lower findings are not worth an entry.
    pub fail_on: Severity,
    /// The last day of new entries, where the file is to be written anew. New findings then are accepted at once,
    /// as the next run will.
    pub add_until: Option<Day>,
    /// The new last day of expired entries whose findings came again.
    pub renew_until: Option<Day>,
}

/// What could have been run: the steps of every scenario that was read, selected or not.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The steps by file.
    pub places: HashMap<String, Vec<Place>>,
    /// Files named by entries that are no more.
    pub missing: HashSet<String>,
    /// Whether those are all scenarios there are: no path, tag or filter narrowed them.
    pub complete: bool,
}

/// A baseline and what a run saw of it.
#[derive(Debug)]
pub struct Baseline {
    policy: Policy,
    entries: Vec<Entry>,
    /// Places in `entries`, by rule.
    by_rule: HashMap<String, Vec<usize>>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Entries whose finding came.
    used: HashSet<usize>,
    /// Steps by whether every time they came up they got the answer they want.
    proven: HashMap<Place, bool>,
    /// New entries, in the file's order.
    fresh: BTreeMap<[String; 6], Entry>,
    /// Whether there were more new findings than a file may have.
    too_many: bool,
}

/// What is known of a baseline after a run.
#[derive(Debug)]
pub struct Outcome {
    /// For the report.
    pub report: BaselineReport,
    /// The entries of the file written anew; none if that was not asked for.
    pub entries: Option<Vec<Entry>>,
    /// Whether there are more findings than a file may have.
    pub too_many: bool,
}

impl Baseline {
    /// A baseline before a run.
    pub fn new(entries: Vec<Entry>, policy: Policy) -> Self {
        let mut by_rule: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            by_rule.entry(entry.rule.clone()).or_default().push(index);
        }
        Self { policy, entries, by_rule, seen: Mutex::default() }
    }

    /// Marks the findings of a step that are accepted, and says of the others if they once were. `proven` says that
    /// the step got the answer it wants: only then is gone what did not come again.
    pub fn judge(&self, place: Place, proven: bool, findings: &mut [Finding]) {
        let mut seen = self.seen();
        for finding in findings {
            self.finding(finding, &mut seen);
        }
        *seen.proven.entry(place).or_insert(true) &= proven;
    }

    fn finding(&self, finding: &mut Finding, seen: &mut Seen) {
        let Policy { today, fail_on, add_until, renew_until, .. } = self.policy;
        let found = Entry::of(finding, add_until.unwrap_or(today));
        let candidates = self.by_rule.get(&finding.rule).into_iter().flatten();
        let fitting: Vec<usize> = candidates.copied().filter(|at| self.entries[*at].covers(&found)).collect();
        seen.used.extend(&fitting);
        let is_live = |at: &&usize| renew_until.is_some() || self.entries[**at].expires >= today;
        if fitting.iter().any(|at| is_live(&at)) {
            finding.accepted = true;
        } else if let Some(entry) =
            fitting.iter().map(|at| &self.entries[*at]).max_by_key(|entry| entry.expires)
        {
            self.say_expired(finding, entry);
        } else if add_until.is_some() && finding.severity >= fail_on {
            let entry = Entry::new(finding, found.expires);
            let key = entry.order().map(str::to_owned);
            if seen.fresh.len() + self.entries.len() < MOST || seen.fresh.contains_key(&key) {
                seen.fresh.insert(key, entry);
                finding.accepted = true;
            } else {
                seen.too_many = true;
            }
        }
    }

    fn say_expired(&self, finding: &mut Finding, entry: &Entry) {
        let (file, line, day) = (&self.policy.file, entry.line, entry.expires);
        finding.message.push_str(&format!(" (accepted until {day}, which is over)"));
        let how = format!("mend it, or give {file}:{line} a new `expires` and a reason");
        let rest = if finding.help.is_empty() { String::new() } else { format!("; {}", finding.help) };
        finding.help = how + &rest;
    }

    /// What became of the baseline.
    pub fn outcome(&self, scope: &Scope) -> Outcome {
        let seen = self.seen();
        let Policy { today, add_until, renew_until, .. } = self.policy;
        let mut report = BaselineReport {
            file: self.policy.file.clone(),
            entries: self.entries.len() as u64,
            ..BaselineReport::default()
        };
        let mut update = BaselineUpdate { added: seen.fresh.len() as u64, ..BaselineUpdate::default() };
        let mut kept = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let mut entry = entry.clone();
            if seen.used.contains(&at) {
                if let Some(day) = renew_until.filter(|_| entry.expires < today) {
                    entry.expires = day;
                    update.renewed += 1;
                }
                if entry.expires < today {
                    report.expired.push(entry.shown());
                } else if entry.expires < today.plus(ANNOUNCED_DAYS) {
                    report.expiring.push(entry.shown());
                }
            } else {
                let list = match state(&entry, &seen, scope) {
                    State::Fixed => Some(&mut report.fixed),
                    State::Gone => Some(&mut report.gone),
                    State::Unjudged => None,
                };
                if let Some(list) = list {
                    list.push(entry.shown());
                    update.dropped += 1;
                    continue;
                }
                report.unjudged += 1;
            }
            kept.push(entry);
        }
        kept.extend(seen.fresh.values().cloned());
        update.entries = kept.len() as u64;
        report.updated = add_until.map(|_| update);
        Outcome { report, entries: add_until.map(|_| kept), too_many: seen.too_many }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What can be said of an entry whose finding did not come.
#[derive(Clone, Copy)]
enum State {
    Fixed,
    /// Its step or file is no more.
    Gone,
    Unjudged,
}

fn state(entry: &Entry, seen: &Seen, scope: &Scope) -> State {
    let places: Vec<&Place> = match &entry.file {
        Some(file) if scope.missing.contains(file) => return State::Gone,
        Some(file) => match scope.places.get(file) {
            Some(places) => places.iter().filter(|place| entry.is_about(place)).collect(),
            None => return State::Unjudged,
        },
        None if scope.complete => {
            scope.places.values().flatten().filter(|place| entry.is_about(place)).collect()
        }
        None => return State::Unjudged,
    };
    let proven = |place: &Place| seen.proven.get(place) == Some(&true);
    let all_proven = || scope.complete && scope.places.values().flatten().all(proven);
    if places.is_empty() {
        State::Gone
    } else if places.iter().all(|place| proven(place)) && (!entry.needs_all() || all_proven()) {
        State::Fixed
    } else {
        State::Unjudged
    }
}

#[cfg(test)]
mod tests;
