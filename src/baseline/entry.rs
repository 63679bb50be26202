//! One accepted finding: what it fits, and how it is made from a finding.

use super::Day;
use crate::mask::{mask, mask_pointer};
use crate::model::{BaselineEntry, Finding};

/// An entry of a baseline. Parts that are `None` fit anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The rule's code.
    pub rule: String,
    /// The rule's name, for readers of the file.
    pub name: String,
    /// The scenario file.
    pub file: Option<String>,
    /// The scenario's name with its case.
    pub scenario: Option<String>,
    /// The step's name.
    pub step: Option<String>,
    /// JSON pointer, places in lists masked.
    pub pointer: Option<String>,
    /// The message, masked.
    pub message: Option<String>,
    /// The last day on which it accepts.
    pub expires: Day,
    /// Why.
    pub reason: Option<String>,
    /// Its line in the file, from 1; 0 if it does not stand in it yet.
    pub line: u32,
}

/// A step of one run of a scenario: where findings come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The scenario file.
    pub file: String,
    /// The scenario's name with its case.
    pub scenario: String,
    /// The step's name.
    pub step: String,
}

impl Place {
    /// A place whose file is written as baselines write it.
    pub fn new(file: &str, scenario: &str, step: &str) -> Self {
        Self { file: plain_path(file), scenario: scenario.to_owned(), step: step.to_owned() }
    }
}

/// Rules that compare answers with each other: which step they speak about depends on who was first.
const ACROSS_STEPS: &[&str] = &["RID005"];
/// How the codes of rules about whole runs begin. They speak about one and the same step in each run, but only if the
/// answers they compare it with are there.
const ACROSS_RUN: &str = "CON";

impl Entry {
    /// The entry for a new finding: the narrowest that fits it again in the next run.
    pub(super) fn new(finding: &Finding, expires: Day) -> Self {
        let whole = Self::of(finding, expires);
        if ACROSS_STEPS.contains(&finding.rule.as_str()) {
            return Self { file: None, scenario: None, step: None, pointer: None, ..whole };
        }
        whole
    }

    /// The narrowest entry that fits a finding.
    pub(super) fn of(finding: &Finding, expires: Day) -> Self {
        Self {
            rule: finding.rule.clone(),
            name: finding.name.clone(),
            file: Some(plain_path(&finding.file)),
            scenario: Some(finding.scenario.clone()),
            step: Some(finding.step.clone()),
            pointer: Some(mask_pointer(&finding.pointer)),
            message: Some(mask(&finding.message)),
            expires,
            reason: None,
            line: 0,
        }
    }

    /// Whether it fits whatever the other one fits, dates aside.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let fits = |own: &Option<String>, other: &Option<String>| own.is_none() || own == other;
        self.rule == other.rule
            && fits(&self.file, &other.file)
            && fits(&self.scenario, &other.scenario)
            && fits(&self.step, &other.step)
            && fits(&self.pointer, &other.pointer)
            && fits(&self.message, &other.message)
    }

    /// Whether a run has to judge every step before it can be said that the finding is gone.
    pub(super) fn needs_all(&self) -> bool {
        ACROSS_STEPS.contains(&self.rule.as_str()) || self.rule.starts_with(ACROSS_RUN)
    }

    /// Whether findings of this place can fit.
    pub(super) fn is_about(&self, place: &Place) -> bool {
        let fits = |own: &Option<String>, there: &str| own.as_deref().is_none_or(|own| own == there);
        fits(&self.file, &place.file)
            && fits(&self.scenario, &place.scenario)
            && fits(&self.step, &place.step)
    }

    /// The texts that came from findings.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { file, scenario, step, pointer, message, .. } = self;
        [file, scenario, step, pointer, message].into_iter().flatten()
    }

    /// What files are sorted by, so that an entry more is a hunk more and nothing else.
    pub(super) fn order(&self) -> [&str; 6] {
        [
            self.file.as_deref().unwrap_or_default(),
            self.scenario.as_deref().unwrap_or_default(),
            self.step.as_deref().unwrap_or_default(),
            &self.rule,
            self.pointer.as_deref().unwrap_or_default(),
            self.message.as_deref().unwrap_or_default(),
        ]
    }

    /// The entry as reports show it.
    pub(super) fn shown(&self) -> BaselineEntry {
        BaselineEntry {
            rule: self.rule.clone(),
            name: self.name.clone(),
            line: self.line,
            file: self.file.clone(),
            scenario: self.scenario.clone(),
            step: self.step.clone(),
            pointer: self.pointer.clone(),
            message: self.message.clone(),
            expires: self.expires.to_string(),
            reason: self.reason.clone(),
        }
    }
}

/// A path as baselines write it: forward slashes, no `./` before it.
pub(super) fn plain_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.trim_start_matches("./").to_owned()
}
