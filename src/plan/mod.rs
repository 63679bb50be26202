//! What will run, decided before anything is sent: selection, cases, and a last look at every template.

mod codes;
mod held;
mod lint;
mod snapshots;

pub use codes::{ExpectedCode, expected_codes, unknown_codes};
pub use held::Held;
pub use lint::lint;
pub use snapshots::{Named, shared_snapshots, snapshots};

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use crate::model::{Action, Include, Node, Scenario, Step};

/// A scenario file as loaded: its includes resolved, its cases read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Arc<Held>,
    /// One row of variables for each run; a scenario without `cases` has one empty row.
    pub rows: Vec<Row>,
}

/// The variables of one case.
pub type Row = Vec<(String, Cell)>;

/// One variable's value in a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Data as it stands.
    Value(Value),
    /// Written in the scenario file; it may hold templates.
    Template(Node),
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Value(value) => value.to_string(),
            Self::Template(node) => node.to_json().to_string(),
        }
    }
}

/// Which scenarios are wanted.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// At least one of these tags; empty means any.
    pub tags: Vec<String>,
    /// At least one of these texts in the name or the file's path, case ignored; empty means any.
    pub filters: Vec<String>,
}

impl Selection {
    /// Whether a run of a scenario is wanted; its name is the one that reports show, the case in brackets.
    fn wants(&self, scenario: &Held, name: &str) -> bool {
        let tagged = self.tags.is_empty() || self.tags.iter().any(|tag| scenario.tags.contains(tag));
        let name = name.to_lowercase();
        let file = scenario.source.name.to_lowercase();
        let found =
            |text: &String| name.contains(&text.to_lowercase()) || file.contains(&text.to_lowercase());
        tagged && (self.filters.is_empty() || self.filters.iter().any(found))
    }
}

/// One scenario with one row of its cases.
#[derive(Debug, Clone)]
pub struct Run {
    /// The scenario.
    pub scenario: Arc<Held>,
    /// Its name, the case's values behind it in brackets.
    pub name: String,
    /// The case's variables.
    pub row: Row,
    /// The name of its contract, if it has one.
    pub contract: Option<String>,
}

/// All runs in input order.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The runs.
    pub runs: Vec<Run>,
}

/// Builds the plan out of the loaded scenarios.
pub fn build(loaded: Vec<Loaded>, selection: &Selection, default_contract: Option<&str>) -> Plan {
    let mut runs = Vec::with_capacity(loaded.len());
    for Loaded { scenario, rows } in loaded {
        let contract = scenario.contract.as_ref().map(|name| name.value.as_str()).or(default_contract);
        let contract = contract.map(str::to_owned);
        for row in rows {
            let name = case_name(&scenario.name, &row);
            if selection.wants(&scenario, &name) {
                runs.push(Run { scenario: Arc::clone(&scenario), name, row, contract: contract.clone() });
            }
        }
    }
    Plan { runs }
}

/// Calls `visit` once for every file that this scenario includes, directly or not.
pub fn included(scenario: &Scenario, visit: &mut dyn FnMut(&Arc<Scenario>)) {
    walk(scenario, &mut HashSet::new(), visit);
}

fn walk(scenario: &Scenario, seen: &mut HashSet<Arc<str>>, visit: &mut dyn FnMut(&Arc<Scenario>)) {
    for step in all_steps(scenario) {
        if let Action::Include(Include { scenario: Some(included), .. }) = &step.action {
            walk_part(included, seen, visit);
        }
    }
}

fn walk_part(part: &Arc<Scenario>, seen: &mut HashSet<Arc<str>>, visit: &mut dyn FnMut(&Arc<Scenario>)) {
    if seen.insert(Arc::clone(&part.source.name)) {
        visit(part);
        walk(part, seen, visit);
    }
}

/// The variables that a scenario hands over to one that includes it: its captures, and those of what it includes.
pub fn captured_names(scenario: &Scenario) -> Vec<String> {
    let mut names = own_captures(scenario);
    included(scenario, &mut |part| names.extend(own_captures(part)));
    names
}

fn own_captures(scenario: &Scenario) -> Vec<String> {
    let specs = all_steps(scenario).filter_map(|step| match &step.action {
        Action::Request(spec) => Some(spec),
        Action::Include(_) | Action::LeftOut(_) => None,
    });
    specs.flat_map(|spec| spec.capture.iter().map(|capture| capture.name.value.clone())).collect()
}

fn all_steps(scenario: &Scenario) -> impl Iterator<Item = &Step> {
    scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown)
}

/// `Name [email: "a@", age: 3]`; long values are cut, the report is no place for a whole document.
pub fn case_name(name: &str, row: &Row) -> String {
    if row.is_empty() {
        return name.to_owned();
    }
    let values: Vec<_> =
        row.iter().map(|(name, value)| format!("{name}: {}", shortened(&value.shown(), 40))).collect();
    format!("{name} [{}]", shortened(&values.join(", "), 120))
}

/// `email: "a@", age: 3`; empty without cases.
pub fn case(row: &[(String, Cell)]) -> String {
    let values: Vec<_> = row.iter().map(|(name, value)| format!("{name}: {}", value.shown())).collect();
    values.join(", ")
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Source;

    fn loaded(text: &str, rows: Vec<Row>) -> Loaded {
        let scenario = crate::scenario::parse(&Source::new("suite/a.yaml", text)).expect("valid");
        Loaded { scenario: Arc::new(Held::parsed(scenario)), rows }
    }

    #[test]
    fn tags_and_filters_choose_and_cases_multiply() {
        let text = "name: Lead validation\ntags: [smoke]\nsteps: [{ request: { get: /leads } }]\n";
        let rows = ["a@", ""].map(|email| vec![("email".to_owned(), Cell::Value(email.into()))]).to_vec();
        let wants = |tags: &[&str], filters: &[&str]| {
            let own = |words: &[&str]| words.iter().map(ToString::to_string).collect();
            let selection = Selection { tags: own(tags), filters: own(filters) };
            build(vec![loaded(text, rows.clone())], &selection, Some("house")).runs.len()
        };
        assert_eq!(wants(&[], &[]), 2);
        assert_eq!(wants(&["smoke", "slow"], &["VALID"]), 2);
        assert_eq!(wants(&["slow"], &[]), 0);
        assert_eq!(wants(&[], &["suite/a"]), 2);
        assert_eq!(wants(&[], &["nothing"]), 0);
        assert_eq!(wants(&[], &["[email: \"a@\"]"]), 1);
        let plan = build(vec![loaded(text, rows)], &Selection::default(), Some("house"));
        assert_eq!(plan.runs[0].name, "Lead validation [email: \"a@\"]");
        assert_eq!(plan.runs[0].contract.as_deref(), Some("house"));
    }
}
