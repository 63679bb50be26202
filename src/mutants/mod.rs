//! Who tests the tests: a suite run against the clean reference server, and against each of its defects.

mod seen;
mod trial;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use indexmap::IndexMap;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::contract::Compiled;
use crate::env::Files;
use crate::model::{Kind as ReportKind, Matrix, Mutant, Report, Severity, Tool, Verdict};
use crate::plan::Plan;
use crate::redact::Redactor;
use crate::reference::Defect;
use crate::runner::Stop;
use crate::template::Scope;
use crate::transport::Transport;
use seen::{Key, Seen};

/// A suite, ready to be run as often as one likes.
pub struct Suite {
    /// What runs.
    pub plan: Plan,
    /// Contracts by the names that scenarios use.
    pub contracts: HashMap<String, Arc<Compiled>>,
    /// Every contract's codes.
    pub catalogues: IndexMap<String, Vec<String>>,
    /// Variables from outside the files, the keys of the reference server among them.
    pub variables: Arc<Scope>,
    /// The files that request bodies are read from.
    pub files: Arc<dyn Files>,
    /// What must never be shown.
    pub redactor: Redactor,
    /// The wall clock.
    pub clock: fn() -> SystemTime,
    /// The clock that runs evenly.
    pub monotonic: fn() -> Instant,
    /// Makes a way to the network. Every server gets one of its own: ports are used again, connections must not be.
    pub transport: fn() -> Result<Box<dyn Transport>, String>,
    /// Who writes the report.
    pub tool: Tool,
}

/// How the matrix is made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Servers that are tested at the same time, at least 1.
    pub jobs: usize,
    /// The lowest severity of a finding that catches a defect.
    pub fail_on: Severity,
    /// Runs on the clean server, at least 1.
    pub clean_runs: u32,
    /// Longest time for one request.
    pub timeout: Duration,
    /// Longest wait for an unexpected 429 to pass.
    pub longest_wait: Duration,
    /// Seed of everything random.
    pub seed: u64,
}

/// The defects that a suite can meet: those of the APIs that its contracts speak to.
///
/// # Errors
/// The suite speaks to no API of the reference server.
pub fn met_by(
    contracts: &HashMap<String, Arc<Compiled>>,
    defects: &[&'static Defect],
) -> Result<Vec<&'static Defect>, String> {
    let meets = |defect: &&'static Defect| contracts.is_empty() || !concerned(contracts, defect).is_empty();
    let met: Vec<_> = defects.iter().copied().filter(meets).collect();
    if met.is_empty() && !defects.is_empty() {
        let paths: BTreeSet<_> = contracts
            .values()
            .map(|compiled| format!("`{}` of {}", compiled.contract.base_path, compiled.contract.name))
            .collect();
        return Err(format!(
            "the suite meets none of the chosen defects: the reference server has its APIs at `/api/v1` and `/v1`, \
             the suite's contracts have {}",
            Vec::from_iter(paths).join(", ")
        ));
    }
    Ok(met)
}

/// The contracts whose API has the defect, by name.
fn concerned(contracts: &HashMap<String, Arc<Compiled>>, defect: &Defect) -> Vec<String> {
    let has = |compiled: &Compiled| defect.apis.include_base(&compiled.contract.base_path);
    let mut names: Vec<_> =
        contracts.iter().filter(|(_, compiled)| has(compiled)).map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names
}

