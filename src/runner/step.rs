//! One step: send, judge, perhaps wait and try again, keep what is captured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::finding::Place;
use super::pause::pause;
use super::scenario::{Context, millis};
use super::snapshots::{self, Answer};
use super::throttle::{self, Advice};
use super::{Stop, across, include, memory, render};
use crate::contract::Compiled;
use crate::expect;
use crate::judge::{self, Judged};
use crate::model::{
    Capture, Cut, Demand, Exchange, Finding, Observation, RequestSpec, Response, Severity, Step, StepResult,
    TransportError, TransportErrorKind, Verdict,
};
use crate::template::Scope;

/// What is said of a step whose expectation does not hold, as the baseline knows.
pub(super) const KNOWN: &str = "did not get the answer it expects, which the baseline accepts";

/// What came of a step.
pub(super) struct StepOutcome {
    pub(super) result: StepResult,
    pub(super) findings: Vec<Finding>,
    /// The included file with its contract and repetition, and what came of it: that is shown and counted once for
    /// all who include it so.
    pub(super) included: Vec<include::Shared>,
    /// Whether the scenario's other steps cannot build on this one.
    pub(super) ends_scenario: bool,
}

/// Runs a request step.
pub(super) async fn run(
    context: &Context<'_>,
    step: &Step,
    spec: &RequestSpec,
    scope: &mut Scope,
    stop: &Stop,
) -> StepOutcome {
    let started = Instant::now();
    let mut tries =
        Tries { context, step, spec, result: context.result(step), findings: Vec::new(), waits: 0 };
    let end = tries.until_end(scope, stop).await;
    let Tries { mut result, mut findings, .. } = tries;
    context.accept(step, matches!(end, End::Judged { expected: true }), &mut findings);
    let fail_on = context.runner.settings.fail_on;
    let failing = || findings.iter().filter(|finding| finding.severity >= fail_on);
    let broken = failing().any(|finding| !finding.accepted);
    let known = !broken && failing().next().is_some();
    let (verdict, reason, ends_scenario) = match end {
        End::Judged { expected: true } => (Verdict::Pass, None, false),
        End::Judged { expected: false } if known => (Verdict::Pass, Some(KNOWN.to_owned()), true),
        End::Judged { expected: false } => (Verdict::Fail, None, true),
        End::Unjudged(reason) => (Verdict::Inconclusive, Some(reason), true),
        End::Uncompared(reason) => (Verdict::Inconclusive, Some(reason), false),
        End::Skipped(reason) => (Verdict::Skipped, Some(reason), true),
    };
    result.verdict = if broken { Verdict::Fail } else { verdict };
    result.reason = reason.map(|reason| context.runner.redactor.text(&reason).into_owned());
    result.duration_ms = millis(started.elapsed());
    findings.shrink_to_fit();
    StepOutcome { result, findings, included: Vec::new(), ends_scenario }
}

/// How the tries of a step ended.
enum End {
    /// With an answer, as expected or not.
    Judged { expected: bool },
    /// Without one that can be judged.
    Unjudged(String),
    /// As expected, but what it is to be compared with is not there.
    Uncompared(String),
    /// Interrupted.
    Skipped(String),
}

/// What to do after one answer.
enum After {
    End(End),
    Again(Duration),
}

struct Tries<'c, 'r> {
    context: &'c Context<'r>,
    step: &'c Step,
    spec: &'c RequestSpec,
    result: StepResult,
    findings: Vec<Finding>,
    /// Waits for an unexpected 429; they do not count as tries.
    waits: u32,
}

impl Tries<'_, '_> {
    async fn until_end(&mut self, scope: &mut Scope, stop: &Stop) -> End {
        let runner = self.context.runner;
        loop {
            let surroundings = render::Surroundings {
                runner,
                scope,
                defaults: &self.context.scenario.defaults,
                base_path: self.context.contract.map_or("", |contract| &contract.contract.base_path),
                file: &self.context.scenario.source.name,
            };
            let request = match surroundings.request(self.spec) {
                Ok(request) => request,
                Err(error) => return End::Unjudged(self.context.at(error.span, &error.message)),
            };
            let to_target = request.url.starts_with(&runner.settings.target);
            if let Some(why) = runner.reach.given_up().filter(|_| to_target && self.result.attempts == 0) {
                return End::Unjudged(format!("not sent: the target cannot be reached: {why}"));
            }
            runner.redactor.add_sent(&request.headers);
            self.result.attempts += 1;
            let exchange = tokio::select! {
                exchange = runner.transport.send(&request) => exchange,
                () = stop.interrupted() => return End::Skipped("interrupted while the request was on its way".to_owned()),
            };
            if to_target && exchange.outcome.is_ok() {
                runner.reach.answered();
            }
            let pause = match self.judge(&exchange, scope) {
                After::End(end) => {
                    if let Some(error) = exchange.outcome.as_ref().err().filter(|_| to_target) {
                        runner.reach.failed(error);
                    }
                    return end;
                }
                After::Again(pause) => pause,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.interrupted() => return End::Skipped("interrupted while waiting to try again".to_owned()),
            }
        }
    }

