//! Which snapshots the steps of the project's scenarios name.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::super::gather::{self, Refusal};
use super::super::variables::{Variables, hide_written};
use crate::cli::ReferencesArgs;
use crate::env::Env;
use crate::input;
use crate::plan;
use crate::project::Project;
use crate::redact::Redactor;
use crate::snapshot;
use crate::template::Engine;

/// The names of snapshots in the project's scenarios, and in those that `sources` of snapshots name and that are still
/// there. None if there are no scenarios at all.
///
/// # Errors
/// The mistakes of project and scenario files: what a broken file names is not known.
pub(super) fn names(
    env: &Env,
    args: &ReferencesArgs,
    sources: &BTreeSet<String>,
) -> Result<Option<BTreeSet<String>>, Refusal> {
    let project = input::project(env.files.as_ref())?.unwrap_or_default();
    let environment = project.environment(args.env.as_deref())?;
    let (engine, redactor) = (Engine::new(0, SystemTime::now), Redactor::new());
    let mut variables = Variables::new(&engine, &redactor);
    variables.project(&environment).map_err(|(span, why)| project.mistake(span, why))?;
    variables.environment(env);
    variables.finish()?;
    let paths = paths(env, &project, sources)?;
    if paths.is_empty() {
        return Ok(None);
    }
    let contract = args.contract.as_deref();
    let contract = contract.or_else(|| environment.contract.as_ref().map(|name| name.value.as_str()));
    let place = |file: &str| snapshot::below(&env.cwd, file);
    let shown = |text: &str| redactor.text(text).into_owned();
    let mut names = BTreeSet::new();
    input::load(env.files.as_ref(), &paths, &mut |scenario, rows| {
        hide_written(&redactor, scenario, rows);
        let named = plan::snapshots(scenario, rows, contract, &place, &shown);
        names.extend(named.into_iter().map(|named| named.name));
    })?;
    Ok(Some(names))
}

/// The scenario files to look into, each once.
fn paths(env: &Env, project: &Project, sources: &BTreeSet<String>) -> Result<Vec<PathBuf>, Refusal> {
    let files = env.files.as_ref();
    let mut paths = match gather::default_paths(env, project) {
        Some(paths) => input::find(files, &paths)?,
        None => Vec::new(),
    };
    let mut seen: HashSet<PathBuf> = paths.iter().map(|path| plain(path)).collect();
    let sources = sources.iter().map(PathBuf::from).filter(|source| files.exists(source));
    paths.extend(sources.filter(|source| seen.insert(plain(source))));
    Ok(paths)
}

/// `./a.yaml` is `a.yaml`.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}
