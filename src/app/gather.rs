//! Everything a run needs, read and checked before anything is sent.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::variables::hide_written;
use crate::cli::SuiteArgs;
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::model::{Diagnostic, Source, Span, Spanned};
use crate::plan::{self, ExpectedCode, Loaded, Named, Plan, Row, Selection};
use crate::project::{Environment, Project};
use crate::redact::Redactor;
use crate::runner::NotBegun;
use crate::snapshot;
use crate::template::Scope;

/// Where scenarios are when nobody says so.
const SCENARIOS: &str = "scenarios";

/// Why a command stops before it sends anything.
pub(super) enum Refusal {
    /// Mistakes in files.
    Mistakes(Vec<Diagnostic>),
    /// Something else, in words.
    Message(String),
    /// What has to be done first was sent and did not succeed.
    Unjudged(Box<Diagnostic>),
}

impl From<NotBegun> for Refusal {
    fn from(why: NotBegun) -> Self {
        match why {
            NotBegun::Mistakes(mistakes) => Self::Mistakes(mistakes),
            NotBegun::Setup(why) => Self::Unjudged(why),
        }
    }
}

impl From<Vec<Diagnostic>> for Refusal {
    fn from(mistakes: Vec<Diagnostic>) -> Self {
        Self::Mistakes(mistakes)
    }
}