    fn judge(&mut self, exchange: &Exchange, scope: &mut Scope) -> After {
        let response = match &exchange.outcome {
            Ok(response) => response,
            Err(error) => return self.no_answer(exchange, error, scope),
        };
        let runner = self.context.runner;
        runner.redactor.add_received(&response.headers);
        let judged = self.judged(exchange);
        self.hide_captured(exchange, &judged);
        across::note(
            self.context,
            &self.place(),
            (self.result.line, &self.spec.path.value),
            exchange,
            &judged,
        );
        self.result.codes.extend(judged.code.as_deref().map(|code| self.shown_code(code)));
        let wanted = self.expectation(exchange, &judged, scope);
        self.keep(&judged.observations, exchange);
        let unmet = match wanted {
            Ok(unmet) => unmet,
            Err(reason) => return After::End(End::Unjudged(reason)),
        };
        if throttle::is_unexpected(response, &self.spec.expect, !unmet.is_empty()) {
            return self.throttled(response, judged.code.as_deref());
        }
        let unknown = match &response.cut {
            Some(cut) => Some(why_cut(cut, exchange.request.timeout)),
            None => judged.body.unread().map(why_unread),
        };
        if unmet.is_empty() && unknown.is_none() {
            let end = self.capture(exchange, &judged, scope);
            return After::End(self.compared(end, exchange, response, &judged, scope));
        }
        if let Some(pause) = self.next_try() {
            return After::Again(pause);
        }
        if let Some(why) = unknown.filter(|_| unmet.is_empty()) {
            return After::End(End::Unjudged(why));
        }
        let end = self.unmet(unmet, exchange, response.status);
        After::End(self.compared(end, exchange, response, &judged, scope))
    }

    /// Looks at what was kept of an earlier answer to the step, or of another target's.
    fn compared(
        &mut self,
        end: End,
        exchange: &Exchange,
        response: &Response,
        judged: &Judged,
        scope: &Scope,
    ) -> End {
        let answer = Answer { response, judged, expected: matches!(end, End::Judged { expected: true }) };
        match snapshots::look(self.context, self.step, self.spec, &answer, scope) {
            Ok(found) => {
                self.keep(found.as_slice(), exchange);
                end
            }
            Err(reason) if answer.expected => End::Uncompared(reason),
            Err(_) => end,
        }
    }

    /// An expectation that does not hold, by what the step is for.
    fn unmet(&mut self, mut unmet: Vec<Observation>, exchange: &Exchange, status: u16) -> End {
        let demand = if status >= 500 { Demand::Must } else { self.spec.expect.demand };
        if demand != Demand::Must {
            unmet.iter_mut().for_each(|observation| observation.severity = Severity::Note);
        }
        let reason = unmet.first().map(|observation| observation.message.clone()).unwrap_or_default();
        self.keep(&unmet, exchange);
        match demand {
            Demand::Must => End::Judged { expected: false },
            Demand::Hint => End::Judged { expected: true },
            Demand::Premise => End::Unjudged(reason),
        }
    }

    fn judged(&self, exchange: &Exchange) -> Judged {
        let place = || format!("{} › {}", self.context.name, self.step.name.value);
        let memory = memory::At { ids: &self.context.runner.memory, place: &place };
        judge::judge(exchange, self.context.contract.map(AsRef::as_ref), &memory)
    }

    /// The parts of the expectation that do not hold.
    fn expectation(
        &self,
        exchange: &Exchange,
        judged: &Judged,
        scope: &Scope,
    ) -> Result<Vec<Observation>, String> {
        let contract = self.context.contract.map(|compiled: &Arc<Compiled>| &compiled.contract);
        let context =
            expect::Context { scope, engine: &self.context.runner.engine, contract, body: &judged.body };
        let mut expect = std::borrow::Cow::Borrowed(&self.spec.expect);
        if expect.within.is_none() && self.context.scenario.defaults.within.is_some() {
            expect.to_mut().within.clone_from(&self.context.scenario.defaults.within);
        }
        expect::check(&expect, exchange, &context)
            .map_err(|error| self.context.at(error.span, &error.message))
    }

