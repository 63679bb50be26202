//! `--edges`: the scenarios that provoke errors, beside those of files or alone.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::described::{self, Described};
use super::gather::{self, Refusal};
use crate::cli::RunArgs;
use crate::contract::{self, Compiled};
use crate::edges::{self, Target};
use crate::env::Env;
use crate::input;
use crate::model::{Diagnostic, Node, Scenario};
use crate::plan::{self, Held, Loaded};
use crate::project::Project;
use crate::redact::Redactor;
use crate::template::{Engine, Scope};

/// What all of this is gathered from.
pub(super) struct Given<'a> {
    pub(super) env: &'a Env,
    pub(super) args: &'a RunArgs,
    pub(super) project: &'a Project,
    pub(super) variables: &'a Arc<Scope>,
    /// The contract of scenarios that name none.
    pub(super) contract: Option<&'a str>,
    pub(super) redactor: &'a Redactor,
    pub(super) engine: &'a Engine,
    pub(super) seed: u64,
    /// Whether the target is the reference server inside.
    pub(super) inside: bool,
}

/// The scenarios of files, then those that provoke errors, and what people should know about the latter. `--edges`
/// without a path means the latter alone.
pub(super) fn scenarios(given: &Given<'_>) -> Result<(Vec<Loaded>, Vec<String>), Refusal> {
    if !given.args.edges {
        return Ok((given.from_files()?, Vec::new()));
    }
    let mut loaded = if given.args.paths.is_empty() { Vec::new() } else { given.from_files()? };
    let mut notes = Vec::new();
    let contracts = given.contracts(&loaded)?;
    let described = match &given.args.openapi {
        Some(file) => Some(described::read(given, file, &contracts, &mut notes)?),
        None => None,
    };
    if described.is_none() {
        given.check_edges(&contracts, &mut notes)?;
    }
    loaded.extend(given.provoking(&contracts, described.as_ref())?);
    Ok((loaded, notes))
}

impl Given<'_> {
    fn from_files(&self) -> Result<Vec<Loaded>, Refusal> {
        let Self { env, args, project, variables, contract, redactor, .. } = *self;
        gather::scenarios(env, args, project, variables, contract, redactor)
    }

    /// The contracts whose operations are provoked: the one that is named, or those of the scenarios; against the
    /// server inside those that ship.
    fn contracts(&self, loaded: &[Loaded]) -> Result<IndexMap<String, Compiled>, Refusal> {
        let own = |loaded: &[Loaded]| -> Vec<String> {
            let named = loaded.iter().filter_map(|one| one.scenario.contract.as_ref());
            named.map(|name| name.value.clone()).collect()
        };
        let mut names: Vec<String> = self.contract.map(str::to_owned).into_iter().collect();
        if self.args.contract.is_none() {
            names.extend(own(loaded));
        }
        if names.is_empty() && self.inside {
            names.extend(contract::embedded_names().map(str::to_owned));
        } else if names.is_empty() {
            names = own(&self.from_files()?);
        }
        let mut contracts = IndexMap::new();
        for name in names {
            if !contracts.contains_key(&name) {
                let found = input::contract(self.env.files.as_ref(), &name)?;
                contracts.insert(name, found.contract);
            }
        }
        Ok(contracts)
    }

    /// At least one contract has operations to provoke, and so has the one that was named.
    fn check_edges(
        &self,
        contracts: &IndexMap<String, Compiled>,
        notes: &mut Vec<String>,
    ) -> Result<(), Refusal> {
        const HOW: &str =
            "add `edges` with one good request for each operation, or name them with --openapi FILE";
        let without = contracts.iter().filter(|(_, contract)| contract.edges.is_none());
        let without: Vec<_> = without.map(|(name, _)| name.as_str()).collect();
        if without.len() == contracts.len() {
            let why = match without.as_slice() {
                [] => "no contract is named whose operations could be provoked; name one: --contract NAME"
                    .to_owned(),
                [name] => format!("the contract `{name}` names no operations; {HOW}"),
                names => format!("the contracts {} name no operations; {HOW}", names.join(", ")),
            };
            return Err(why.into());
        }
        if !self.inside {
            notes.extend(
                without
                    .iter()
                    .map(|name| format!("nothing of `{name}` is provoked: it names no operations; {HOW}")),
            );
        }
        Ok(())
    }

    /// The scenarios that provoke errors; every template in them is looked at.
    fn provoking(
        &self,
        contracts: &IndexMap<String, Compiled>,
        described: Option<&Described>,
    ) -> Result<Vec<Loaded>, Refusal> {
        let render = |node: &Node| self.rendered(node);
        let is_given = |name: &str| self.variables.contains(name);
        let target = |name, edges, schemas| Target {
            edges,
            contract: name,
            schemas,
            given: &is_given,
            render: &render,
            large: self.args.edges_large,
        };
        let targets: Vec<_> = match described {
            Some(described) => {
                let schemas = described.schemas.iter().map(|(name, schema)| (name.as_str(), schema));
                vec![target(described.contract.as_str(), &described.edges, schemas.collect())]
            }
            None => contracts
                .iter()
                .filter_map(|(name, contract)| {
                    let edges = contract.edges.as_deref()?;
                    let schemas = edges.operations.iter().filter_map(|operation| {
                        let schema = contract.body_schema(&operation.method, &operation.path)?;
                        Some((operation.name.value.as_str(), schema))
                    });
                    Some(target(name.as_str(), edges, schemas.collect()))
                })
                .collect(),
        };
        let mistakes: Vec<_> = targets.iter().flat_map(edges::mistakes).collect();
        let scenarios = edges::scenarios(&targets, self.seed, self.args.max_requests);
        let mistakes = self.linted(&scenarios, mistakes);
        if !mistakes.is_empty() {
            return Err(mistakes.into());
        }
        let load = |scenario: Scenario| {
            let scenario = Arc::new(Held::parsed(scenario));
            Loaded { scenario, rows: vec![Vec::new()] }
        };
        Ok(scenarios.into_iter().map(load).collect())
    }

    /// The mistakes in templates besides; one that is in every step is told once.
    fn linted(&self, scenarios: &[Scenario], mut mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let names: HashSet<String> = self.variables.iter().map(|(name, _)| name.to_owned()).collect();
        for mistake in scenarios.iter().flat_map(|scenario| plan::lint(scenario, &names, &[], true)) {
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
        mistakes
    }

    /// A value with its templates filled in. What is known only later gets a value that is none of the API's.
    pub(super) fn rendered(&self, node: &Node) -> Option<Value> {
        let mut scope = Scope::child(self.variables, u64::MAX - 1);
        for name in edges::variables(node) {
            if !scope.contains(&name) {
                scope.set(name, Value::String("edge".to_owned()));
            }
        }
        self.engine.node(node, &scope).ok()
    }
}
