//! The prober in virtual time against a limiter of the reference kind, honest or with one fault.

use std::time::Duration;

use super::super::log::{Declared, Head, Log};
use super::super::simulated::{Asked, Conditions, HEALTH, Modelled, PATH, Server, Simulated, Told};
use super::super::{Call, Key, Prober, Profile, Task, Writes, plan};
use crate::limiter::{Algorithm, Anchor, Policy};

pub(super) const WINDOW: Algorithm = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
pub(super) const CLOCK: Algorithm =
    Algorithm::FixedWindow { anchor: Anchor::Clock { offset: Duration::ZERO } };
pub(super) const LOG: Algorithm = Algorithm::SlidingLog { count_rejects: false };

/// What becomes of an answer on its way.
pub(super) type Fault = fn(&mut Told, &Asked<'_>);

/// A server whose answers are spoilt.
struct Faulty {
    inner: Modelled,
    fault: Fault,
}

impl Server for Faulty {
    fn answer(&mut self, asked: &Asked<'_>) -> Told {
        let mut told = self.inner.answer(asked);
        (self.fault)(&mut told, asked);
        told
    }
}

pub(super) fn policy(algorithm: Algorithm, limit: u64, seconds: u64) -> Policy {
    Policy { algorithm, limit, window: Duration::from_secs(seconds) }
}

pub(super) fn declared(policy: &Policy) -> Declared {
    Declared {
        limit: Some(policy.limit),
        window: Some(policy.window),
        delay_seconds: true,
        headers: true,
        window_code: "RATE_LIMIT_EXCEEDED".to_owned(),
        daily_code: "DAILY_LIMIT_EXCEEDED".to_owned(),
        ..Declared::default()
    }
}

pub(super) fn task(declared: &Declared, seed: u64) -> Task {
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
        keys: (0..4).map(key).collect(),
        declared: declared.clone(),
        profile: Profile::Default,
        writes: Some(Writes { write: call("POST", "{\"name\":\"{{marker}}\"}"), list: call("GET", "") }),
        other: None,
        exempt: vec![HEALTH.to_owned()],
        preflight: true,
        max_requests: 100_000,
        max_time: Duration::from_secs(7_200),
        seed,
        ..Task::default()
    }
}

/// The log of a run.
pub(super) fn run(task: &Task, policy: Policy, fault: Fault) -> Log {
    let keys = task.keys.iter().map(|key| key.line.1.clone());
    let phase = Duration::from_millis(task.seed * 7_137 % 60_000);
    probe(task, Faulty { inner: Modelled::new(policy, keys, phase), fault })
}

/// The log of a run against any server.
pub(super) fn probe(task: &Task, server: impl Server) -> Log {
    let world = Simulated::new(task.seed, Conditions::LOOPBACK, server);
    let prober = Prober::new(&world, task);
    world
        .run(async {
            prober.prepare().await.expect("a measured target");
            let plan = plan(task, prober.measured());
            prober.run(&plan).await;
        })
        .expect("no wait without an end");
    let head = Head {
        target: "http://localhost:80".to_owned(),
        request: format!("GET {PATH}"),
        seed: task.seed,
        started_unix_ms: 1_800_000_000_000,
        keys: task.keys.iter().map(|key| key.alias.clone()).collect(),
        declared: task.declared.clone(),
        ..Head::default()
    };
    prober.log(head, "")
}
