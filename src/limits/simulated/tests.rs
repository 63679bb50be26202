//! Whole runs of the prober in virtual time.

use std::time::Instant;

use super::super::log::{Declared, Head, Log, Probe, Record};
use super::super::plan::{Measured, Plan, plan};
use super::super::prober::Prober;
use super::super::task::{Call, Key, Profile, Task, Writes};
use super::server::{HEALTH, Modelled, PATH};
use super::*;
use crate::limiter::{Algorithm, Anchor, Policy};

const FIXED: Algorithm = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
const CLOCK: Algorithm = Algorithm::FixedWindow { anchor: Anchor::Clock { offset: Duration::ZERO } };

fn task(keys: usize, limit: u64, window: u64) -> Task {
    let call = |method: &str, body: &str| Call {
        method: method.to_owned(),
        target: PATH.to_owned(),
        headers: Vec::new(),
        body: body.to_owned(),
    };
    let key = |number| Key {
        alias: format!("key{number}"),
        line: ("Authorization".to_owned(), format!("Bearer secret{number}")),
        read_only: false,
    };
    Task {
        authority: "localhost:80".to_owned(),
        scheme: "http".to_owned(),
        request: call("GET", ""),
        keys: (0..keys).map(key).collect(),
        declared: Declared {
            limit: Some(limit),
            window: Some(Duration::from_secs(window)),
            ..Declared::default()
        },
        profile: Profile::Default,
        writes: Some(Writes { write: call("POST", "{\"name\":\"{{marker}}\"}"), list: call("GET", "") }),
        other: Some(call("GET", "")),
        exempt: vec![HEALTH.to_owned()],
        preflight: true,
        max_requests: 100_000,
        max_time: Duration::from_secs(7_200),
        seed: 7,
        ..Task::default()
    }
}

fn simulate(task: &Task, policy: Policy, seed: u64) -> (Plan, Log) {
    let keys = task.keys.iter().map(|key| key.line.1.clone());
    let phase = Duration::from_millis((seed + 1) * 7_919_137 % 86_400_000);
    let server = Modelled::new(policy, keys, phase);
    let world = Simulated::new(seed, Conditions::LOOPBACK, server);
    let prober = Prober::new(&world, task);
    let plan = world
        .run(async {
            prober.prepare().await.unwrap();
            let plan = plan(task, prober.measured());
            prober.run(&plan).await;
            plan
        })
        .expect("no wait without an end");
    (plan, prober.log(Head::default(), ""))
}

fn fixed(limit: u64, window: u64) -> Policy {
    Policy { algorithm: FIXED, limit, window: Duration::from_secs(window) }
}

fn of(log: &Log, probe: Probe) -> Vec<&Record> {
    log.records.iter().filter(|record| record.probe == probe).collect()
}

fn admitted(records: &[&Record], phase: u8) -> usize {
    records.iter().filter(|record| record.phase == phase && record.status == 200).count()
}

#[test]
fn a_default_run_of_a_minute_takes_no_time() {
    let start = Instant::now();
    let (plan, log) = simulate(&task(4, 60, 60), fixed(60, 60), 1);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(log.undone, []);
    let last = log.records.iter().map(|record| record.end).max().unwrap();
    assert!(last < plan.time * 3 / 2, "{last:?} {:?}", plan.time);
    let sent = log.records.len() as u64;
    assert!(sent < plan.requests * 5 / 4 && sent > plan.requests / 2, "{sent} {}", plan.requests);
}

#[test]
fn records_are_in_order_and_never_early() {
    let (_, log) = simulate(&task(3, 20, 1), fixed(20, 1), 2);
    assert!(log.records.windows(2).all(|pair| pair[0].sent <= pair[1].sent));
    let mut numbers: Vec<u64> = log.records.iter().map(|record| record.seq).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=log.records.len() as u64));
    for record in &log.records {
        assert!(record.due <= record.sent && record.sent < record.head && record.head < record.end);
    }
}

