//! The repetitions of a scenario become one result: steps have their worst verdict, findings are grouped by cause.

use std::hash::{BuildHasher, RandomState};

use super::include::Included;
use super::scenario::Outcome;
use super::step::StepOutcome;
use crate::model::{Finding, Spread, StepResult, Verdict};
use crate::report::Causes;

/// Most different codes of one step that are counted; a server may make up a new one for every answer.
const MOST_CODES: usize = 200;

/// The repetitions so far. Memory is bounded by the causes of findings, and by what included files found in each
/// repetition, which other scenarios may still ask for.
pub(super) struct Repetitions {
    wanted: u32,
    done: u32,
    sum: Option<Outcome>,
    steps: Vec<Tally>,
}

/// What is known of one step beside its result.
#[derive(Default)]
struct Tally {
    causes: Group,
    passed: u32,
    failed: u32,
    unjudged: u32,
}

/// Findings by cause.
#[derive(Default)]
struct Group {
    causes: Causes,
    findings: Vec<Finding>,
}

impl Repetitions {
    pub(super) fn new(wanted: u32) -> Self {
        Self { wanted, done: 0, sum: None, steps: Vec::new() }
    }

    /// How many there were.
    pub(super) fn done(&self) -> u32 {
        self.done
    }

    /// Takes one in. Returns whether there is no need for another one: enough are done, or this one never began.
    pub(super) fn add(&mut self, mut outcome: Outcome) -> bool {
        let began = !outcome.steps.is_empty();
        if self.wanted <= 1 || (self.sum.is_none() && !began) {
            self.sum = Some(outcome);
            return true;
        }
        if !began {
            // What was left out on purpose changes nothing; what could not begin is a doubt about the whole.
            if let Some(sum) = self.sum.as_mut().filter(|_| outcome.result.verdict == Verdict::Inconclusive) {
                sum.result.verdict = Verdict::of_parts([sum.result.verdict, Verdict::Inconclusive]);
                sum.result.reason = outcome.result.reason;
            }
            return true;
        }
        self.done += 1;
        self.steps.resize_with(outcome.steps.len(), Tally::default);
        for (step, tally) in outcome.steps.iter_mut().zip(&mut self.steps) {
            tally.take(step);
        }
        match &mut self.sum {
            Some(sum) => join(sum, outcome),
            None => self.sum = Some(outcome),
        }
        self.done >= self.wanted
    }

    /// The result of all of them, if there was one.
    pub(super) fn end(self, interrupted: bool) -> Option<Outcome> {
        let Self { wanted, done, sum, steps: tallies } = self;
        let mut sum = sum?;
        if done == 0 {
            return Some(sum);
        }
        for (step, tally) in sum.steps.iter_mut().zip(tallies) {
            tally.finish(step, done);
        }
        if done < wanted {
            let why = sum.result.reason.take().filter(|_| sum.result.verdict == Verdict::Inconclusive);
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            sum.result.reason = Some(format!("ended after {done} of {wanted} repetitions{why}"));
            if interrupted && sum.result.verdict != Verdict::Fail {
                sum.result.verdict = Verdict::Inconclusive;
            }
        }
        sum.result.steps = sum.steps.iter().map(|step| step.result.clone()).collect();
        Some(sum)
    }
}

/// Adds another repetition of a scenario; its steps have been taken in.
fn join(sum: &mut Outcome, next: Outcome) {
    let verdict = Verdict::of_parts([sum.result.verdict, next.result.verdict]);
    if verdict != sum.result.verdict {
        sum.result.reason = next.result.reason;
    }
    sum.result.verdict = verdict;
    sum.result.duration_ms += next.result.duration_ms;
    for (step, next) in sum.steps.iter_mut().zip(next.steps) {
        let StepOutcome { result, included, .. } = next;
        step.included.extend(included);
        let known = &mut step.result;
        let verdict = Verdict::of_parts([known.verdict, result.verdict]);
        if verdict != known.verdict || (verdict == result.verdict && known.reason.is_none()) {
            known.reason = result.reason;
        }
        known.verdict = verdict;
        known.attempts = known.attempts.saturating_add(result.attempts);
        known.duration_ms += result.duration_ms;
        for (code, times) in result.code_counts {
            count(known, &code, times);
        }
    }
}

impl Tally {
    /// Takes a repetition's findings and codes out of its result, and counts how it went.
    fn take(&mut self, step: &mut StepOutcome) {
        match step.result.verdict {
            Verdict::Pass => self.passed += 1,
            Verdict::Fail => self.failed += 1,
            Verdict::Inconclusive => self.unjudged += 1,
            Verdict::Skipped => {}
        }
        self.causes.add(std::mem::take(&mut step.findings));
        for code in std::mem::take(&mut step.result.codes) {
            count(&mut step.result, &code, 1);
        }
    }

