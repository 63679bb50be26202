//! The run as a whole: every answer is counted, and at the end it is said what does not fit together.

use std::sync::PoisonError;

use super::Runner;
use super::finding::Place;
use super::scenario::Context;
use crate::baseline;
use crate::census::{Answer, Position, Read, Told};
use crate::judge::Judged;
use crate::model::{Event, Exchange, Finding, Verdict};

/// Counts an answer that a contract judges; the step's line, and the request's path as the scenario has it.
pub(super) fn note(
    context: &Context<'_>,
    place: &Place<'_>,
    (line, path): (u32, &str),
    exchange: &Exchange,
    judged: &Judged,
) {
    let Some((name, compiled)) = context.contract_name.zip(context.contract) else { return };
    let position = Position {
        repetition: context.repetition,
        file: context.scenario.source.name.clone(),
        line,
        run: context.name.to_owned(),
    };
    let answer = Answer { name, contract: &compiled.contract, exchange, judged, path, position };
    let Some(read) = Read::of(&answer) else { return };
    let mut census = context.runner.census.lock().unwrap_or_else(PoisonError::into_inner);
    census.note(read, &|| place.specimen(exchange));
}

impl Runner {
    /// What does not fit together, if anything.
    pub(super) fn across(&self) -> Option<Event> {
        let census = self.census.lock().unwrap_or_else(PoisonError::into_inner);
        let told = census.told(|name| self.contracts.get(name).map(|compiled| &compiled.contract));
        let mut findings: Vec<Finding> = told.iter().map(|told| self.placed(told)).collect();
        if let Some(baseline) = &self.settings.baseline {
            for finding in &mut findings {
                let place = baseline::Place::new(&finding.file, &finding.scenario, &finding.step);
                baseline.judge(place, true, std::slice::from_mut(finding));
            }
        }
        let broken =
            findings.iter().any(|finding| !finding.accepted && finding.severity >= self.settings.fail_on);
        let verdict = if broken { Verdict::Fail } else { Verdict::Pass };
        (!findings.is_empty()).then_some(Event::RunJudged { verdict, findings })
    }

    fn placed(&self, told: &Told) -> Finding {
        let Told { observation, specimen } = told;
        let clean = |text: &str| self.redactor.text(text).into_owned();
        Finding {
            rule: observation.rule.code.to_owned(),
            name: observation.rule.name.to_owned(),
            severity: observation.severity,
            source: observation.rule.source.to_string(),
            message: clean(&observation.message),
            help: clean(&observation.help),
            pointer: clean(&observation.pointer),
            expected: clean(&observation.expected),
            actual: clean(&observation.actual),
            ..Finding::clone(specimen)
        }
    }
}
