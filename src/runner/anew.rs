//! Requests of a load at a rate that are another one each time: rendered for each send, in a scope of its own.

use std::sync::Arc;

use super::Runner;
use super::render::Surroundings;
use super::scenario::Context;
use crate::model::{Action, Diagnostic, Request, Scenario};
use crate::plan::Run;
use crate::template::{Scope, functions};

/// What renders the steps of a scenario again and again.
pub struct Anew {
    runner: Arc<Runner>,
    run: Run,
    scenario: Arc<Scenario>,
    base: Arc<Scope>,
    /// Names of variables that are other ones for each send; all others have their values in the base.
    changing: Vec<String>,
}

impl std::fmt::Debug for Anew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Anew").field("name", &self.run.name).field("changing", &self.changing).finish()
    }
}

impl Anew {
    /// Looks what differs from send to send. A secret variable is made once: what is to be hidden stays bounded.
    ///
    /// # Errors
    /// A variable has no value.
    pub fn new(runner: Arc<Runner>, run: &Run, scenario: Arc<Scenario>) -> Result<Self, Vec<Diagnostic>> {
        let whole = |why: String| vec![Diagnostic::file(&scenario.source.name, why)];
        let mut once = Scope::child(&runner.variables, 0);
        context(&runner, run, &scenario).set_variables(&mut once, &run.row).map_err(whole)?;
        let in_row = |name: &str| run.row.iter().any(|(known, _)| known == name);
        let own = scenario.vars.iter().map(|(name, node)| (&name.value, expressions(&format!("{node:?}"))));
        let own = own.filter(|(name, _)| !in_row(name) && !runner.variables.contains(name));
        let row = run.row.iter().map(|(name, cell)| (name, expressions(&format!("{cell:?}"))));
        let is_secret = |name: &str| runner.redactor.is_secret(name);
        let all: Vec<_> = own.chain(row).filter(|(name, _)| !is_secret(name)).collect();
        let mut changing: Vec<String> = Vec::new();
        loop {
            let known = changing.len();
            for (name, code) in &all {
                if !changing.contains(name) && changes(code, &changing) {
                    changing.push((*name).clone());
                }
            }
            if changing.len() == known {
                break;
            }
        }
        let mut base = Scope::child(&runner.variables, 0);
        for (name, value) in once.iter().filter(|(name, _)| !changing.iter().any(|known| known == name)) {
            base.set(name, value.clone());
        }
        let row = run.row.iter().filter(|(name, _)| changing.contains(name)).cloned().collect();
        let run = Run { row, ..run.clone() };
        Ok(Self { base: Arc::new(base), runner, run, scenario, changing })
    }

    /// Whether the step at this place of the scenario makes another request each time.
    pub fn changes(&self, place: usize) -> bool {
        let Some(step) = self.scenario.steps.get(place) else { return false };
        let Action::Request(spec) = &step.action else { return false };
        let defaults = expressions(&format!("{:?}", self.scenario.defaults));
        let own = (&spec.path, &spec.query, &spec.headers, &spec.body);
        changes(&expressions(&format!("{own:?}")), &self.changing) || changes(&defaults, &self.changing)
    }

    /// The request of the step at this place of the scenario, for the send of a number.
    ///
    /// # Errors
    /// It cannot be rendered, or leads to another host.
    pub fn request(&self, place: usize, number: u64) -> Result<Request, String> {
        let Some(Action::Request(spec)) = self.scenario.steps.get(place).map(|step| &step.action) else {
            return Err("there is no such step".to_owned());
        };
        // Users have the streams with the highest bit.
        let mut scope = Scope::child(&self.base, number | 1 << 62);
        let context = context(&self.runner, &self.run, &self.scenario);
        context.set_variables(&mut scope, &self.run.row)?;
        let surroundings = Surroundings {
            runner: &self.runner,
            scope: &scope,
            defaults: &self.scenario.defaults,
            base_path: context.contract.map_or("", |contract| &contract.contract.base_path),
            file: &self.scenario.source.name,
        };
        let redactor = &self.runner.redactor;
        let request =
            surroundings.request(spec).map_err(|error| redactor.text(&error.message).into_owned())?;
        if !request.url.starts_with(&self.runner.settings.target) {
            return Err("it leads to another host; a load has one target".to_owned());
        }
        Ok(request)
    }
}

fn context<'a>(runner: &'a Runner, run: &'a Run, scenario: &'a Scenario) -> Context<'a> {
    Context { row: &run.row, ..Context::new(runner, scenario, &run.name, run.contract.as_deref(), 0) }
}

/// What stands in the braces of a text, one after the other.
fn expressions(text: &str) -> String {
    let mut all = String::new();
    for part in text.split("{{").skip(1) {
        all.push_str(part.split_once("}}").map_or(part, |(code, _)| code));
        all.push('\n');
    }
    all
}

/// Whether code names a function that makes something up, or one of these variables. Words in quotes count as well: then
/// something is rendered in vain, and never the other way round.
fn changes(code: &str, variables: &[String]) -> bool {
    let makers = functions().iter().filter(|function| function.makes.is_some()).map(|function| function.name);
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let known: Vec<&str> = makers.chain(variables.iter().map(String::as_str)).collect();
    words.into_iter().any(|word| known.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_changes_by_what_it_names() {
        let text = r#"Text("a uuid {{ base64(\"user:secret\") }} and {{ known | lower }}")"#;
        assert!(!changes(&expressions(text), &[]));
        assert!(changes(&expressions(text), &["known".to_owned()]));
        assert!(changes(&expressions("{{ random_int(1, 6) }}"), &[]));
        assert!(changes(&expressions("{{ base64(uuid()) }}"), &[]));
    }
}