impl From<Diagnostic> for Refusal {
    fn from(mistake: Diagnostic) -> Self {
        Self::Mistakes(vec![mistake])
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

/// The project with the chosen environment.
pub(super) fn project(env: &Env, args: &SuiteArgs) -> Result<(Project, Environment), Refusal> {
    let project = match input::project(env.files.as_ref())? {
        Some(project) => project,
        None if args.env.is_some() => {
            let file = crate::project::FILE_NAME;
            return Err(format!("`--env` needs a {file} in this folder, and there is none").into());
        }
        None => Project::default(),
    };
    let environment = project.environment(args.env.as_deref())?;
    Ok((project, environment))
}

/// What scenario files have.
#[derive(Default)]
pub(super) struct Written {
    pub(super) loaded: Vec<Loaded>,
    /// The codes that steps expect.
    pub(super) codes: Vec<ExpectedCode>,
    /// The snapshots that steps name.
    pub(super) snapshots: Vec<Named>,
}

/// Where the project's scenarios are, if there are any.
pub(super) fn default_paths(env: &Env, project: &Project) -> Option<Vec<PathBuf>> {
    if !project.scenarios.is_empty() {
        return Some(project.scenarios.iter().map(|path| path.value.clone().into()).collect());
    }
    env.files.is_folder(SCENARIOS.as_ref()).then(|| vec![SCENARIOS.into()])
}

/// The scenarios of the paths that were named, or of the default ones, every template of them looked at.
pub(super) fn scenarios(
    env: &Env,
    args: &SuiteArgs,
    project: &Project,
    variables: &Scope,
    contract: Option<&str>,
    redactor: &Redactor,
) -> Result<Written, Refusal> {
    let files = env.files.as_ref();
    let named = (!args.paths.is_empty()).then(|| args.paths.clone());
    let Some(paths) = named.or_else(|| default_paths(env, project)) else {
        return Err("there is no folder `scenarios` here; name scenario files or folders".to_owned().into());
    };
    let found = input::find(files, &paths)?;
    let given: HashSet<String> = variables.iter().map(|(name, _)| name.to_owned()).collect();
    let mut mistakes = Vec::new();
    let mut codes = Vec::new();
    let mut snapshots = Vec::new();
    let place = |file: &str| snapshot::below(&env.cwd, file);
    let shown = |text: &str| redactor.text(text).into_owned();
    let mut seen: HashSet<Arc<str>> = HashSet::new();
    let loaded = input::load(files, &found, &mut |scenario, rows| {
        hide_written(redactor, scenario, rows);
        // A variable is surely there only if every row has it.
        let mut columns: Vec<String> = rows.first().into_iter().flat_map(row_names).collect();
        columns.retain(|column| rows.iter().all(|row| row.iter().any(|(name, _)| name == column)));
        let has_contract = scenario.contract.is_some() || contract.is_some();
        mistakes.extend(plan::lint(scenario, &given, &columns, has_contract));
        codes.extend(plan::expected_codes(scenario, contract));
        snapshots.extend(plan::snapshots(scenario, rows, contract, &place, &shown));
        seen.insert(Arc::clone(&scenario.source.name));
        // An included file sees only what comes from outside, so it is looked at once, and by itself.
        plan::included(scenario, &mut |part| {
            if seen.insert(Arc::clone(&part.source.name)) {
                hide_written(redactor, part, &[]);
                mistakes.extend(part.limits.as_ref().map(|limits| {
                    let title = "the limits of an included file are not probed";
                    Diagnostic::new(&part.source, limits.span, title, "belongs to a scenario of its own")
                }));
                let judged = has_contract || part.contract.is_some();
                mistakes.extend(plan::lint(part, &given, &[], judged));
                codes.extend(plan::expected_codes(part, contract));
            }
        });
    })?;
    mistakes.extend(plan::shared_snapshots(&snapshots));
    if mistakes.is_empty() { Ok(Written { loaded, codes, snapshots }) } else { Err(mistakes.into()) }
}

/// The plan: those scenarios that are wanted.
pub(super) fn plan(loaded: Vec<Loaded>, args: &SuiteArgs, contract: Option<&str>) -> Result<Plan, Refusal> {
    let count = loaded.len();
    let selection = Selection { tags: args.tag.clone(), filters: args.filter.clone() };
    let plan = plan::build(loaded, &selection, contract);
    if plan.runs.is_empty() && count > 0 {
        return Err(nothing_selected(args, count).into());
    }
    Ok(plan)
}

fn nothing_selected(args: &SuiteArgs, count: usize) -> String {
    let flag = |name: &'static str| move |value: &String| format!("`--{name} {value}`");
    let flags: Vec<_> =
        args.tag.iter().map(flag("tag")).chain(args.filter.iter().map(flag("filter"))).collect();
    let looked_at = if count == 1 { "the only scenario" } else { &format!("none of {count} scenarios") };
    let verb = if count == 1 { "does not match" } else { "matches" };
    format!(
        "{looked_at} {verb} {}; `tollgate run --dry-run` without it lists what there is",
        flags.join(" and ")
    )
}

fn row_names(row: &Row) -> impl Iterator<Item = String> + '_ {
    row.iter().map(|(name, _)| name.clone())
}

/// The contracts that the plan's scenarios, and what they include, are judged by.
pub(super) fn contracts(env: &Env, plan: &Plan) -> Result<HashMap<String, Arc<Compiled>>, Refusal> {
    let mut contracts = HashMap::new();
    let mut mistakes = Vec::new();
    let mut tried = HashSet::new();
    for run in &plan.runs {
        let own = run.contract.iter();
        let mut wanted: Vec<(String, Option<(Source, Span)>)> = own
            .map(|name| (name.clone(), place(&run.scenario.source, run.scenario.contract.as_ref())))
            .collect();
        run.scenario.included(&mut |scenario| {
            let named = scenario.contract.iter();
            wanted.extend(named.map(|name| (name.value.clone(), place(&scenario.source, Some(name)))));
        });
        for (name, place) in wanted {
            if !tried.insert(name.clone()) {
                continue;
            }
            match input::contract(env.files.as_ref(), &name) {
                Ok(found) => {
                    contracts.insert(name, Arc::new(found.contract));
                }
                Err(found) => {
                    mistakes.extend(found.into_iter().map(|mistake| match &place {
                        Some((source, span)) if mistake.source.text.is_empty() => {
                            let mut placed = Diagnostic::new(source, *span, mistake.title, "named here");
                            placed.help = mistake.help;
                            placed
                        }
                        _ => mistake,
                    }));
                }
            }
        }
    }
    if mistakes.is_empty() { Ok(contracts) } else { Err(mistakes.into()) }
}

/// Where a file names its contract.
fn place(source: &Source, named: Option<&Spanned<String>>) -> Option<(Source, Span)> {
    named.map(|name| (source.clone(), name.span))
}

/// The target's origin without a slash at its end.
///
/// # Errors
/// What is wrong with it and how to write it.
pub(super) fn origin(target: &str) -> Result<String, String> {
    let how = "write scheme, host and port: http://127.0.0.1:8080";
    let url = url::Url::parse(target)
        .map_err(|error| format!("the target `{target}` is not a URL ({error}); {how}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("the target `{target}` is neither http:// nor https://; {how}"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("the target `{target}` has a query or a fragment; {how}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the target has a user or a password in it; send them as a header: `defaults: { headers: ... }`"
                .to_owned(),
        );
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn a_target_is_an_origin_with_perhaps_a_prefix() {
        assert_eq!(origin("http://127.0.0.1:8080/").as_deref(), Ok("http://127.0.0.1:8080"));
        assert_eq!(origin("https://api.example.com/stage/").as_deref(), Ok("https://api.example.com/stage"));
        for wrong in ["localhost:8080", "127.0.0.1", "ftp://x", "http://", "http://h/?a=1", "http://u:p@h"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}
