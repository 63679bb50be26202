//! The baseline of a run: read before anything is sent, reported and perhaps written anew at the end.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::ci;
use super::gather::Refusal;
use crate::baseline::{self, Baseline, Day, Entry, Expires, MOST, Place, Policy, Scope};
use crate::catalogue;
use crate::cli::RunArgs;
use crate::env::Env;
use crate::input;
use crate::limits;
use crate::model::{Action, Report, Scenario, Severity};
use crate::plan::{self, Loaded};
use crate::redact::Redactor;

/// A baseline in use.
pub(super) struct InUse {
    pub(super) baseline: Arc<Baseline>,
    path: PathBuf,
    scope: Scope,
}

/// Reads the baseline that `--baseline` names.
///
/// # Errors
/// Every mistake in the file; or it must not, or cannot, be written.
pub(super) fn open(
    env: &Env,
    args: &RunArgs,
    loaded: &[Loaded],
    fail_on: Severity,
    redactor: &Redactor,
) -> Result<Option<InUse>, Refusal> {
    let Some(path) = &args.baseline else { return Ok(None) };
    let file = path.display().to_string();
    let is_there = env.files.exists(path);
    if args.update_baseline && ci(env) {
        return Err(
            "`--update-baseline` is refused where CI is set: a pipeline that accepts what it finds guards \
                    nothing; run it on your machine and commit the file"
                .to_owned()
                .into(),
        );
    }
    if !is_there && !args.update_baseline {
        return Err(format!("there is no baseline {file}; `--update-baseline` writes one").into());
    }
    let entries = if is_there {
        let source = input::source(env.files.as_ref(), path).map_err(|mistake| Refusal::from(*mistake))?;
        baseline::parse(&source, &catalogue::explained())?
    } else {
        Vec::new()
    };
    let today = Day::of(SystemTime::now());
    let until = args.expires.map(|expires| expires.day(today));
    if let Some(day) = until.filter(|day| *day < today) {
        return Err(format!("`--expires {day}` is over; name a day that is still to come").into());
    }
    let policy = Policy {
        file,
        today,
        fail_on,
        add_until: args.update_baseline.then(|| until.unwrap_or_else(|| Expires::default().day(today))),
        renew_until: until,
    };
    let mut scope = scope(loaded, redactor);
    scope.complete = !args.pack.edges
        && args.suite.paths.is_empty()
        && args.suite.tag.is_empty()
        && args.suite.filter.is_empty();
    scope.missing = missing(env, &entries);
    Ok(Some(InUse { baseline: Arc::new(Baseline::new(entries, policy)), path: path.clone(), scope }))
}

impl InUse {
    /// Adds to the report what became of the baseline, and writes the file if that was asked for.
    ///
    /// # Errors
    /// Why the file is not as it should be, in words.
    pub(super) fn close(self, env: &Env, report: &mut Report, redactor: &Redactor) -> Result<(), String> {
        let mut outcome = self.baseline.outcome(&self.scope);
        redactor.baseline(&mut outcome.report);
        let changes = outcome.report.updated.is_some_and(|done| done.added + done.dropped + done.renewed > 0);
        report.baseline = Some(outcome.report);
        let shown = self.path.display();
        if outcome.too_many {
            return Err(format!(
                "the baseline {shown} is not written: there are more than {MOST} findings; mend some, or accept whole \
                 rules with entries that have only `rule` and `expires`"
            ));
        }
        let Some(mut entries) = outcome.entries.filter(|_| changes || !env.files.exists(&self.path)) else {
            return Ok(());
        };
        entries.iter_mut().flat_map(Entry::texts).for_each(|text| *text = redactor.text(text).into_owned());
        let text = baseline::write(&entries);
        let written = env.files.write_atomic(&self.path, text.as_bytes());
        written.map_err(|error| format!("the baseline {shown} cannot be written: {error}"))
    }
}

/// Every step that sends something, by file.
fn scope(loaded: &[Loaded], redactor: &Redactor) -> Scope {
    let mut places: HashMap<String, Vec<Place>> = HashMap::new();
    let mut included: HashSet<Arc<str>> = HashSet::new();
    let mut add = |scenario: &Scenario, run: &str| {
        let run = redactor.text(run);
        let steps = scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown);
        for step in steps.filter(|step| matches!(step.action, Action::Request(_))) {
            let place = Place::new(&scenario.source.name, &run, &redactor.text(&step.name.value));
            places.entry(place.file.clone()).or_default().push(place);
        }
        // Every verdict of a probe is a step.
        for rule in limits::rules().filter(|_| scenario.limits.is_some()) {
            let place = Place::new(&scenario.source.name, &run, &rule.step());
            places.entry(place.file.clone()).or_default().push(place);
        }
    };
    for Loaded { scenario: held, rows } in loaded {
        let Some(scenario) = held.open() else { continue };
        rows.iter().for_each(|row| add(&scenario, &plan::case_name(&scenario.name.value, row)));
        plan::included(&scenario, &mut |part| {
            if included.insert(Arc::clone(&part.source.name)) {
                add(part, &part.name.value);
            }
        });
    }
    Scope { places, ..Scope::default() }
}

/// The files that entries name and that are no more.
fn missing(env: &Env, entries: &[Entry]) -> HashSet<String> {
    let named: HashSet<&String> = entries.iter().filter_map(|entry| entry.file.as_ref()).collect();
    named.into_iter().filter(|file| !env.files.exists(Path::new(file))).cloned().collect()
}
