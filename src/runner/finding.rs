//! Observations become findings: placed in the scenario, with evidence, and without secrets.

use crate::model::{Exchange, Finding, Observation, RuleSource, Scenario, Severity, Span};
use crate::redact::Redactor;
use crate::report;

/// Most bytes of a response shown as evidence.
const EXCERPT: usize = 2_048;

/// Where a step's findings belong.
pub(super) struct Place<'a> {
    pub(super) scenario: &'a Scenario,
    /// The name of the run: the scenario's with its case.
    pub(super) run: &'a str,
    pub(super) step: &'a str,
    /// What is pointed at unless the observation knows better: the request line.
    pub(super) span: Span,
    pub(super) redactor: &'a Redactor,
}

impl Place<'_> {
    /// Places observations about one exchange.
    pub(super) fn findings(&self, observations: &[Observation], exchange: &Exchange) -> Vec<Finding> {
        if observations.is_empty() {
            return Vec::new();
        }
        let (curl, response) = self.evidence(exchange);
        observations.iter().map(|observation| self.finding(observation, &curl, &response)).collect()
    }

    /// The place with an exchange as evidence, for something that is said about it later.
    pub(super) fn specimen(&self, exchange: &Exchange) -> Finding {
        let (curl, response) = self.evidence(exchange);
        let at = self.scenario.source.position(self.span);
        Finding {
            rule: String::new(),
            name: String::new(),
            severity: Severity::Note,
            source: String::new(),
            message: String::new(),
            help: String::new(),
            file: self.scenario.source.name.to_string(),
            line: at.line,
            column: at.column,
            scenario: self.clean(self.run),
            step: self.clean(self.step),
            pointer: String::new(),
            expected: String::new(),
            actual: String::new(),
            count: 1,
            accepted: false,
            spread: None,
            diff: None,
            curl,
            response,
            snippet: self.snippet(self.span, ""),
        }
    }

    /// The request as a command, and the response or why there is none.
    fn evidence(&self, exchange: &Exchange) -> (String, String) {
        let response = match &exchange.outcome {
            Ok(response) => self.redactor.response_text(response, EXCERPT),
            Err(error) => self.clean(&error.message),
        };
        (self.redactor.curl(&exchange.request), response)
    }

    fn snippet(&self, span: Span, label: &str) -> String {
        self.clean(&report::snippet(&self.redactor.masked_at(&self.scenario.source, span), span, label))
    }

    fn finding(&self, observation: &Observation, curl: &str, response: &str) -> Finding {
        let span = observation.span.unwrap_or(self.span);
        let at = self.scenario.source.position(span);
        let label = if observation.span.is_some() { self.clean(&observation.message) } else { String::new() };
        Finding {
            rule: observation.rule.code.to_owned(),
            name: observation.rule.name.to_owned(),
            severity: observation.severity,
            source: self.source(observation),
            message: self.clean(&observation.message),
            help: self.clean(&observation.help),
            file: self.scenario.source.name.to_string(),
            line: at.line,
            column: at.column,
            scenario: self.clean(self.run),
            step: self.clean(self.step),
            pointer: self.clean(&observation.pointer),
            expected: self.clean(&observation.expected),
            actual: self.clean(&observation.actual),
            count: 1,
            accepted: false,
            spread: None,
            diff: observation.diff.clone(),
            curl: curl.to_owned(),
            response: response.to_owned(),
            snippet: self.snippet(span, &label),
        }
    }

    /// Where the rule comes from; of what nobody wrote down as a scenario, where that comes from.
    fn source(&self, observation: &Observation) -> String {
        match observation.rule.source {
            RuleSource::Scenario if self.scenario.independent => "the error pack".to_owned(),
            source => source.to_string(),
        }
    }

    fn clean(&self, text: &str) -> String {
        self.redactor.text(text).into_owned()
    }
}