    fn throttled(&mut self, response: &Response, code: Option<&str>) -> After {
        let contract = self.context.contract.map(|compiled| &compiled.contract);
        let longest = self.context.runner.settings.longest_wait;
        match throttle::advice(response, code, contract, self.waits, longest) {
            Advice::Wait(wait) => {
                self.waits += 1;
                After::Again(wait)
            }
            Advice::GiveUp(why) => After::End(End::Unjudged(why)),
        }
    }

    /// The wait before the next try, if the step asks for one.
    fn next_try(&self) -> Option<Duration> {
        let retry = self.spec.retry.as_ref()?;
        let tried = self.result.attempts - self.waits;
        let stream = include::stream(self.context.name) ^ u64::from(self.context.repetition);
        let seed = self.context.runner.settings.seed ^ stream;
        (tried < retry.max).then(|| pause(retry, tried, seed))
    }

    fn capture(&mut self, exchange: &Exchange, judged: &Judged, scope: &mut Scope) -> End {
        match expect::capture(&self.spec.capture, exchange, &judged.body) {
            Ok(captured) => {
                for (name, value, _) in captured {
                    scope.capture(name, value);
                }
                End::Judged { expected: true }
            }
            Err(error) => {
                self.keep(&[error.observation()], exchange);
                End::Judged { expected: false }
            }
        }
    }

    /// A code as reports show it: one of the catalogue is no secret, anything else is a server's text.
    fn shown_code(&self, code: &str) -> String {
        /// Most characters of a server's text that are kept as a code.
        const MOST: usize = 200;
        match self.context.contract {
            Some(compiled) if compiled.contract.codes.contains_key(code) => code.to_owned(),
            _ => self.context.runner.redactor.text(code).chars().take(MOST).collect(),
        }
    }

    /// Makes the secrets in an answer known before anything of it is shown, also where the step fails.
    fn hide_captured(&self, exchange: &Exchange, judged: &Judged) {
        let redactor = &self.context.runner.redactor;
        let is_secret = |capture: &&Capture| capture.secret || redactor.is_secret(&capture.name.value);
        for capture in self.spec.capture.iter().filter(is_secret) {
            let captured = expect::capture(std::slice::from_ref(capture), exchange, &judged.body);
            for (_, value, _) in captured.into_iter().flatten() {
                // Too short to be hidden is said where secrets are declared; a captured one is what it is.
                let _ = redactor.add_value(&value);
            }
        }
    }

    /// An exchange without an answer: a limit of the step that is surely broken fails it; what is no HTTP is
    /// a fault of the server; everything else cannot be judged.
    fn no_answer(&mut self, exchange: &Exchange, error: &TransportError, scope: &Scope) -> After {
        if error.kind == TransportErrorKind::Request {
            self.result.attempts -= 1;
            return After::End(End::Unjudged(format!("the request cannot be sent: {}", error.message)));
        }
        if let Some(pause) = self.next_try() {
            return After::Again(pause);
        }
        let mut judged = self.judged(exchange);
        let mut found = std::mem::take(&mut judged.observations);
        match self.expectation(exchange, &judged, scope) {
            Ok(unmet) => found.extend(unmet),
            Err(reason) => return After::End(End::Unjudged(reason)),
        }
        let fail_on = self.context.runner.settings.fail_on;
        let failed = found.iter().any(|observation| observation.severity >= fail_on);
        self.keep(&found, exchange);
        After::End(match failed {
            true => End::Judged { expected: false },
            false => End::Unjudged(error.message.clone()),
        })
    }

    fn keep(&mut self, observations: &[Observation], exchange: &Exchange) {
        let findings = self.place().findings(observations, exchange);
        self.findings.extend(findings);
    }

    fn place(&self) -> Place<'_> {
        Place {
            scenario: self.context.scenario,
            run: self.context.name,
            step: &self.step.name.value,
            span: self.spec.path.span,
            redactor: &self.context.runner.redactor,
        }
    }
}

/// Why a body that is not whole could not be judged, and what to do.
fn why_cut(cut: &Cut, timeout: Duration) -> String {
    match cut {
        Cut::TooLarge(most) => {
            format!("the body is larger than {most} bytes, and reading stopped; allow more with `--max-body`")
        }
        Cut::TimedOut => format!(
            "the body did not end within {} ms; allow more with `timeout`, or find out what holds it up",
            timeout.as_millis()
        ),
        Cut::Broken(how) => how.clone(),
    }
}

/// Why a body of which not everything is known could not be judged.
fn why_unread(pointer: &str) -> String {
    // A few steps on the way there say enough.
    let way: Vec<&str> = pointer.split('/').take(4).collect();
    let place = if pointer.is_empty() { "it".to_owned() } else { way.join("/") };
    format!("the body is nested more than 127 levels deep, and something deep inside {place} was not judged")
}
