//! `--edges`: the scenarios that provoke errors, beside those of files or alone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::described::{self, Described};
use super::gather::{self, Refusal, Written};
use crate::cli::{EdgesArgs, SuiteArgs};
use crate::contract::{self, BodySchema, Compiled};
use crate::edges::{self, Target};
use crate::env::Env;
use crate::input;
use crate::model::{Diagnostic, Edges, Node, Scenario};
use crate::plan::{self, Held, Loaded};
use crate::project::Project;
use crate::redact::Redactor;
use crate::template::{Engine, Scope};

/// What all of this is gathered from.
pub(super) struct Given<'a> {
    pub(super) env: &'a Env,
    pub(super) args: &'a SuiteArgs,
    pub(super) pack: &'a EdgesArgs,
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

/// What was gathered.
pub(super) struct Gathered {
    /// Those of files first; `loaded` has the provoking ones, too.
    pub(super) written: Written,
    /// What people should know about the error pack.
    pub(super) notes: Vec<String>,
}

/// The scenarios of files, then those that provoke errors, and what people should know about the latter. `--edges`
/// without a path means the latter alone.
pub(super) fn scenarios(given: &Given<'_>) -> Result<Gathered, Refusal> {
    let mut notes = Vec::new();
    let alone = given.pack.edges && given.args.paths.is_empty();
    let mut written = if alone { Written::default() } else { given.files_scenarios()? };
    if !given.pack.edges {
        return Ok(Gathered { written, notes });
    }
    let contracts = given.contracts(&written.loaded)?;
    let described = match &given.pack.openapi {
        Some(file) => Some(described::read(given, file, &contracts, &mut notes)?),
        None => None,
    };
    if described.is_none() {
        given.check_edges(&contracts, &mut notes)?;
    }
    written.loaded.extend(given.provoking(&contracts, described.as_ref())?);
    Ok(Gathered { written, notes })
}

impl Given<'_> {
    fn files_scenarios(&self) -> Result<Written, Refusal> {
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
            names = own(&self.files_scenarios()?.loaded);
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
        let known = Known { given: &is_given, render: &render, large: self.pack.edges_large };
        let targets: Vec<_> = match described {
            Some(described) => {
                let schemas = described.schemas.iter().map(|(name, schema)| (name.as_str(), schema));
                vec![known.target(&described.contract, &described.edges, schemas.collect())]
            }
            None => contracts.iter().filter_map(|(name, contract)| known.target_of(name, contract)).collect(),
        };
        // A key that nobody knows shares its beginning with the good one.
        for target in &targets {
            let own = target.edges.operations.iter().filter_map(|operation| operation.key.as_ref());
            let names = own.chain(&target.edges.key);
            names.for_each(|name| self.redactor.add_credential_header(&name.value));
        }
        let scenarios = edges::scenarios(&targets, self.seed, self.pack.max_requests);
        let mistakes = mistakes(&targets, &scenarios, self.variables);
        if !mistakes.is_empty() {
            return Err(mistakes.into());
        }
        let load = |scenario: Scenario| {
            let scenario = Arc::new(Held::parsed(scenario));
            Loaded { scenario, rows: vec![Vec::new()] }
        };
        Ok(scenarios.into_iter().map(load).collect())
    }

    /// A value with its templates filled in.
    pub(super) fn rendered(&self, node: &Node) -> Option<Value> {
        rendered(node, self.variables, self.engine)
    }
}

/// The mistakes in the edges of a contract, as far as they show without a run.
pub(super) fn check(name: &str, contract: &Compiled) -> Vec<Diagnostic> {
    let variables = Arc::new(Scope::new(u64::MAX));
    let engine = Engine::new(0, std::time::SystemTime::now);
    let render = |node: &Node| rendered(node, &variables, &engine);
    let known = Known { given: &|_| false, render: &render, large: false };
    let targets: Vec<_> = known.target_of(name, contract).into_iter().collect();
    mistakes(&targets, &edges::scenarios(&targets, 0, edges::MOST_REQUESTS), &variables)
}

/// What is known before a run.
struct Known<'a> {
    given: &'a dyn Fn(&str) -> bool,
    render: &'a dyn Fn(&Node) -> Option<Value>,
    large: bool,
}

impl<'a> Known<'a> {
    fn target(
        &self,
        contract: &'a str,
        edges: &'a Edges,
        schemas: HashMap<&'a str, &'a BodySchema>,
    ) -> Target<'a> {
        let Self { given, render, large } = *self;
        Target { edges, contract, schemas, given, render, large }
    }

    /// The contract's own operations.
    fn target_of(&self, name: &'a str, contract: &'a Compiled) -> Option<Target<'a>> {
        let edges = contract.edges.as_deref()?;
        let schemas = edges.operations.iter().filter_map(|operation| {
            let schema = contract.body_schema(&operation.method, &operation.path)?;
            Some((operation.name.value.as_str(), schema))
        });
        Some(self.target(name, edges, schemas.collect()))
    }
}

/// Good bodies that are none, and mistakes in templates. A mistake is in every variation of the good request, and is
/// told once: where it is written, if that is known, and not at the operation.
fn mistakes(targets: &[Target<'_>], scenarios: &[Scenario], variables: &Scope) -> Vec<Diagnostic> {
    let mut found: Vec<_> = targets.iter().flat_map(edges::mistakes).collect();
    let names: HashSet<String> = variables.iter().map(|(name, _)| name.to_owned()).collect();
    for scenario in scenarios {
        let mut mistakes = plan::lint(scenario, &names, &[], true);
        let is_written = |mistake: &Diagnostic| mistake.primary.span != scenario.name.span;
        if mistakes.iter().any(is_written) {
            mistakes.retain(is_written);
        }
        for mistake in mistakes {
            if !found.contains(&mistake) {
                found.push(mistake);
            }
        }
    }
    found
}

/// A value with its templates filled in. What is known only later gets a value that is none of the API's.
fn rendered(node: &Node, variables: &Arc<Scope>, engine: &Engine) -> Option<Value> {
    let mut scope = Scope::child(variables, u64::MAX - 1);
    for name in edges::variables(node) {
        if !scope.contains(&name) {
            scope.set(name, Value::String("edge".to_owned()));
        }
    }
    let rendered = engine.node(node, &scope).ok();
    // Where answers are compared, what was made up here is known for it.
    variables.adopt(&scope.made());
    rendered
}
