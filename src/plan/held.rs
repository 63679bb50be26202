//! A scenario as a plan holds it: parsed, or as the text from which it is parsed again when its turn comes.

use std::collections::HashSet;
use std::sync::Arc;

use super::{included, walk_part};
use crate::model::{Action, Scenario, Source, Spanned};
use crate::scenario;

/// A scenario file of a plan. A parsed one takes several times the memory of its text, so a large suite keeps
/// most of its files as text.
#[derive(Debug, Clone)]
pub struct Held {
    /// The file.
    pub source: Source,
    /// Its name for people.
    pub name: String,
    /// For `--tag`.
    pub tags: Vec<String>,
    /// The contract it names.
    pub contract: Option<Spanned<String>>,
    /// Whether it probes a rate limit.
    pub has_limits: bool,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Parsed(Arc<Scenario>),
    /// Only the files it includes, in the order of its steps.
    Text(Box<[Option<Arc<Scenario>>]>),
}

impl Held {
    /// Holds a scenario as it is.
    pub fn parsed(scenario: Scenario) -> Self {
        Self {
            source: scenario.source.clone(),
            name: scenario.name.value.clone(),
            tags: scenario.tags.clone(),
            contract: scenario.contract.clone(),
            has_limits: scenario.limits.is_some(),
            form: Form::Parsed(Arc::new(scenario)),
        }
    }

    /// Holds the scenario's text and what it includes; the rest is made again when it is asked for.
    pub fn text(mut scenario: Scenario) -> Self {
        let includes = included_files(&mut scenario).map(Option::take).collect();
        Self { form: Form::Text(includes), ..Self::parsed(scenario) }
    }

    /// The scenario. What was parsed once parses again, so it is there.
    pub fn open(&self) -> Option<Arc<Scenario>> {
        match &self.form {
            Form::Parsed(scenario) => Some(Arc::clone(scenario)),
            Form::Text(includes) => {
                let mut scenario = scenario::parse(&self.source).ok()?;
                included_files(&mut scenario).zip(includes).for_each(|(file, known)| file.clone_from(known));
                Some(Arc::new(scenario))
            }
        }
    }

    /// Calls `visit` for every scenario that this one includes, directly or not.
    pub fn included(&self, visit: &mut dyn FnMut(&Arc<Scenario>)) {
        match &self.form {
            Form::Parsed(scenario) => included(scenario, visit),
            Form::Text(includes) => {
                let mut seen = HashSet::new();
                includes.iter().flatten().for_each(|part| walk_part(part, &mut seen, visit));
            }
        }
    }
}

/// The places for the files that a scenario includes directly.
fn included_files(scenario: &mut Scenario) -> impl Iterator<Item = &mut Option<Arc<Scenario>>> {
    let Scenario { setup, steps, teardown, .. } = scenario;
    setup.iter_mut().chain(steps).chain(teardown).filter_map(|step| match &mut step.action {
        Action::Include(include) => Some(&mut include.scenario),
        Action::Request(_) | Action::LeftOut(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_the_same_scenario_again() {
        let part = "name: Login\ncontract: house\nsteps: [{ request: { get: /login } }]\n";
        let part = Arc::new(scenario::parse(&Source::new("_login.yaml", part)).expect("valid"));
        let text = "name: Leads\ntags: [smoke]\nsetup: [{ include: _login.yaml }]\n\
                    steps: [{ request: { get: /leads } }, { include: _login.yaml }]\n";
        let mut whole = scenario::parse(&Source::new("a.yaml", text)).expect("valid");
        included_files(&mut whole).for_each(|file| *file = Some(Arc::clone(&part)));
        let held = Held::text(whole.clone());
        assert_eq!(held.open().as_deref(), Some(&whole));
        assert_eq!((held.name.as_str(), held.tags.as_slice()), ("Leads", &["smoke".to_owned()][..]));
        let names = |held: &Held| {
            let mut names = Vec::new();
            held.included(&mut |scenario| names.push(scenario.source.name.clone()));
            names
        };
        assert_eq!(names(&held).len(), 1);
        assert_eq!(names(&held), names(&Held::parsed(whole)));
    }
}
