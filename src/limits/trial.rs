//! A trial of prober and judge: simulated limiters, clean and with known faults, and which rules name them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::judgement::judge;
use super::log::{Declared, Head, Probe, Protocol};
use super::plan::plan;
use super::prober::Prober;
use super::simulated::{Conditions, HEALTH, Limited, Modelled, PATH, Simulated};
use super::task::{Call, Key, Profile, Task, Writes};
use crate::contract::Compiled;
use crate::limiter::{Algorithm, Anchor, Fault, Policy, Quota, RetryAfter};
use crate::model::Outcome;

/// A limit that trials are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Requests.
    pub limit: u64,
    /// In so much time.
    pub window: Duration,
}

impl Size {
    /// So many requests in so many seconds.
    pub const fn new(limit: u64, seconds: u64) -> Self {
        Self { limit, window: Duration::from_secs(seconds) }
    }
}

/// The sizes of a whole trial.
pub const SIZES: [Size; 4] = [Size::new(5, 1), Size::new(20, 6), Size::new(100, 10), Size::new(60, 60)];

/// Verdicts of a run that are neither passed nor skipped: rule, outcome, what was measured.
pub type Spoken = Vec<(String, Outcome, String)>;

/// One simulated run.
#[derive(Debug, Clone)]
pub struct Trial<'c> {
    /// How requests are counted.
    pub policy: Policy,
    /// What is wrong; nothing for a clean limiter.
    pub faults: Vec<Fault>,
    /// Whether the daily quota is what is looked at.
    pub of_the_day: bool,
    /// Whether constant arrivals and a fleet come, too.
    pub load: bool,
    /// Seed of delays, and of the server's clock.
    pub seed: u64,
    /// The contract that says what envelopes look like.
    pub contract: Option<&'c Compiled>,
}

/// The rules that are to name a fault; none for a clean limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected<'e> {
    /// One of them must, in every run.
    pub any_of: &'e [&'e str],
    /// These may, too: the fault breaks them as well, depending on limit, window and moment.
    pub also: &'e [&'e str],
}

/// What came out of runs, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// Runs.
    pub runs: u32,
    /// Runs in which the fault was named and nothing else, or nothing where nothing is wrong.
    pub good: u32,
    /// Runs in which none of the rules spoke that are to name the fault.
    pub missed: u32,
    /// Runs in which a rule spoke that is not expected.
    pub alarmed: u32,
    /// Runs in which the verdict of some rule could not be given.
    pub doubtful: u32,
    /// Rules that spoke without being expected: in how many runs, and what the last one measured.
    pub alarms: BTreeMap<String, (u32, String)>,
    /// Expected rules that spoke: in how many runs.
    pub named: BTreeMap<String, u32>,
    /// Verdicts that could not be given, by rule: in how many runs, and why the last time.
    pub doubts: BTreeMap<String, (u32, String)>,
}

/// The clean limiters: every model whose limit is what it is said to be.
pub fn clean(size: Size) -> Vec<Policy> {
    let Size { limit, window } = size;
    let algorithms = [
        Algorithm::FixedWindow { anchor: Anchor::FirstRequest },
        Algorithm::FixedWindow { anchor: Anchor::Clock { offset: Duration::ZERO } },
        Algorithm::SlidingLog { count_rejects: false },
        Algorithm::SlidingCounter,
        Algorithm::TokenBucket { burst: limit },
        Algorithm::Gcra { burst: limit },
        Algorithm::Ban { block: window, extends: false },
    ];
    algorithms.map(|algorithm| Policy { algorithm, limit, window }).to_vec()
}

/// The limiter that has the faults: the one of the reference server.
pub fn usual(size: Size) -> Policy {
    let algorithm = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
    Policy { algorithm, limit: size.limit, window: size.window }
}

/// Whether a fault shows only where a day is used up.
pub fn is_of_the_day(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::DayToldAsWindow | Fault::DayNeverEnds | Fault::RetryAfter(RetryAfter::MissingForDay)
    )
}

