//! Scenario files: found in folders, parsed on all processors, joined with their includes and cases.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{beside, bodies, cases, includes, source};
use crate::env::Files;
use crate::model::{Diagnostic, Scenario};
use crate::plan::{Held, Loaded, Row};
use crate::scenario;

/// Files that are parsed at a time.
const TOGETHER: usize = 250;

/// Most files that stay parsed; those after them are held as text.
const MOST_PARSED: usize = 1_000;

/// The scenario files that paths stand for, in order: a file is itself, a folder all YAML files below it but
/// those that start with `_`, or stand in a folder that does.
///
/// # Errors
/// A path that does not exist, or a folder without scenarios.
pub fn find(files: &dyn Files, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        if !files.is_folder(path) {
            if files.exists(path) {
                found.push(path.clone());
            } else {
                problems.push(Diagnostic::file(&name, "there is no such file or folder"));
            }
            continue;
        }
        match files.list(path, &["yaml", "yml"]) {
            Ok(list) => {
                let before = found.len();
                found.extend(list.into_iter().filter(|file| !is_shared(file, path)));
                if found.len() == before {
                    let nothing = Diagnostic::file(&name, "there is no scenario (`*.yaml`) in this folder");
                    problems.push(nothing.with_help("what starts with `_` is only there to be included"));
                }
            }
            Err(error) => {
                problems.push(Diagnostic::file(&name, format!("the folder cannot be listed: {error}")));
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(beside("", &path.to_string_lossy())));
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Parts for other scenarios to include start with `_`, themselves or a folder on the way.
fn is_shared(file: &Path, folder: &Path) -> bool {
    let below = file.strip_prefix(folder).unwrap_or(file);
    below.components().any(|part| part.as_os_str().to_string_lossy().starts_with('_'))
}

/// Parses the files and everything they refer to. The scenarios of the first files are held parsed; of a larger
/// suite the others are held as text, unless they have many cases, and parsed again when they are run. So this is
/// the time to look at a scenario: `look` is shown every one with its cases.
///
/// # Errors
/// Every mistake in every file.
pub fn load(
    files: &dyn Files,
    paths: &[PathBuf],
    look: &mut dyn FnMut(&Scenario, &[Row]),
) -> Result<Vec<Loaded>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut includes = includes::Includes::new(files);
    let mut loaded = Vec::with_capacity(paths.len());
    for part in paths.chunks(TOGETHER) {
        for parsed in on_all_processors(part, |path| parse(files, path)) {
            let mut scenario = match parsed {
                Ok(scenario) => scenario,
                Err(diagnostics) => {
                    problems.extend(diagnostics);
                    continue;
                }
            };
            includes.resolve(&mut scenario);
            let rows = cases::rows(files, &scenario, &mut problems);
            look(&scenario, &rows);
            let hold = if loaded.len() < MOST_PARSED || rows.len() > 1 { Held::parsed } else { Held::text };
            loaded.push(Loaded { scenario: Arc::new(hold(scenario)), rows });
        }
    }
    problems.extend(includes.into_problems());
    if problems.is_empty() { Ok(loaded) } else { Err(problems) }
}

/// Parses one file.
pub(super) fn parse(files: &dyn Files, path: &Path) -> Result<Scenario, Vec<Diagnostic>> {
    let source = source(files, path).map_err(|diagnostic| vec![*diagnostic])?;
    let scenario = scenario::parse(&source)?;
    let missing = bodies::missing(files, &scenario);
    if missing.is_empty() { Ok(scenario) } else { Err(missing) }
}

/// Maps in order, a part of the list on each processor; a short list is not worth a thread.
fn on_all_processors<T: Sync, R: Send>(items: &[T], map: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let part = items.len().div_ceil(processors).max(16);
    if items.len() <= part {
        return items.iter().map(map).collect();
    }
    std::thread::scope(|scope| {
        let map = &map;
        let threads: Vec<_> = items
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().map(map).collect::<Vec<_>>()))
            .collect();
        let joined =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|fault| resume_unwind(fault)));
        joined.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::MemoryFiles;

    #[test]
    fn a_large_suite_is_looked_at_once_and_is_all_there() {
        let files = MemoryFiles::default();
        let paths: Vec<_> = (0..MOST_PARSED + 2).map(|n| PathBuf::from(format!("{n}.yaml"))).collect();
        for path in &paths {
            let text = format!("name: {}\nsteps: [{{ request: {{ get: / }} }}]\n", path.display());
            files.write_atomic(path, text.as_bytes()).expect("memory takes everything");
        }
        let mut seen = Vec::new();
        let loaded = load(&files, &paths, &mut |scenario, _| seen.push(scenario.name.value.clone()));
        let opened = loaded.expect("valid").into_iter().map(|one| one.scenario.open().expect("valid"));
        let names: Vec<_> = opened.map(|scenario| scenario.name.value.clone()).collect();
        assert_eq!(names, seen);
        assert!(names.iter().zip(&paths).all(|(name, path)| *name == path.display().to_string()));
    }
}
