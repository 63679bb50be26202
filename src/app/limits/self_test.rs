//! `tollgate limits --self-test`: false alarms on clean limiters, and misses on faulty ones.

use std::fmt::Write as _;
use std::io::Write as _;

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
    let seeds = args.seed.unwrap_or_default()..args.seed.unwrap_or_default() + u64::from(args.seeds);
    let mut failed = false;
    let say = |env: &mut Env, text: &str| {
        let written = env.stdout.write_all(text.as_bytes()).and_then(|()| env.stdout.flush());
        written.err().is_none_or(|error| !is_a_loss(&error))
    };
    let mut whole =
        say(env, &format!("{:<44} {:>5} {:>6} {:>9}\n", "clean limiter", "runs", "alarms", "in doubt"));
    for place in 0..trial::clean(SIZES[0]).len() {
        let runs = SIZES.iter().filter_map(|size| trial::clean(*size).into_iter().nth(place));
        let policies: Vec<Policy> = runs.collect();
        let score = score(&policies, &[], &[], seeds.clone(), &contract);
        failed |= score.good < score.runs;
        let name = policies.first().map(Policy::name).unwrap_or_default();
        let name = name.split(',').next().unwrap_or_default();
        let alarms = score.runs - score.good;
        let row = format!("{name:<44} {:>5} {alarms:>6} {:>9}\n", score.runs, doubtful(&score));
        whole &= say(env, &(row + &details(&score, &[])));
    }
    whole &= say(
        env,
        &format!("\n{:<26} {:<17} {:>5} {:>6} {:>6}\n", "fault", "expected", "runs", "caught", "missed"),
    );
    for defect in reference::defects() {
        let Some(faults) = defect.limiter_faults().filter(|_| !defect.limits.is_empty()) else { continue };
        let policies: Vec<Policy> = SIZES.iter().map(|size| trial::usual(*size)).collect();
        let score = score(&policies, faults, defect.limits, seeds.clone(), &contract);
        failed |= score.good < score.runs;
        let (id, expected, missed) = (defect.id, defect.limits.join(" "), score.runs - score.good);
        let row = format!("{id:<26} {expected:<17} {:>5} {:>6} {missed:>6}\n", score.runs, score.good);
        whole &= say(env, &(row + &details(&score, defect.limits)));
    }
    Ok(match (failed, whole) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Success,
        (false, false) => Exit::Usage,
    })
}

fn score(
    policies: &[Policy],
    faults: &[Fault],
    expected: &[&str],
    seeds: std::ops::Range<u64>,
    contract: &Compiled,
) -> Score {
    let mut score = Score::default();
    for policy in policies {
        for seed in seeds.clone() {
            let trial = Trial { policy: *policy, faults: faults.to_vec(), seed, contract: Some(contract) };
            score.add(expected, trial.run());
        }
    }
    score
}

fn doubtful(score: &Score) -> u32 {
    score.doubts.values().map(|(runs, _)| *runs).max().unwrap_or_default()
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