impl Trial<'_> {
    /// Probes and judges in virtual time.
    pub fn run(&self) -> Spoken {
        let task = self.task();
        let limited = Limited {
            quota: Quota { policy: self.policy, daily: task.declared.daily },
            faults: self.faults.clone(),
            keys: task.keys.iter().map(|key| key.line.1.clone()).collect(),
            // Any place within a day, and within a second.
            phase: Duration::from_millis((self.seed + 1).wrapping_mul(7_919_137) % 86_400_000),
        };
        let world = Simulated::new(self.seed, Conditions::LOOPBACK, Modelled::limited(limited));
        let prober = Prober::new(&world, &task);
        let ended = world.run(async {
            prober.prepare().await?;
            let mut plan = plan(&task, prober.measured());
            if self.of_the_day {
                plan.jobs.retain(|job| job.probe == Probe::Daily);
            }
            prober.run(&plan).await;
            Ok::<(), String>(())
        });
        let doubt = |why: &str| vec![("prober".to_owned(), Outcome::Inconclusive, why.to_owned())];
        match ended {
            None => return doubt("it waited for something that never came"),
            Some(Err(why)) => return doubt(&why),
            Some(Ok(())) => {}
        }
        let head = Head {
            request: format!("GET {PATH}"),
            seed: self.seed,
            keys: task.keys.iter().map(|key| key.alias.clone()).collect(),
            declared: task.declared.clone(),
            ..Head::default()
        };
        let judgement = judge(&prober.log(head, "cut short"), self.contract);
        let verdicts = judgement.limit.verdicts.into_iter();
        let spoken = verdicts.filter(|verdict| !matches!(verdict.verdict, Outcome::Pass | Outcome::Skipped));
        spoken.map(|verdict| (verdict.rule, verdict.verdict, verdict.measured)).collect()
    }

    fn task(&self) -> Task {
        let call = |method: &str, body: &str| Call {
            method: method.to_owned(),
            target: PATH.to_owned(),
            headers: Vec::new(),
            body: body.to_owned(),
        };
        let key = |number: usize| Key {
            alias: format!("key{number}"),
            line: ("Authorization".to_owned(), format!("Bearer simulated{number}")),
            read_only: false,
        };
        Task {
            authority: "localhost:80".to_owned(),
            scheme: "http".to_owned(),
            protocol: Protocol::Http1,
            request: call("GET", ""),
            keys: (1..=4).map(key).collect(),
            declared: Declared {
                limit: Some(self.policy.limit),
                window: Some(self.policy.window),
                daily: self.of_the_day.then_some(self.policy.limit * 2),
                delay_seconds: true,
                headers: true,
                reset_epoch: Some(false),
                window_code: "RATE_LIMIT_EXCEEDED".to_owned(),
                daily_code: "DAILY_LIMIT_EXCEEDED".to_owned(),
                ..Declared::default()
            },
            profile: Profile::Default,
            writes: Some(Writes { write: call("POST", "{\"name\":\"{{marker}}\"}"), list: call("GET", "") }),
            other: Some(call("HEAD", "")),
            exempt: vec![HEALTH.to_owned()],
            preflight: true,
            daily: self.of_the_day,
            arm: false,
            steady: self.load,
            restart: false,
            only: Vec::new(),
            fleet: if self.load { 10 } else { 0 },
            max_requests: 1_000_000,
            // Long enough to see a day end.
            max_time: Duration::from_secs(3 * 86_400),
            seed: self.seed,
        }
    }
}

impl Score {
    /// Adds a run.
    pub fn add(&mut self, expected: Expected<'_>, spoken: Spoken) {
        self.runs += 1;
        let (mut caught, mut alarmed, mut doubtful) = (expected.any_of.is_empty(), false, false);
        for (rule, outcome, measured) in spoken {
            if outcome == Outcome::Inconclusive {
                doubtful = true;
                let entry = self.doubts.entry(rule).or_default();
                *entry = (entry.0 + 1, measured);
                continue;
            }
            let names = expected.any_of.contains(&rule.as_str());
            caught |= names;
            if names || expected.also.contains(&rule.as_str()) {
                *self.named.entry(rule).or_default() += 1;
                continue;
            }
            alarmed = true;
            let entry = self.alarms.entry(rule).or_default();
            *entry = (entry.0 + 1, measured);
        }
        self.good += u32::from(caught && !alarmed);
        self.missed += u32::from(!caught);
        self.alarmed += u32::from(alarmed);
        self.doubtful += u32::from(doubtful);
    }

    /// Whether every fault was named, and nothing else.
    pub fn is_good(&self) -> bool {
        self.missed == 0 && self.alarmed == 0
    }

    /// Adds the runs of another size.
    pub fn absorb(&mut self, other: &Self) {
        self.runs += other.runs;
        self.good += other.good;
        self.missed += other.missed;
        self.alarmed += other.alarmed;
        self.doubtful += other.doubtful;
        for (rule, runs) in &other.named {
            *self.named.entry(rule.clone()).or_default() += runs;
        }
        for (mine, others) in [(&mut self.alarms, &other.alarms), (&mut self.doubts, &other.doubts)] {
            for (rule, (runs, last)) in others {
                let entry = mine.entry(rule.clone()).or_default();
                *entry = (entry.0 + runs, last.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiter::Enforced;

    fn trial(policy: Policy, faults: &[Fault], seed: u64) -> Spoken {
        let of_the_day = faults.iter().any(is_of_the_day);
        Trial { policy, faults: faults.to_vec(), of_the_day, load: false, seed, contract: None }.run()
    }

    #[test]
    fn clean_limiters_pass() {
        for policy in clean(Size::new(20, 6)) {
            for seed in 0..2 {
                assert_eq!(trial(policy, &[], seed), [], "{} {seed}", policy.name());
            }
        }
    }

    #[test]
    fn faults_are_named() {
        let faults = [
            (Fault::RetryAfter(RetryAfter::Floor), "RC001"),
            (Fault::RetryAfter(RetryAfter::Missing), "RA001"),
            (Fault::Enforces(Enforced::Off(1)), "CC001"),
            (Fault::DayToldAsWindow, "DQ003"),
            (Fault::EffectFirst, "WS001"),
        ];
        for (fault, rule) in faults {
            let spoken = trial(usual(Size::new(20, 6)), &[fault], 3);
            assert!(spoken.iter().any(|(named, ..)| named == rule), "{fault:?}: {spoken:?}");
        }
    }
}
