//! Results and findings without secrets: texts for people are searched; names, verdicts and numbers, on which
//! programs build, stay what they are.

use super::Redactor;
use crate::model::{
    BaselineEntry, BaselineReport, DiffLine, DiffPart, EarlierLoad, Event, Finding, LimitReport,
    LimitVerdict, LoadComparison, Report, ScenarioResult, StepResult,
};

impl Redactor {
    /// The event without the secrets that are known by now.
    pub fn event(&self, event: &Event) -> Event {
        let mut event = event.clone();
        match &mut event {
            Event::RunStarted { target, against, .. } => {
                std::iter::once(target).chain(against).for_each(|text| self.clean(text));
            }
            Event::StepFinished { step, findings, .. } => {
                self.step(step);
                findings.iter_mut().for_each(|finding| self.finding(finding));
            }
            Event::ScenarioFinished { scenario, .. } => self.scenario(scenario),
            Event::RunJudged { findings, .. } => {
                findings.iter_mut().for_each(|finding| self.finding(finding));
            }
            Event::LimitJudged { limit, .. } => self.limit(limit),
            Event::LoadTick { .. } | Event::RunFinished { .. } => {}
        }
        event
    }

    /// Takes the secrets out of a report, those included that became known after the event they stand in.
    pub fn report(&self, report: &mut Report) {
        std::iter::once(&mut report.target).chain(&mut report.against).for_each(|text| self.clean(text));
        report.scenarios.iter_mut().for_each(|scenario| self.scenario(scenario));
        report.limits.iter_mut().for_each(|limit| self.limit(limit));
        let alarms = report.matrix.iter_mut().flat_map(|matrix| &mut matrix.false_alarms);
        report.findings.iter_mut().chain(alarms).for_each(|finding| self.finding(finding));
        let mutants = report.matrix.iter_mut().flat_map(|matrix| &mut matrix.mutants);
        mutants.flat_map(|mutant| &mut mutant.reason).for_each(|reason| self.clean(reason));
        let steps = report.load.iter_mut().flat_map(|load| &mut load.steps);
        let texts = steps.flat_map(|step| std::iter::once(&mut step.name).chain(&mut step.failure));
        texts.for_each(|text| self.clean(text));
        if let Some(compare) = report.load.as_mut().and_then(|load| load.compare.as_mut()) {
            self.comparison(compare);
        }
    }

    /// An earlier report may be of a time when today's secrets were none.
    fn comparison(&self, compare: &mut LoadComparison) {
        let LoadComparison { earlier, plan, doubts, steps, findings, .. } = compare;
        let EarlierLoad { file, scenario, target, .. } = earlier;
        [file, scenario, target].into_iter().chain(doubts).for_each(|text| self.clean(text));
        plan.iter_mut().flat_map(|part| [&mut part.earlier, &mut part.now]).for_each(|text| self.clean(text));
        steps.iter_mut().for_each(|step| self.clean(&mut step.name));
        findings
            .iter_mut()
            .flat_map(|finding| [&mut finding.step, &mut finding.message])
            .for_each(|text| self.clean(text));
    }

    /// Takes the secrets out of what is said about a baseline.
    pub fn baseline(&self, baseline: &mut BaselineReport) {
        let BaselineReport { file, fixed, gone, expired, expiring, .. } = baseline;
        self.clean(file);
        for entry in [fixed, gone, expired, expiring].into_iter().flatten() {
            let BaselineEntry { file, scenario, step, pointer, message, reason, .. } = entry;
            let texts = [file, scenario, step, pointer, message, reason];
            texts.into_iter().flatten().for_each(|text| self.clean(text));
        }
    }

    fn limit(&self, limit: &mut LimitReport) {
        let LimitReport { scenario, file, request, verdicts, undone, model, .. } = limit;
        [scenario, file, request].into_iter().for_each(|text| self.clean(text));
        for verdict in verdicts {
            let LimitVerdict { measured, evidence, guard, reproduce, .. } = verdict;
            [measured, reproduce].into_iter().chain(evidence).chain(guard).for_each(|text| self.clean(text));
        }
        undone.iter_mut().for_each(|undone| self.clean(&mut undone.reason));
        model.rejected.iter_mut().for_each(|rejected| self.clean(&mut rejected.contradiction));
    }

    fn scenario(&self, scenario: &mut ScenarioResult) {
        let ScenarioResult { name, file, reason, steps, .. } = scenario;
        [name, file].into_iter().chain(reason).for_each(|text| self.clean(text));
        steps.iter_mut().for_each(|step| self.step(step));
    }

    fn step(&self, step: &mut StepResult) {
        std::iter::once(&mut step.name).chain(&mut step.reason).for_each(|text| self.clean(text));
    }

    fn finding(&self, finding: &mut Finding) {
        let Finding {
            message,
            help,
            file,
            scenario,
            step,
            pointer,
            expected,
            actual,
            curl,
            response,
            snippet,
            rule: _,
            name: _,
            severity: _,
            source: _,
            line: _,
            column: _,
            count: _,
            accepted: _,
            spread,
            diff,
        } = finding;
        diff.iter_mut().flat_map(|diff| &mut diff.lines).for_each(|line| self.diff_line(line));
        for place in spread.iter_mut().flat_map(|spread| &mut spread.places) {
            [&mut place.file, &mut place.scenario, &mut place.step]
                .into_iter()
                .for_each(|text| self.clean(text));
        }
        [message, help, file, scenario, step, pointer, expected, actual, curl, response, snippet]
            .into_iter()
            .for_each(|text| self.clean(text));
    }

    /// A secret may reach over several pieces of a line; then the line keeps its text and loses its marks.
    fn diff_line(&self, line: &mut DiffLine) {
        if let std::borrow::Cow::Owned(text) = self.text(&line.text()) {
            line.parts = vec![DiffPart { text, changed: false }];
        }
    }

    fn clean(&self, text: &mut String) {
        if let std::borrow::Cow::Owned(clean) = self.text(text) {
            *text = clean;
        }
    }
}