/// Runs the suite on the clean server and on each defect. `progress` hears how many of how many runs are over.
/// After a stop the report has what was seen until then.
///
/// # Errors
/// Why no server or no client can be had.
pub async fn report(
    suite: Suite,
    defects: &[&'static Defect],
    settings: &Settings,
    stop: &Stop,
    mut progress: impl FnMut(usize, usize),
) -> Result<Report, String> {
    let suite = Arc::new(suite);
    let clean_runs = usize::try_from(settings.clean_runs).unwrap_or(1);
    let total = clean_runs + defects.len();
    let slots = Arc::new(Semaphore::new(settings.jobs));
    let mut done = 0;
    let mut tick = || {
        done += 1;
        progress(done, total);
    };
    let started = (suite.monotonic)();
    let clean = trials(&suite, &slots, settings, stop, vec![None; clean_runs], &mut tick).await?;
    let wanted = defects.iter().copied().map(Some).collect();
    let runs = trials(&suite, &slots, settings, stop, wanted, &mut tick).await?;

    let known: BTreeSet<&Key> = clean.iter().flat_map(|(_, seen)| seen.found.keys()).collect();
    let mutant = |(defect, seen): &Trial| Some(mutant(&suite, (*defect)?, seen, &known, settings.fail_on));
    let mutants = runs.iter().filter_map(mutant).collect();
    let mut alarms = BTreeMap::new();
    clean.iter().for_each(|(_, seen)| alarms.extend(seen.alarms.clone()));
    let judged = u32::try_from(clean.len()).unwrap_or(u32::MAX);
    let matrix = Matrix::new(mutants, alarms.into_values().collect(), judged);

    let verdict = Verdict::of_parts(clean.iter().map(|(_, seen)| seen.verdict));
    let interrupted = stop.is_interrupted();
    let first = clean.into_iter().next().map_or_else(|| Seen::of_clean(&suite), |(_, seen)| seen);
    let millis = u64::try_from((suite.monotonic)().duration_since(started).as_millis()).unwrap_or(u64::MAX);
    let mut report = first.report(millis, interrupted).ok_or("the clean run kept no report")?;
    report.kind = ReportKind::Mutants;
    "the reference server inside".clone_into(&mut report.target);
    report.seed = settings.seed;
    report.summary.verdict = verdict;
    report.matrix = Some(matrix);
    suite.redactor.report(&mut report);
    Ok(report)
}

/// A server, and what the suite showed of it.
type Trial = (Option<&'static Defect>, Seen);

/// A trial for each entry, in its order; those that a stop kept from their end are left out.
async fn trials(
    suite: &Arc<Suite>,
    slots: &Arc<Semaphore>,
    settings: &Settings,
    stop: &Stop,
    wanted: Vec<Option<&'static Defect>>,
    tick: &mut impl FnMut(),
) -> Result<Vec<Trial>, String> {
    let mut running = JoinSet::new();
    for (index, defect) in wanted.into_iter().enumerate() {
        let (suite, slots, stop) = (Arc::clone(suite), Arc::clone(slots), stop.clone());
        let mut settings = settings.clone();
        if defect.is_none() {
            // Every clean run has random values of its own; the defects all have those of the first.
            settings.seed = settings.seed.wrapping_add(index as u64);
        }
        running.spawn(async move {
            let Ok(_slot) = slots.acquire().await else { return Ok(None) };
            if stop.is_interrupted() {
                return Ok(None);
            }
            let seen = trial::run(&suite, defect, &settings, &stop).await?;
            Ok::<_, String>((!stop.is_interrupted()).then_some((index, (defect, seen))))
        });
    }
    let mut over = Vec::new();
    while let Some(ended) = running.join_next().await {
        tick();
        // A trial that panicked is a fault of ours: a matrix without it would be one of other defects.
        if let Some(trial) = ended.map_err(|error| format!("tollgate itself failed: {error}"))?? {
            over.push(trial);
        }
    }
    over.sort_by_key(|(index, _)| *index);
    Ok(over.into_iter().map(|(_, trial)| trial).collect())
}

/// What the suite made of a defect: what it found that the clean server does not have.
fn mutant(
    suite: &Suite,
    defect: &'static Defect,
    seen: &Seen,
    known: &BTreeSet<&Key>,
    fail_on: Severity,
) -> Mutant {
    let new = || seen.found.iter().filter(|(key, severity)| **severity >= fail_on && !known.contains(key));
    let by: BTreeSet<&str> = new().map(|(key, _)| key.rule.as_str()).collect();
    let contracts: BTreeSet<&str> =
        new().filter_map(|(key, _)| suite.plan.runs.get(key.scenario?)?.contract.as_deref()).collect();
    let severity = new().map(|(_, severity)| *severity).max();
    let owned = |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let caught = !by.is_empty();
    let verdict = seen.verdict;
    Mutant {
        defect: defect.id.to_owned(),
        family: defect.family.to_owned(),
        description: defect.description.to_owned(),
        breaks: defect.breaks.to_owned(),
        caught,
        by: owned(by),
        severity,
        expected: defect.expected.iter().map(|code| (*code).to_owned()).collect(),
        concerns: concerned(&suite.contracts, defect),
        caught_in: owned(contracts),
        verdict,
        reason: seen.doubt.clone().filter(|_| !caught && verdict == Verdict::Inconclusive),
    }
}