    /// Says how the repetitions went.
    fn finish(self, step: &mut StepOutcome, done: u32) {
        let Self { causes, passed, failed, unjudged } = self;
        let result = &mut step.result;
        result.flaky = passed > 0 && failed > 0;
        let how = |what: &str, times: u32| format!("{what} in {times} of {done} repetitions");
        let reason = match result.verdict {
            Verdict::Fail if result.flaky => Some(format!("flaky: {}", how("failed", failed))),
            Verdict::Fail => Some(how("failed", failed)),
            Verdict::Inconclusive => {
                let why = result.reason.take().map(|why| format!(": {why}")).unwrap_or_default();
                Some(format!("{}{why}", how("could not be judged", unjudged)))
            }
            // What passes with a reason is a failure that the baseline accepts.
            Verdict::Skipped | Verdict::Pass => result.reason.take(),
        };
        result.reason = reason;
        result.codes = result.code_counts.keys().cloned().collect();
        step.findings = causes.findings;
    }
}

/// Counts a code of a step's answers.
fn count(result: &mut StepResult, code: &str, times: u64) {
    let counts = &mut result.code_counts;
    if counts.len() < MOST_CODES || counts.contains_key(code) {
        *counts.entry(code.to_owned()).or_default() += times;
    }
}

impl Group {
    /// Adds the findings of one repetition of a step. Those that stand in one answer have that answer in common.
    fn add(&mut self, found: Vec<Finding>) {
        let hasher = RandomState::new();
        let mut seen: Vec<(usize, u64)> = Vec::new();
        for finding in found {
            let place = self.causes.place(&finding, self.findings.len());
            let answer = (place, hasher.hash_one(&finding.response));
            let is_new = !seen.contains(&answer);
            if is_new {
                seen.push(answer);
            }
            match self.findings.get_mut(place) {
                Some(known) => known.count += finding.count,
                None => self.findings.push(Finding { spread: Some(Box::default()), ..finding }),
            }
            let spread = self.findings.get_mut(place).and_then(|known| known.spread.as_deref_mut());
            if let Some(Spread { answers, .. }) = spread.filter(|_| is_new) {
                *answers += 1;
            }
        }
    }
}

/// Gives a step that includes files what came of those that nobody has shown yet.
pub(super) fn take_over<'i>(
    step: &mut StepOutcome,
    included: impl Iterator<Item = &'i Included>,
    repeated: bool,
) {
    let mut group = Group::default();
    for Included { requests, codes, findings, .. } in included {
        step.result.attempts = step.result.attempts.saturating_add(*requests);
        if repeated {
            codes.iter().for_each(|code| count(&mut step.result, code, 1));
            group.add(findings.clone());
        } else {
            step.result.codes.extend(codes.iter().cloned());
            step.findings.extend(findings.iter().cloned());
        }
    }
    if repeated {
        step.result.codes = step.result.code_counts.keys().cloned().collect();
        step.findings.extend(group.findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScenarioResult;

    fn outcome(verdict: Verdict, reason: Option<&str>, steps: usize) -> Outcome {
        let result = ScenarioResult {
            name: "Leads".into(),
            file: "leads.yaml".into(),
            contract: String::new(),
            verdict,
            duration_ms: 1,
            reason: reason.map(str::to_owned),
            steps: Vec::new(),
        };
        let step = || StepOutcome {
            result: StepResult {
                name: "a step".into(),
                line: 1,
                verdict,
                attempts: 1,
                duration_ms: 1,
                reason: None,
                contract: None,
                codes: Vec::new(),
                code_counts: indexmap::IndexMap::default(),
                flaky: false,
                findings: Vec::new(),
            },
            findings: Vec::new(),
            included: Vec::new(),
            ends_scenario: false,
        };
        Outcome { result, steps: (0..steps).map(|_| step()).collect(), limit: None }
    }

    #[test]
    fn a_repetition_that_could_not_begin_is_a_doubt_and_one_that_was_left_out_is_none() {
        for (verdict, expected, reason) in [
            (Verdict::Inconclusive, Verdict::Inconclusive, "ended after 1 of 3 repetitions: no value"),
            (Verdict::Skipped, Verdict::Pass, "ended after 1 of 3 repetitions"),
        ] {
            let mut repetitions = Repetitions::new(3);
            assert!(!repetitions.add(outcome(Verdict::Pass, None, 1)));
            assert!(repetitions.add(outcome(verdict, Some("no value"), 0)));
            let ended = repetitions.end(false).expect("there was one");
            assert_eq!((ended.result.verdict, ended.result.reason.as_deref()), (expected, Some(reason)));
        }
    }
}
