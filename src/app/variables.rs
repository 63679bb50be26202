//! The variables from outside the scenario files: command line over environment over project.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use crate::env::Env;
use crate::model::{Node, NodeKind, Scenario, Span};
use crate::plan::{Cell, Row};
use crate::project::Environment;
use crate::redact::Redactor;
use crate::template::{Engine, Scope};

const VARIABLE: &str = "TOLLGATE_VAR_";
const SECRET: &str = "TOLLGATE_SECRET_";

/// Collects the variables; later sources win.
pub(super) struct Variables<'a> {
    engine: &'a Engine,
    redactor: &'a Redactor,
    scope: Scope,
    secret: HashSet<String>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(engine: &'a Engine, redactor: &'a Redactor) -> Self {
        Self { engine, redactor, scope: Scope::new(u64::MAX), secret: HashSet::new() }
    }

    /// The project's variables, in order; a later one may use an earlier one.
    ///
    /// # Errors
    /// The place of a template that cannot be rendered, and why.
    pub(super) fn project(&mut self, environment: &Environment) -> Result<(), (Span, String)> {
        self.secret.extend(environment.secrets.iter().map(|name| name.value.clone()));
        for (name, node) in &environment.vars {
            let value = self.engine.node(node, &self.scope).map_err(|error| (error.span, error.message))?;
            self.scope.set(name.value.clone(), value);
        }
        Ok(())
    }

    /// Variables that the embedded reference server brings.
    pub(super) fn given(&mut self, pairs: Vec<(String, String)>) {
        for (name, value) in pairs {
            self.scope.set(name, Value::String(value));
        }
    }

    /// `TOLLGATE_VAR_x` and `TOLLGATE_SECRET_x`; the name is matched as written and in lower case.
    pub(super) fn environment(&mut self, env: &Env) {
        for (name, value) in &env.vars {
            let (name, secret) = match (name.strip_prefix(VARIABLE), name.strip_prefix(SECRET)) {
                (Some(name), _) => (name, false),
                (_, Some(name)) => (name, true),
                _ => continue,
            };
            for name in [name.to_owned(), name.to_lowercase()] {
                if secret {
                    self.secret.insert(name.clone());
                }
                self.scope.set(name, Value::String(value.clone()));
            }
        }
    }

    /// `--var` and `--secret`.
    pub(super) fn command_line(&mut self, vars: &[(String, String)], secrets: &[(String, String)]) {
        self.secret.extend(secrets.iter().map(|(name, _)| name.clone()));
        for (name, value) in vars.iter().chain(secrets) {
            self.scope.set(name.clone(), Value::String(value.clone()));
        }
    }

    /// The variables, the secret ones made known to the redactor by value and by name.
    ///
    /// # Errors
    /// A secret that is too short to be hidden.
    pub(super) fn finish(self) -> Result<Arc<Scope>, String> {
        for name in &self.secret {
            if let Some(value) = self.scope.get(name) {
                self.redactor.add_value(value).map_err(|why| format!("the secret `{name}`: {why}"))?;
            }
        }
        self.redactor.add_names(self.secret);
        Ok(Arc::new(self.scope))
    }
}

/// Hides what a scenario file and its cases write for variables with secret names, before anything of the file is
/// shown. What is nothing but a template is no secret yet; its value is hidden once it is rendered.
pub(super) fn hide_written(redactor: &Redactor, scenario: &Scenario, rows: &[Row]) {
    let written = |node: &Node| match &node.kind {
        NodeKind::Text(text) if text.starts_with("{{") && text.ends_with("}}") => None,
        _ => Some(node.to_json()),
    };
    for (name, node) in &scenario.vars {
        if let Some(value) = written(node) {
            redactor.add_variable(&name.value, &value);
        }
    }
    let keys = scenario.limits.iter().flat_map(|limits| &limits.keys);
    for key in keys.filter(|key| !key.value.contains("{{")) {
        // What is too short to be hidden is refused before it is sent.
        let _ = redactor.add(&key.value);
    }
    for (name, cell) in rows.iter().flatten() {
        match cell {
            Cell::Value(value) => redactor.add_variable(name, value),
            Cell::Template(node) => {
                if let Some(value) = written(node) {
                    redactor.add_variable(name, &value);
                }
            }
        }
    }
}
