//! A scenario's steps as many users walk them at once: what is the same for all is rendered once, the rest for each walk.

use std::sync::Arc;

use super::render::Surroundings;
use super::scenario::{Context, Section};
use super::{Runner, Stop};
use crate::expect;
use crate::judge::read_body;
use crate::model::{Action, Capture, Diagnostic, Exchange, Request, RequestSpec, Scenario, Verdict};
use crate::plan::Run;
use crate::redact::Redactor;
use crate::template::{Scope, functions};

/// The variables that tell users and their walks apart, both from 0.
const OWN: [&str; 2] = ["user", "iteration"];

/// A scenario that users walk through. Setup and includes ran once, before the first of them.
#[derive(Clone)]
pub struct Journey {
    runner: Arc<Runner>,
    run: Run,
    scenario: Arc<Scenario>,
    base: Arc<Scope>,
    steps: Vec<JourneyStep>,
}

/// A step of it.
#[derive(Debug, Clone)]
pub struct JourneyStep {
    /// Its place in the scenario's steps.
    place: usize,
    /// Its name.
    pub name: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// Its method.
    pub method: String,
    /// Its path as it is written.
    pub path: String,
    /// Whether it expects something beside the contract: that is not looked at under load.
    pub expects: bool,
    /// The request, if it is the same for all users and walks.
    pub fixed: Option<Request>,
}

impl std::fmt::Debug for Journey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journey").field("name", &self.run.name).field("steps", &self.steps).finish()
    }
}

/// Why users do not begin.
#[derive(Debug)]
pub enum NotBegun {
    /// Mistakes in the scenario; nothing was sent.
    Mistakes(Vec<Diagnostic>),
    /// A step of the setup, or an included file, did not pass; teardown ran.
    Setup(Box<Diagnostic>),
}

impl Journey {
    /// Runs setup and includes, and looks which requests are always the same.
    ///
    /// # Errors
    /// A variable is missing, setup did not pass, or a request can never be rendered.
    pub async fn begin(
        runner: Arc<Runner>,
        run: &Run,
        scenario: Arc<Scenario>,
        stop: &Stop,
    ) -> Result<Self, NotBegun> {
        let told = |why: String| Diagnostic::file(&scenario.source.name, why);
        let whole = |why: String| NotBegun::Mistakes(vec![told(why)]);
        let mut base = Scope::child(&runner.variables, 0);
        {
            let context = Context {
                row: &run.row,
                ..Context::new(&runner, &scenario, &run.name, run.contract.as_deref(), 0)
            };
            if let Some(why) = context.missing(&base, &run.row) {
                return Err(whole(why));
            }
            let mut scope = Scope::child(&runner.variables, 0);
            OWN.into_iter().for_each(|name| scope.set(name, 0.into()));
            context.set_variables(&mut scope, &run.row).map_err(whole)?;
            let (mut outcomes, _) = context.sections(&mut scope, stop, &[Section::Setup]).await;
            for step in scenario.steps.iter().filter(|step| matches!(step.action, Action::Include(_))) {
                outcomes.push(context.step(step, &mut scope, stop).await);
            }
            if let Some(failed) = outcomes.iter().find(|outcome| outcome.result.verdict != Verdict::Pass) {
                let why = failed.findings.first().map(|finding| finding.message.clone());
                let why = failed.result.reason.clone().or(why).unwrap_or_else(|| "it failed".to_owned());
                context.sections(&mut scope, stop, &[Section::Teardown]).await;
                let title = format!("before the users: step `{}` did not pass: {why}", failed.result.name);
                return Err(NotBegun::Setup(Box::new(told(title))));
            }
            context.captured(&scope).into_iter().for_each(|(name, value)| base.set(name, value));
        }
        let mut journey =
            Self { runner, run: run.clone(), scenario, base: Arc::new(base), steps: Vec::new() };
        journey.steps = journey.look().map_err(NotBegun::Mistakes)?;
        Ok(journey)
    }

    /// The steps that are sent.
    pub fn steps(&self) -> &[JourneyStep] {
        &self.steps
    }

    /// What a user knows when a walk begins.
    ///
    /// # Errors
    /// A variable has no value.
    pub fn scope(&self, user: u32, iteration: u64) -> Result<Scope, String> {
        let stream = (u64::from(user) << 40 | iteration & ((1 << 40) - 1)) ^ 1 << 63;
        let mut scope = Scope::child(&self.base, stream);
        scope.set(OWN[0], user.into());
        scope.set(OWN[1], iteration.into());
        self.context().set_variables(&mut scope, &self.run.row)?;
        Ok(scope)
    }

    /// The request of a step, by its number in [`Journey::steps`], made anew.
    ///
    /// # Errors
    /// It cannot be rendered, or leads to another host.
    pub fn request(&self, step: usize, scope: &Scope) -> Result<Request, Box<Diagnostic>> {
        let Some((spec, _)) = self.spec(step) else {
            return Err(Box::new(Diagnostic::file(&self.scenario.source.name, "there is no such step")));
        };
        let context = self.context();
        let surroundings = Surroundings {
            runner: &self.runner,
            scope,
            defaults: &self.scenario.defaults,
            base_path: context.contract.map_or("", |contract| &contract.contract.base_path),
            file: &self.scenario.source.name,
        };
        let wrong =
            |span, title: String| Box::new(Diagnostic::new(&self.scenario.source, span, title, "here"));
        let request = surroundings.request(spec).map_err(|error| wrong(error.span, error.message))?;
        if !request.url.starts_with(&self.runner.settings.target) {
            return Err(wrong(
                spec.path.span,
                "this leads to another host; a load has one target".to_owned(),
            ));
        }
        Ok(request)
    }