#[test]
fn the_sequential_count_is_exact_whatever_the_algorithm() {
    let window = Duration::from_secs(6);
    let algorithms = [
        FIXED,
        CLOCK,
        Algorithm::SlidingLog { count_rejects: false },
        Algorithm::SlidingLog { count_rejects: true },
        Algorithm::SlidingCounter,
        Algorithm::TokenBucket { burst: 20 },
        Algorithm::Gcra { burst: 20 },
        Algorithm::Ban { block: window, extends: false },
    ];
    for algorithm in algorithms {
        for seed in 0..5 {
            let policy = Policy { algorithm, limit: 20, window };
            let (_, log) = simulate(&task(3, 20, 6), policy, seed);
            let records = of(&log, Probe::Sequential);
            assert_eq!(admitted(&records, 0), 20, "{algorithm:?} {seed}");
            for round in 0..5 {
                for phase in [0, 2] {
                    let records = of(&log, Probe::Concurrent);
                    let records: Vec<_> = records
                        .into_iter()
                        .filter(|record| record.round == round && record.phase == phase)
                        .collect();
                    if !records.is_empty() {
                        assert_eq!(admitted(&records, phase), 20, "{algorithm:?} {seed} {round} {phase}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_clean_trial_is_one_refusal_silence_and_one_request() {
    for algorithm in
        [FIXED, CLOCK, Algorithm::SlidingLog { count_rejects: true }, Algorithm::TokenBucket { burst: 20 }]
    {
        for seed in 0..5 {
            let policy = Policy { algorithm, limit: 20, window: Duration::from_secs(6) };
            let (_, log) = simulate(&task(4, 20, 6), policy, seed);
            for round in 0..4 {
                let trial = of(&log, Probe::CleanTrial);
                let trial: Vec<_> = trial.into_iter().filter(|record| record.round == round).collect();
                let refused: Vec<_> = trial.iter().filter(|record| record.status == 429).collect();
                assert_eq!(refused.len(), 1, "{algorithm:?} {seed} {round}");
                let retry = trial.last().unwrap();
                assert_eq!((retry.phase, retry.status), (1, 200), "{algorithm:?} {seed} {round}");
                let wait: u64 = refused[0]
                    .headers
                    .iter()
                    .find(|line| line.0 == "Retry-After")
                    .unwrap()
                    .1
                    .parse()
                    .unwrap();
                assert_eq!(retry.due, refused[0].head + Duration::from_secs(wait));
                assert!(retry.sent >= retry.due);
                let between = log.records.iter().filter(|record| {
                    record.key == retry.key && record.sent > refused[0].sent && record.sent < retry.sent
                });
                assert_eq!(between.count(), 0, "{algorithm:?} {seed} {round}");
                assert_ne!(retry.connection, refused[0].connection);
            }
        }
    }
}

#[test]
fn the_fingerprint_is_the_one_of_the_algorithm() {
    let window = Duration::from_secs(60);
    let expected: [(Algorithm, [usize; 4]); 4] = [
        (FIXED, [15, 45, 60, 0]),
        (Algorithm::SlidingLog { count_rejects: false }, [15, 45, 15, 45]),
        (Algorithm::TokenBucket { burst: 60 }, [15, 60, 31, 30]),
        (Algorithm::Ban { block: window, extends: false }, [15, 45, 0, 60]),
    ];
    for (algorithm, counts) in expected {
        let (_, log) = simulate(&task(4, 60, 60), Policy { algorithm, limit: 60, window }, 3);
        let records = of(&log, Probe::Fingerprint);
        for (phase, count) in (0..).zip(counts) {
            let seen = admitted(&records, phase);
            assert!(seen.abs_diff(count) <= 1, "{algorithm:?} phase {phase}: {seen} for {count}");
        }
    }
}

#[test]
fn one_key_is_enough_for_all_but_isolation() {
    let (plan, log) = simulate(&task(1, 20, 1), fixed(20, 1), 4);
    assert_eq!(log.undone.len(), 1);
    assert_eq!(log.undone[0].0, Probe::Isolation);
    for job in &plan.jobs {
        assert!(!of(&log, job.probe).is_empty(), "{:?}", job.probe);
    }
}

#[test]
fn writes_are_marked_and_looked_for() {
    let (_, log) = simulate(&task(2, 20, 1), fixed(20, 1), 5);
    let writes = of(&log, Probe::Writes);
    let written: Vec<_> =
        writes.iter().filter(|record| record.status == 201).map(|record| &record.note).collect();
    assert_eq!(written.len(), 20);
    for phase in 1..=3 {
        let look = writes.iter().find(|record| record.phase == phase && record.status == 200).unwrap();
        assert_eq!(look.found.iter().collect::<Vec<_>>(), written, "{phase}");
    }
}

#[test]
fn a_budget_cuts_and_says_so() {
    let task = Task { max_requests: 150, ..task(2, 20, 1) };
    let (_, log) = simulate(&task, fixed(20, 1), 6);
    assert!(log.records.len() <= 150);
    assert!(log.undone.iter().any(|(_, why)| why.contains("max-requests 150")));
    let task = Task { max_time: Duration::from_secs(3), max_requests: 10_000, ..task };
    let (_, log) = simulate(&task, fixed(20, 1), 6);
    let last = log.records.iter().map(|record| record.end).max().unwrap();
    assert!(last < Duration::from_millis(3_100), "{last:?}");
    assert!(log.undone.iter().any(|(_, why)| why.contains("max-seconds 3")));
}

#[test]
fn without_a_declared_limit_it_is_found() {
    for (algorithm, limit, window) in
        [(FIXED, 20, 6), (CLOCK, 60, 60), (Algorithm::SlidingLog { count_rejects: false }, 5, 1)]
    {
        let mut task = task(2, limit, window);
        task.declared = Declared::default();
        let policy = Policy { algorithm, limit, window: Duration::from_secs(window) };
        let (_, log) = simulate(&task, policy, 8);
        assert_eq!(log.head.found_limit, Some(limit), "{algorithm:?}");
        if algorithm != CLOCK {
            assert_eq!(log.head.found_window, Some(Duration::from_secs(window)), "{algorithm:?}");
        }
    }
}

#[test]
fn constant_arrivals_keep_their_schedule_and_a_fleet_its_promises() {
    let mut task = task(2, 20, 1);
    (task.steady, task.fleet) = (true, 10);
    let (_, log) = simulate(&task, fixed(20, 1), 9);
    let steady = of(&log, Probe::Steady);
    for rate in [90, 100, 110] {
        let sent = steady.iter().filter(|record| record.round == rate).count();
        let missed: u64 = log.missed.iter().filter(|missed| missed.1 == rate).map(|missed| missed.2).sum();
        assert_eq!(sent as u64 + missed, u64::from(rate) * 20 * 7 / 100, "{rate}");
        assert!(missed <= 3, "{rate}: {missed}");
    }
    let fleet = of(&log, Probe::Fleet);
    assert!(fleet.iter().any(|record| record.round == 9));
    let refused = fleet.iter().filter(|record| record.status == 429).count();
    assert!(refused <= 10 * 2 * 11, "{refused}");
}

/// A server that may leave out what it could tell about its limit.
struct Bare(Modelled, bool);

impl Server for Bare {
    fn answer(&mut self, asked: &Asked<'_>) -> Told {
        let mut told = self.0.answer(asked);
        if !self.1 {
            told.headers.retain(|(name, _)| {
                let name = name.to_ascii_lowercase();
                name != "retry-after" && !name.contains("ratelimit")
            });
        }
        told
    }
}

#[test]
fn a_limit_that_nobody_declares_is_found() {
    let mut wrong = Vec::new();
    for (limit, seconds) in [(5, 1), (20, 6), (60, 60)] {
        for policy in crate::limits::trial::clean(crate::limits::trial::Size::new(limit, seconds)) {
            for (seed, told) in [(1, true), (2, true), (3, true), (4, false)] {
                let task = Task { declared: Declared::default(), ..task(1, 0, 0) };
                let keys = task.keys.iter().map(|key| key.line.1.clone());
                let phase = Duration::from_millis((seed + 1) * 7_919_137 % 86_400_000);
                let server = Bare(Modelled::new(policy, keys, phase), told);
                let world = Simulated::new(seed, Conditions::LOOPBACK, server);
                let prober = Prober::new(&world, &task);
                world.run(prober.prepare()).expect("no wait without an end").expect("found");
                let Measured { limit: found, window, .. } = prober.measured();
                let whole = policy.window.as_secs_f64();
                let off = (window.as_secs_f64() - whole).abs();
                // A counter that is used up all the time admits a little less than it says.
                let allowed = match policy.algorithm {
                    Algorithm::SlidingCounter => 0.2 * whole + 1.0,
                    _ => 0.05 * whole + 0.01,
                };
                if found != limit || off > allowed {
                    wrong.push(format!("{} {seed} {told}: {found} in {window:?}", policy.name()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
