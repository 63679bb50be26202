//! A target that is started anew: what it remembers, and what cannot be told.

use std::time::Duration;

use super::book::Book;
use super::world::{CLOCK, WINDOW, declared, policy, probe, task};
use crate::limits::log::{Log, Probe};
use crate::limits::simulated::{Asked, Modelled, Server, Told};
use crate::limits::{Measured, Task, judge, plan};
use crate::model::LimitVerdict;
use crate::model::Outcome::{Inconclusive, Pass, Skipped, Warning};

/// Keeps its counts in its own memory, those of its request ids too.
struct Forgetful {
    server: Modelled,
    fresh: Box<dyn Fn() -> Modelled>,
    /// Requests that a gateway answers with 502 until it is up.
    down: u32,
}

impl Server for Forgetful {
    fn answer(&mut self, asked: &Asked<'_>) -> Told {
        if self.down > 0 {
            self.down -= 1;
            return Told { status: 502, ..Told::default() };
        }
        self.server.answer(asked)
    }

    fn restart(&mut self) {
        self.server = (self.fresh)();
        self.down = 3;
    }
}

fn tasked(limit: u64, seconds: u64) -> Task {
    Task { restart: true, ..task(&declared(&policy(CLOCK, limit, seconds)), 3) }
}

fn server(task: &Task, limit: u64, seconds: u64) -> impl Fn() -> Modelled + use<> {
    let keys: Vec<String> = task.keys.iter().map(|key| key.line.1.clone()).collect();
    move || Modelled::new(policy(WINDOW, limit, seconds), keys.clone(), Duration::ZERO)
}

fn broken(log: &Log) -> Vec<String> {
    let alarm = |verdict: &LimitVerdict| !matches!(verdict.verdict, Pass | Skipped);
    judge(log, None).limit.verdicts.into_iter().filter(alarm).map(|verdict| verdict.rule).collect()
}

fn verdict(log: &Log) -> LimitVerdict {
    judge(log, None).limit.verdicts.into_iter().find(|verdict| verdict.rule == "RC008").expect("the rule")
}

#[test]
fn a_server_that_keeps_its_counts_passes_all_and_one_that_forgets_breaks_this_rule_only() {
    let task = tasked(20, 6);
    let fresh = server(&task, 20, 6);
    let kept = probe(&task, fresh());
    assert_eq!(verdict(&kept).verdict, Pass, "{:?}", verdict(&kept));
    assert_eq!(broken(&kept), Vec::<String>::new());

    let forgets = Forgetful { server: fresh(), fresh: Box::new(server(&task, 20, 6)), down: 0 };
    let lost = probe(&task, forgets);
    assert_eq!(broken(&lost), ["RC008"]);
    let told = verdict(&lost);
    assert!(told.verdict == Warning && told.measured.contains("made the server forget"), "{told:?}");
    let restarts: Vec<_> = lost.records.iter().filter(|record| record.probe == Probe::Restart).collect();
    let last = lost.records.iter().map(|record| record.sent).max();
    assert_eq!(restarts.last().map(|record| record.sent), last, "nothing comes after the restart");
}

#[test]
fn a_wait_that_is_over_before_the_server_is_up_tells_nothing() {
    let task = tasked(5, 1);
    let fresh = server(&task, 5, 1);
    let forgets = Forgetful { server: fresh(), fresh: Box::new(fresh), down: 0 };
    let told = verdict(&probe(&task, forgets));
    assert!(told.verdict == Inconclusive && told.measured.contains("longer window"), "{told:?}");
}

#[test]
fn what_was_seen_decides() {
    let mut book = Book::new();
    book.drain(Probe::Restart, 0, 5, 1, 9);
    book.wait(500).send(Probe::Restart, 1, 503);
    book.says("RC008", Inconclusive, "restart");
    book.send(Probe::Restart, 1, 200);
    book.says("RC008", Warning, "asked for 9.00 s");

    let mut silent = Book::new();
    silent.drain(Probe::Restart, 0, 5, 0, 0);
    silent.send(Probe::Restart, 0, 429);
    silent.wait(500).send(Probe::Restart, 1, 200);
    silent.says("RC008", Inconclusive, "does not tell its wait");

    let mut never = Book::new();
    never.drain(Probe::Restart, 0, 5, 0, 0);
    never.send(Probe::Restart, 1, 200);
    never.says("RC008", Inconclusive, "not refused before");
    Book::new().says("RC008", Skipped, "restart");
}

#[test]
fn only_the_probes_that_are_wanted_are_planned_and_the_others_say_why_not() {
    let wanted = Task { only: vec![Probe::CleanTrial, Probe::Restart], ..tasked(20, 6) };
    let second = Duration::from_secs(1);
    let measured = Measured { limit: 20, window: second * 6, rtt: second / 1_000, multiplexed: false };
    let mut probes: Vec<Probe> = plan(&wanted, measured).jobs.iter().map(|job| job.probe).collect();
    probes.dedup();
    assert_eq!(probes, [Probe::Arming, Probe::CleanTrial, Probe::Restart]);
    let log = probe(&wanted, server(&wanted, 20, 6)());
    let verdicts = judge(&log, None).limit.verdicts;
    let told = |rule: &str| verdicts.iter().find(|verdict| verdict.rule == rule).expect("a rule");
    assert_eq!((told("RC001").verdict, told("RC008").verdict), (Pass, Pass));
    let left_out = told("CC001");
    assert!(left_out.verdict == Skipped && left_out.measured.contains("asked for"), "{left_out:?}");
}