    /// Whether something of the answer to a step is kept.
    pub fn captures(&self, step: usize) -> bool {
        self.spec(step).is_some_and(|(spec, _)| !spec.capture.is_empty())
    }

    /// Keeps what is wanted of an answer; the secrets in it are told.
    ///
    /// # Errors
    /// The answer does not have it.
    pub fn capture(
        &self,
        step: usize,
        exchange: &Exchange,
        scope: &mut Scope,
    ) -> Result<Vec<serde_json::Value>, String> {
        let Some((spec, _)) = self.spec(step) else { return Ok(Vec::new()) };
        let body = match exchange.response() {
            Some(response) if response.cut.is_none() => read_body(&response.body),
            _ => crate::model::Body::default(),
        };
        let found = expect::capture(&spec.capture, exchange, &body)
            .map_err(|error| self.runner.redactor.text(&error.message).into_owned())?;
        let redactor = &self.runner.redactor;
        let is_secret = |capture: &&Capture| capture.secret || redactor.is_secret(&capture.name.value);
        let names: Vec<&str> =
            spec.capture.iter().filter(is_secret).map(|capture| capture.name.value.as_str()).collect();
        let mut secrets = Vec::new();
        for (name, value, _) in found {
            if names.contains(&name.as_str()) {
                secrets.push(value.clone());
            }
            scope.set(name, value);
        }
        Ok(secrets)
    }

    /// What hides secrets.
    pub fn redactor(&self) -> &Redactor {
        &self.runner.redactor
    }

    /// Runs teardown, once, after the last user. Says why, if it did not pass.
    pub async fn end(&self, stop: &Stop) -> Option<String> {
        let mut scope = match self.scope(0, 0) {
            Ok(scope) => scope,
            Err(why) => return Some(why),
        };
        let (outcomes, _) = self.context().sections(&mut scope, stop, &[Section::Teardown]).await;
        let failed = outcomes.iter().find(|outcome| outcome.result.verdict != Verdict::Pass)?;
        Some(format!("step `{}` did not pass", failed.result.name))
    }

    fn context(&self) -> Context<'_> {
        let name = self.run.contract.as_deref();
        Context { row: &self.run.row, ..Context::new(&self.runner, &self.scenario, &self.run.name, name, 0) }
    }

    fn spec(&self, step: usize) -> Option<(&RequestSpec, &str)> {
        let step = self.scenario.steps.get(self.steps.get(step)?.place)?;
        match &step.action {
            Action::Request(spec) => Some((spec, &step.name.value)),
            Action::Include(_) | Action::LeftOut(_) => None,
        }
    }

    /// The variables that a function makes, or that have such a one in them.
    fn made_anew(&self) -> Vec<String> {
        let own = self.scenario.vars.iter().map(|(name, node)| (name.value.clone(), format!("{node:?}")));
        let row = self.run.row.iter().map(|(name, cell)| (name.clone(), format!("{cell:?}")));
        let all: Vec<(String, String)> = own.chain(row).collect();
        let mut found: Vec<String> = Vec::new();
        loop {
            let known = found.len();
            for (name, text) in &all {
                let made = makes(text)
                    || found.iter().any(|made| text.contains("{{") && text.contains(made.as_str()));
                if made && !found.contains(name) {
                    found.push(name.clone());
                }
            }
            if found.len() == known {
                return found;
            }
        }
    }

    /// The steps with requests. A request is always the same if two users have the same one, and no function made it:
    /// what a function says may be equal now, and another thing later.
    fn look(&mut self) -> Result<Vec<JourneyStep>, Vec<Diagnostic>> {
        let steps = self.scenario.steps.iter().enumerate();
        self.steps = steps
            .filter_map(|(place, step)| match &step.action {
                Action::Request(spec) => Some(JourneyStep {
                    place,
                    name: step.name.value.clone(),
                    line: self.scenario.source.position(spec.method.span).line,
                    method: spec.method.value.clone(),
                    path: spec.path.value.clone(),
                    expects: spec.expect != crate::model::Expect::default(),
                    fixed: None,
                }),
                Action::Include(_) | Action::LeftOut(_) => None,
            })
            .collect();
        let whole = |why: String| vec![Diagnostic::file(&self.scenario.source.name, why)];
        let (one, other) = (self.scope(0, 0).map_err(whole)?, self.scope(1, 1).map_err(whole)?);
        let variables = self.made_anew();
        let later = crate::plan::captured_names(&self.scenario);
        let mut steps = self.steps.clone();
        for (number, step) in steps.iter_mut().enumerate() {
            let Some((spec, _)) = self.spec(number) else { continue };
            let text = format!("{:?}{:?}", spec, self.scenario.defaults);
            match (self.request(number, &one), self.request(number, &other)) {
                (Ok(one), Ok(other)) => {
                    let made = makes(&text) || variables.iter().any(|name| text.contains(name.as_str()));
                    step.fixed = (one == other && !made).then_some(one);
                }
                // What is missing may be captured on the way.
                (Err(_), _) | (_, Err(_)) if later.iter().any(|name| text.contains(name.as_str())) => {}
                (Err(error), _) | (_, Err(error)) => return Err(vec![*error]),
            }
        }
        Ok(steps)
    }
}

/// Whether some function may be called in a text.
fn makes(text: &str) -> bool {
    text.contains("{{") && functions().iter().any(|function| text.contains(function.name))
}
