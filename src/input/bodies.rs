//! Files that requests take their bodies from: they must be there before anything is sent.

use super::beside;
use crate::env::Files;
use crate::model::{Action, BodyPart, Diagnostic, Scenario};

/// One mistake for each body whose file is not there. A name with a template is known only later.
pub(super) fn missing(files: &dyn Files, scenario: &Scenario) -> Vec<Diagnostic> {
    let steps = scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown);
    let named = steps.filter_map(|step| match &step.action {
        Action::Request(spec) => match &spec.body {
            Some(BodyPart::File(name)) if !name.value.contains("{{") => Some(name),
            _ => None,
        },
        Action::Include(_) | Action::LeftOut(_) => None,
    });
    named
        .filter_map(|name| {
            let path = beside(&scenario.source.name, &name.value);
            let there = files.exists(&path) && !files.is_folder(&path);
            (!there).then(|| {
                let title = format!("there is no file {}", path.display());
                Diagnostic::new(&scenario.source, name.span, title, "the body of this request")
                    .with_help("the path is relative to this file")
            })
        })
        .collect()
}
