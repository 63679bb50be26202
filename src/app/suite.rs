//! A suite ready to run: project, variables, plan and contracts, read and checked before anything is sent.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::gather::{self, Refusal};
use super::variables::Variables;
use crate::cli::SuiteArgs;
use crate::contract::Compiled;
use crate::env::Env;
use crate::plan::{self, Plan};
use crate::project::{Environment, Project};
use crate::redact::Redactor;
use crate::reference;
use crate::template::{Engine, Scope};

/// What a suite is run against: the reference server inside brings its keys as variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Against {
    /// The target that the command line (`named`) or the project has; without one, the reference server.
    Target { named: bool },
    /// The reference server, whatever the project says.
    Reference,
}

/// The suite.
pub(super) struct Suite {
    pub(super) project: Project,
    pub(super) environment: Environment,
    pub(super) variables: Arc<Scope>,
    pub(super) plan: Plan,
    /// By the names that scenarios use.
    pub(super) contracts: HashMap<String, Arc<Compiled>>,
}

impl Suite {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// The mistakes in files, or what else is wrong.
    pub(super) fn open(
        env: &Env,
        args: &SuiteArgs,
        against: Against,
        engine: &Engine,
        redactor: &Redactor,
    ) -> Result<Self, Refusal> {
        // The secrets from outside come first: what is wrong with a file is shown without them.
        let mut outside = Variables::new(engine, redactor);
        outside.environment(env);
        outside.command_line(&args.var, &args.secret);
        outside.finish()?;

        let (project, environment) = gather::project(env, args)?;
        let mut variables = Variables::new(engine, redactor);
        variables.project(&environment).map_err(|(span, why)| project.mistake(span, why))?;
        let inside = match against {
            Against::Target { named } => !named && environment.target.is_none(),
            Against::Reference => true,
        };
        if inside {
            variables.given(reference::variables(&reference::keys(reference::Options::default().seed)));
        }
        variables.environment(env);
        variables.command_line(&args.var, &args.secret);
        let variables = variables.finish()?;
        let contract =
            args.contract.clone().or_else(|| environment.contract.as_ref().map(|name| name.value.clone()));

        let (loaded, codes) =
            gather::scenarios(env, args, &project, &variables, contract.as_deref(), redactor)?;
        let plan = gather::plan(loaded, args, contract.as_deref())?;
        let contracts = gather::contracts(env, &plan)?;
        let unknown =
            plan::unknown_codes(&codes, |name| contracts.get(name).map(|compiled| &compiled.contract));
        if !unknown.is_empty() {
            return Err(unknown.into());
        }
        Ok(Self { project, environment, variables, plan, contracts })
    }

    /// The codes of every contract, by contract.
    pub(super) fn catalogues(&self) -> IndexMap<String, Vec<String>> {
        let codes = |compiled: &Compiled| compiled.contract.codes.keys().cloned().collect();
        let mut catalogues: IndexMap<_, _> =
            self.contracts.iter().map(|(name, compiled)| (name.clone(), codes(compiled))).collect();
        catalogues.sort_unstable_keys();
        catalogues
    }
}
