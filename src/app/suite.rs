//! A suite ready to run: project, variables, plan and contracts, read and checked before anything is sent.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use indexmap::IndexMap;

use super::edges;
use super::gather::{self, Refusal, Written};
use super::variables::Variables;
use crate::cli::{EdgesArgs, SuiteArgs};
use crate::contract::Compiled;
use crate::env::Env;
use crate::plan::{self, Loaded, Named, Plan};
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

/// Most notes that are told.
const MOST_NOTES: usize = 20;

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) args: &'a SuiteArgs,
    pub(super) pack: &'a EdgesArgs,
    pub(super) against: Against,
    pub(super) seed: u64,
    pub(super) engine: &'a Engine,
    pub(super) redactor: &'a Redactor,
}

/// The suite.
pub(super) struct Suite {
    pub(super) project: Project,
    pub(super) environment: Environment,
    pub(super) variables: Arc<Scope>,
    pub(super) plan: Plan,
    /// By the names that scenarios use.
    pub(super) contracts: HashMap<String, Arc<Compiled>>,
    /// The snapshots that the steps of all scenarios name, wanted or not.
    pub(super) snapshots: Vec<Named>,
    /// What people should know about the error pack.
    pub(super) notes: Vec<String>,
}

impl Suite {
    /// Reads and checks everything. `look` sees all scenarios before those that are wanted are chosen.
    ///
    /// # Errors
    /// The mistakes in files, what else is wrong, or what `look` says.
    pub(super) fn open<T>(
        env: &Env,
        wanted: &Wanted<'_>,
        look: impl FnOnce(&Project, &[Loaded]) -> Result<T, Refusal>,
    ) -> Result<(Self, T), Refusal> {
        let Wanted { args, pack, against, seed, engine, redactor } = *wanted;
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

        let edges::Gathered { written, notes } = edges::scenarios(&edges::Given {
            env,
            args,
            pack,
            project: &project,
            variables: &variables,
            contract: contract.as_deref(),
            redactor,
            engine,
            seed,
            inside,
        })?;
        let Written { loaded, codes, snapshots } = written;
        let seen = look(&project, &loaded)?;
        let plan = gather::plan(loaded, args, contract.as_deref())?;
        let contracts = gather::contracts(env, &plan)?;
        let unknown =
            plan::unknown_codes(&codes, |name| contracts.get(name).map(|compiled| &compiled.contract));
        if !unknown.is_empty() {
            return Err(unknown.into());
        }
        Ok((Self { project, environment, variables, plan, contracts, snapshots, notes }, seen))
    }

    /// Tells the notes, the first of them if there are many.
    pub(super) fn tell(&self, env: &mut Env, redactor: &Redactor) {
        for note in self.notes.iter().take(MOST_NOTES) {
            let _ = writeln!(env.stderr, "note: {}", redactor.text(note));
        }
        if self.notes.len() > MOST_NOTES {
            let _ = writeln!(env.stderr, "note: … and {} more", self.notes.len() - MOST_NOTES);
        }
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
