//! What one run of the suite showed, as far as the matrix needs it.

use std::collections::BTreeMap;

use super::Suite;
use crate::model::{Event, Finding, Report, Severity, Verdict};
use crate::report::Fold;

/// What makes two findings of two runs the same: the rule and the place, not the words, which have ids in them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) rule: String,
    /// The scenario's place in the plan; none of what an included file has.
    pub(super) scenario: Option<usize>,
    step: String,
    pointer: String,
}

impl Key {
    fn of(finding: &Finding, scenario: Option<usize>) -> Self {
        let Finding { rule, step, pointer, .. } = finding;
        Self { rule: rule.clone(), scenario, step: step.clone(), pointer: pointer.clone() }
    }
}

/// A run.
pub(super) struct Seen {
    /// The findings, each with the highest of its severities.
    pub(super) found: BTreeMap<Key, Severity>,
    /// The first reason why something could not be judged.
    pub(super) doubt: Option<String>,
    /// The verdict on the scenarios so far.
    pub(super) verdict: Verdict,
    /// The scenarios so far by file and name.
    places: BTreeMap<(String, String), usize>,
    /// The whole report, which only a run on the clean server keeps.
    fold: Option<Fold>,
    /// What should not be found there, each fault once.
    pub(super) alarms: BTreeMap<Key, Finding>,
}

impl Seen {
    /// Nothing yet of a server with a defect.
    pub(super) fn of_defect() -> Self {
        Self {
            found: BTreeMap::new(),
            doubt: None,
            verdict: Verdict::Skipped,
            places: BTreeMap::new(),
            fold: None,
            alarms: BTreeMap::new(),
        }
    }

    /// Nothing yet of the clean server.
    pub(super) fn of_clean(suite: &Suite) -> Self {
        let fold = Fold::new(suite.tool.clone(), suite.catalogues.clone());
        Self { fold: Some(fold), ..Self::of_defect() }
    }

    /// Takes an event in.
    pub(super) fn event(&mut self, event: &Event) {
        if let Some(fold) = &mut self.fold {
            fold.event(event);
        }
        match event {
            Event::StepFinished { scenario, step, findings } => {
                findings.iter().for_each(|finding| self.finding(finding, Some(*scenario)));
                if step.verdict == Verdict::Inconclusive && self.doubt.is_none() {
                    self.doubt.clone_from(&step.reason);
                }
            }
            Event::ScenarioFinished { index, scenario } => {
                self.places.insert((scenario.file.clone(), scenario.name.clone()), *index);
                self.verdict = Verdict::of_parts([self.verdict, scenario.verdict]);
            }
            Event::RunJudged { findings, .. } => {
                for finding in findings {
                    let place = (finding.file.clone(), finding.scenario.clone());
                    self.finding(finding, self.places.get(&place).copied());
                }
            }
            Event::RunStarted { .. }
            | Event::LoadTick { .. }
            | Event::LimitJudged { .. }
            | Event::RunFinished { .. } => {}
        }
    }

    fn finding(&mut self, finding: &Finding, scenario: Option<usize>) {
        let key = Key::of(finding, scenario);
        if self.fold.is_some() && finding.severity > Severity::Note {
            self.alarms.entry(key.clone()).or_insert_with(|| finding.clone());
        }
        let severity = self.found.entry(key).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }

    /// The report on the run, if it was kept.
    pub(super) fn report(self, duration_ms: u64, interrupted: bool) -> Option<Report> {
        Some(self.fold?.report(duration_ms, interrupted))
    }
}
