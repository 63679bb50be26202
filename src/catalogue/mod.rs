//! Pages and schemas made from the code: what they say cannot drift from what the program does.

mod baseline_page;
mod cli_page;
mod contract_page;
mod edges_page;
mod key_tables;
mod limits_page;
mod rules_page;
mod scenario_page;
mod snapshots_page;

use crate::cli::{Exit, SchemaOf};
use crate::model::RuleInfo;
use crate::{baseline, census, contract, expect, limits, project, report, rules, scenario, snapshot, yaml};

/// The first line of every page.
const NOTICE: &str =
    "<!-- Generated from the code: `UPDATE=1 cargo test --test it catalogue` writes it anew. -->\n\n";

/// A generated file of the repository.
pub struct Page {
    /// The path from the repository's root.
    pub path: &'static str,
    /// What must stand in it.
    pub text: String,
}

/// Every generated file.
pub fn pages() -> Vec<Page> {
    let page = |path, text: String| Page { path, text: format!("{NOTICE}{text}") };
    let schema = |path, of| Page { path, text: schema(of) };
    vec![
        page("docs/rules.md", rules_page::text(&rules())),
        page("docs/limits.md", limits_page::text()),
        page("docs/scenarios.md", scenario_page::text()),
        page("docs/contracts.md", contract_page::text()),
        page("docs/baseline.md", baseline_page::text()),
        page("docs/error-pack.md", edges_page::text()),
        page("docs/snapshots.md", snapshots_page::text()),
        page("docs/cli.md", cli_page::text()),
        page("docs/exit-codes.md", exit_codes()),
        schema("schemas/scenario.schema.json", SchemaOf::Scenario),
        schema("schemas/contract.schema.json", SchemaOf::Contract),
        schema("schemas/project.schema.json", SchemaOf::Project),
        schema("schemas/baseline.schema.json", SchemaOf::Baseline),
        schema("schemas/report.schema.json", SchemaOf::Report),
    ]
}

/// Every rule about answers: those of responses, of whole runs, and of expectations, by code.
pub fn rules() -> Vec<&'static RuleInfo> {
    let mut all: Vec<_> = rules::all();
    all.extend(census::rules());
    all.extend(expect::rules().iter().copied());
    all.extend(snapshot::verdicts().iter().copied());
    all.sort_by_key(|rule| rule.code);
    all
}

/// Every rule that can be explained: those, and those of rate limits, by code.
pub fn explained() -> Vec<&'static RuleInfo> {
    let mut all = rules();
    all.extend(limits::rules().map(|rule| &rule.info));
    all.sort_by_key(|rule| rule.code);
    all
}

/// The text of a generated JSON Schema.
pub fn schema(of: SchemaOf) -> String {
    let pretty = |value: serde_json::Value| format!("{value:#}\n");
    match of {
        SchemaOf::Scenario => pretty(scenario::json_schema()),
        SchemaOf::Contract => pretty(yaml::json_schema(&contract::CONTRACT, "tollgate contract")),
        SchemaOf::Project => pretty(yaml::json_schema(&project::PROJECT, "tollgate project")),
        SchemaOf::Baseline => pretty(yaml::json_schema(&baseline::BASELINE, "tollgate baseline")),
        SchemaOf::Report => report::schema(),
    }
}

fn exit_codes() -> String {
    let mut text = String::from("# Exit codes\n\n| code | meaning |\n| --- | --- |\n");
    for exit in Exit::ALL {
        text.push_str(&format!("| {} | {} |\n", exit.code(), exit.doc()));
    }
    text
}
