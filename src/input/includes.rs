//! Included scenario files: parsed once each, cycles refused.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{beside, scenarios};
use crate::env::Files;
use crate::model::{Action, Diagnostic, Include, Scenario, Source};

/// Deepest chain of includes.
const MAX_DEPTH: usize = 16;

/// The files that were included so far.
pub(super) struct Includes<'f> {
    files: &'f dyn Files,
    parsed: HashMap<PathBuf, Option<Arc<Scenario>>>,
    /// The files between the first includer and the one that is being read.
    way: Vec<PathBuf>,
    problems: Vec<Diagnostic>,
}

impl<'f> Includes<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Self { files, parsed: HashMap::new(), way: Vec::new(), problems: Vec::new() }
    }

    /// The mistakes in included files.
    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    /// Gives every include of the scenario its file.
    pub(super) fn resolve(&mut self, scenario: &mut Scenario) {
        let source = scenario.source.clone();
        self.way.push(PathBuf::from(&*source.name));
        let Scenario { setup, steps, teardown, .. } = scenario;
        for step in setup.iter_mut().chain(steps).chain(teardown) {
            if let Action::Include(include) = &mut step.action {
                include.scenario = self.included(&source, include);
            }
        }
        self.way.pop();
    }

    fn included(&mut self, includer: &Source, include: &Include) -> Option<Arc<Scenario>> {
        let path = beside(&includer.name, &include.path.value);
        if self.way.contains(&path) || self.way.len() >= MAX_DEPTH {
            let way: Vec<_> = self.way.iter().chain([&path]).map(|path| path.display().to_string()).collect();
            let title = "these files include each other in a circle";
            let problem = Diagnostic::new(includer, include.path.span, title, "closes the circle");
            self.problems.push(problem.with_help(way.join(" → ")));
            return None;
        }
        if let Some(known) = self.parsed.get(&path) {
            return known.clone();
        }
        if !self.files.exists(&path) {
            let title = format!("there is no file {}", path.display());
            let problem = Diagnostic::new(includer, include.path.span, title, "included here");
            self.problems.push(problem.with_help("the path is relative to this file"));
            return None;
        }
        let scenario = match scenarios::parse(self.files, &path) {
            Ok(mut scenario) => {
                self.resolve(&mut scenario);
                Some(Arc::new(scenario))
            }
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        };
        self.parsed.insert(path, scenario.clone());
        scenario
    }
}
