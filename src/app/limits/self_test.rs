//! `tollgate limits --self-test`: false alarms on clean limiters, and misses on faulty ones.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use super::super::gather::Refusal;
use super::super::is_a_loss;
use crate::cli::{Exit, LimitsArgs};
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::limiter::{Fault, Policy};
use crate::limits::trial::{self, SIZES, Score, Trial};
use crate::reference;

/// The contract whose dialect the simulated server speaks.
const CONTRACT: &str = "lead-management-v1";

pub(super) fn run(env: &mut Env, args: &LimitsArgs) -> Result<Exit, Refusal> {
    let contract = input::contract(env.files.as_ref(), CONTRACT)?.contract;
    let first = args.seed.unwrap_or_default();
    let bench = Bench { contract: &contract, seeds: first..first.saturating_add(args.seeds.into()) };
    let mut table = Table { env, whole: true, failed: false };
    bench.clean(&mut table);
    bench.faulty(&mut table);
    Ok(match (table.failed, table.whole) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Success,
        (false, false) => Exit::Usage,
    })
}

/// Where rows go, each as soon as it is known.
struct Table<'e> {
    env: &'e mut Env,
    /// Whether all could be written.
    whole: bool,
    failed: bool,
}

impl Table<'_> {
    fn say(&mut self, text: &str) {
        let out = &mut self.env.stdout;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        self.whole &= written.err().is_none_or(|error| !is_a_loss(&error));
    }
}

struct Bench<'c> {
    contract: &'c Compiled,
    seeds: Range<u64>,
}

impl Bench<'_> {
    fn clean(&self, table: &mut Table<'_>) {
        table.say(&format!("{:<40} {:>5} {:>6} {:>8}\n", "clean limiter", "runs", "alarms", "in doubt"));
        let models = trial::clean(SIZES[0]).len();
        for place in 0..models {
            let policies = SIZES.iter().filter_map(|size| trial::clean(*size).into_iter().nth(place));
            let policies: Vec<Policy> = policies.collect();
            let name = policies.first().map(Policy::name).unwrap_or_default();
            let name = name.split(',').next().unwrap_or_default();
            self.clean_row(table, name, &policies, false);
        }
        self.clean_row(table, "a daily quota", &usual(), true);
    }

    fn clean_row(&self, table: &mut Table<'_>, name: &str, policies: &[Policy], of_the_day: bool) {
        let score = self.score(policies, &[], of_the_day, &[]);
        let alarms = score.runs - score.good;
        let doubts = score.doubts.values().map(|(runs, _)| *runs).max().unwrap_or_default();
        table.failed |= alarms > 0;
        let row = format!("{name:<40} {:>5} {alarms:>6} {doubts:>8}\n", score.runs);
        table.say(&(row + &details(&score, &[])));
    }

    fn faulty(&self, table: &mut Table<'_>) {
        table.say(&format!(
            "\n{:<34} {:<18} {:>5} {:>6} {:>6}\n",
            "fault", "expected, any of", "runs", "caught", "missed"
        ));
        for defect in reference::defects() {
            let Some(faults) = defect.limiter_faults().filter(|_| !defect.limits.is_empty()) else {
                continue;
            };
            let of_the_day = faults.iter().any(trial::is_of_the_day);
            let score = self.score(&usual(), faults, of_the_day, defect.limits);
            let (id, expected, missed) = (defect.id, defect.limits.join(" "), score.runs - score.good);
            table.failed |= missed > 0;
            let row = format!("{id:<34} {expected:<18} {:>5} {:>6} {missed:>6}\n", score.runs, score.good);
            table.say(&(row + &details(&score, defect.limits)));
        }
    }

    /// Runs every policy on a thread of its own.
    fn score(&self, policies: &[Policy], faults: &[Fault], of_the_day: bool, expected: &[&str]) -> Score {
        let contract = Some(self.contract);
        let runs = |policy: Policy| {
            let trial = |seed| {
                let faults = faults.to_vec();
                Trial { policy, faults, of_the_day, load: true, seed, contract }.run()
            };
            self.seeds.clone().map(trial).collect::<Vec<_>>()
        };
        let mut score = Score::default();
        std::thread::scope(|scope| {
            let threads = policies.iter().map(|policy| scope.spawn(|| runs(*policy)));
            let threads: Vec<_> = threads.collect();
            for run in threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()) {
                score.add(expected, run);
            }
        });
        score
    }
}

fn usual() -> Vec<Policy> {
    SIZES.iter().map(|size| trial::usual(*size)).collect()
}

/// What else was said: rules that were not expected, and doubts.
fn details(score: &Score, expected: &[&str]) -> String {
    let mut text = String::new();
    let others = score.alarms.iter().filter(|(rule, _)| !expected.contains(&rule.as_str()));
    let others: Vec<String> = others.map(|(rule, runs)| format!("{rule} in {runs}")).collect();
    if !others.is_empty() {
        let _ = writeln!(text, "    also: {}", others.join(", "));
    }
    for (rule, (runs, why)) in &score.doubts {
        let _ = writeln!(text, "    {rule} in doubt in {runs}: {why}");
    }
    text
}
