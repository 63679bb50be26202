//! The requests of a run's steps, rendered and not sent: what load is made of.

use super::Runner;
use super::render::Surroundings;
use super::scenario::Context;
use crate::model::{Action, Diagnostic, Request, Scenario};
use crate::plan::Run;
use crate::template::Scope;

/// A step that can be sent again and again.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Its name.
    pub name: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// Its place among the scenario's steps.
    pub place: usize,
    /// The request, its templates filled in once.
    pub request: Request,
}

impl Runner {
    /// Renders the steps of a run.
    ///
    /// # Errors
    /// Steps that need an answer of another one, or what cannot be rendered.
    pub fn rendered(&self, run: &Run, scenario: &Scenario) -> Result<Vec<Rendered>, Vec<Diagnostic>> {
        let context = Context::new(self, scenario, &run.name, run.contract.as_deref(), 0);
        let mut scope = Scope::child(&self.variables, 0);
        let whole = |why: String| vec![Diagnostic::file(&scenario.source.name, why)];
        if let Some(why) = context.missing(&scope, &run.row) {
            return Err(whole(why));
        }
        context.set_variables(&mut scope, &run.row).map_err(whole)?;
        let surroundings = Surroundings {
            runner: self,
            scope: &scope,
            defaults: &scenario.defaults,
            base_path: context.contract.map_or("", |contract| &contract.contract.base_path),
            file: &scenario.source.name,
        };
        let (mut all, mut mistakes) = (Vec::new(), Vec::new());
        let no_chain = "load sends every step by itself, at its time; what needs an earlier answer is for users: \
                        give `users` instead of a rate";
        for (place, step) in scenario.steps.iter().enumerate() {
            let mistake =
                |span, title: String, label: &str| Diagnostic::new(&scenario.source, span, title, label);
            match &step.action {
                Action::Request(spec) => {
                    if let Some(capture) = spec.capture.first() {
                        let title = "a scenario with captures cannot be loaded at a rate".to_owned();
                        mistakes.push(
                            mistake(capture.name.span, title, "kept for a later step").with_help(no_chain),
                        );
                        continue;
                    }
                    match surroundings.request(spec) {
                        Ok(request) => {
                            let line = scenario.source.position(spec.method.span).line;
                            all.push(Rendered { name: step.name.value.clone(), line, place, request });
                        }
                        Err(error) => mistakes.push(mistake(error.span, error.message, "here")),
                    }
                }
                Action::Include(include) => {
                    let title = "an include cannot be loaded at a rate".to_owned();
                    mistakes
                        .push(mistake(include.path.span, title, "another file's steps").with_help(no_chain));
                }
                Action::LeftOut(_) => {}
            }
        }
        if let Some(step) = scenario.setup.first().or(scenario.teardown.first()) {
            let title = "setup and teardown cannot be loaded at a rate".to_owned();
            mistakes.push(Diagnostic::new(&scenario.source, step.span, title, "here").with_help(no_chain));
        }
        if mistakes.is_empty() { Ok(all) } else { Err(mistakes) }
    }
}
