//! HTTP/2: the whole probe over it, one connection as a way of its own, and refusals that are no answers.

use std::time::Duration;

use super::book::Book;
use super::world::{WINDOW, declared, policy, probe, run, task};
use crate::limiter::{Fault, Identity, Quota};
use crate::limits::log::{Log, Other, Probe, Protocol, Rejection};
use crate::limits::simulated::{Asked, Limited, Modelled, Server, Told};
use crate::limits::{Task, judge};
use crate::model::LimitVerdict;
use crate::model::Outcome::{Fail, Inconclusive, Pass, Skipped};

fn honest(_: &mut Told, _: &Asked<'_>) {}

fn usual() -> (Task, crate::limiter::Policy) {
    let policy = policy(WINDOW, 20, 6);
    (task(&declared(&policy), 5), policy)
}

fn verdict(log: &Log, rule: &str) -> LimitVerdict {
    let verdicts = judge(log, None).limit.verdicts;
    verdicts.into_iter().find(|verdict| verdict.rule == rule).expect("a rule")
}

/// A server whose limiter has these faults.
fn faulty(task: &Task, policy: crate::limiter::Policy, faults: &[Fault]) -> Modelled {
    Modelled::limited(Limited {
        quota: Quota { policy, daily: None },
        faults: faults.to_vec(),
        keys: task.keys.iter().map(|key| key.line.1.clone()).collect(),
        phase: Duration::ZERO,
    })
}

/// One that speaks HTTP/1.1 only.
struct Old(Modelled);

impl Server for Old {
    fn answer(&mut self, asked: &Asked<'_>) -> Told {
        self.0.answer(asked)
    }

    fn speaks(&self, protocol: Protocol) -> bool {
        protocol == Protocol::Http1
    }
}

#[test]
fn the_whole_probe_goes_over_the_version_that_is_wanted() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let (task, policy) = usual();
        let log = run(&Task { protocol, ..task }, policy, honest);
        assert_eq!((log.head.protocol, &log.head.other), (protocol, &Some(Other::Spoken)));
        let other = |record: &&crate::limits::log::Record| record.protocol != protocol;
        let ways: Vec<&str> = log.records.iter().filter(other).map(|record| record.note.as_str()).collect();
        let multiplexed =
            |record: &crate::limits::log::Record| (record.probe, record.phase) == (Probe::Concurrent, 3);
        let apart = log.records.iter().filter(|one| other(one) && !multiplexed(one)).count();
        // The try, and the way around.
        assert_eq!(apart, 2, "{ways:?}");
        let bursts = log.records.iter().filter(|record| multiplexed(record));
        assert!(bursts.clone().all(|record| record.protocol == Protocol::Http2));
        let mut connections: Vec<u32> = bursts.clone().map(|record| record.connection).collect();
        connections.dedup();
        assert_eq!((bursts.count(), connections.len()), (72, 2));
        for rule in ["CC001", "CC003", "IS005", "RC001", "ST001"] {
            let verdict = verdict(&log, rule);
            assert_eq!(verdict.verdict, Pass, "{verdict:?}");
        }
        let around = verdict(&log, "IS005").evidence.join(" ");
        assert!(around.contains(&format!("{}: refused", protocol.other().name())), "{around}");
        let modes = verdict(&log, "CC003").measured;
        assert!(modes.contains("4 modes"), "{modes}");
    }
}

#[test]
fn a_target_without_http2_is_probed_without_and_the_log_says_so() {
    let (task, policy) = usual();
    let log = probe(&task, Old(faulty(&task, policy, &[])));
    assert_eq!(log.head.other, Some(Other::Not("HTTP/2 is not spoken".to_owned())));
    assert!(log.records.iter().all(|record| record.protocol == Protocol::Http1));
    let modes = verdict(&log, "CC003");
    assert!(modes.verdict == Pass && modes.measured.contains("3 modes"), "{modes:?}");
    let told = modes.evidence.join(" ");
    assert!(told.contains("multiplexed on one HTTP/2 connection: left out: HTTP/2 is not spoken"), "{told}");
    assert!(log.undone.is_empty(), "{:?}", log.undone);
    let mut before = log;
    before.head.other = None;
    assert!(!verdict(&before, "CC003").evidence.join(" ").contains("multiplexed"));
}

#[test]
fn a_limit_of_each_connection_shows_over_http2() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let (task, policy) = usual();
        let task = Task { protocol, ..task };
        let log = probe(&task, faulty(&task, policy, &[Fault::Identity(Identity::PerConnection)]));
        let verdict = verdict(&log, "CC003");
        assert_eq!(verdict.verdict, Fail, "{verdict:?}");
        let told = verdict.evidence.join("\n");
        assert!(told.contains("multiplexed on one HTTP/2 connection: 20, 20 admitted"), "{told}");
        assert!(told.contains("many connections: 36, 36"), "{told}");
    }
}

#[test]
fn requests_over_http2_that_no_limit_meets_are_a_way_around() {
    let (task, policy) = usual();
    let log = probe(&task, faulty(&task, policy, &[Fault::NeverLimitsHttp2]));
    let around = verdict(&log, "IS005");
    assert!(around.verdict == Fail && around.evidence.join(" ").contains("\"HTTP/2\""), "{around:?}");
    assert_eq!(verdict(&log, "CC003").verdict, Fail);
    assert_eq!(verdict(&log, "ST001").verdict, Pass);
    // Whoever asks over HTTP/2 only meets no limit at all.
    let task = Task { protocol: Protocol::Http2, ..task };
    let log = probe(&task, faulty(&task, policy, &[Fault::NeverLimitsHttp2]));
    assert_eq!(verdict(&log, "CT001").verdict, Fail);
    assert!(verdict(&log, "CT001").reproduce.contains(" --http 2 "));
}

#[test]
fn frames_that_refuse_are_refusals_that_are_no_429() {
    for (rejection, frame) in [
        (Rejection::StreamRefused, "RST_STREAM REFUSED_STREAM"),
        (Rejection::ConnectionCalm, "GOAWAY ENHANCE_YOUR_CALM"),
    ] {
        let (task, policy) = usual();
        let task = Task { protocol: Protocol::Http2, ..task };
        let log = match rejection {
            Rejection::ConnectionCalm => {
                run(&task, policy, |told, _| refuse(told, Rejection::ConnectionCalm))
            }
            _ => run(&task, policy, |told, _| refuse(told, Rejection::StreamRefused)),
        };
        let status = verdict(&log, "ST001");
        assert_eq!(status.verdict, Fail, "{status:?}");
        assert!(status.evidence.join(" ").contains(&format!("{frame}: ")), "{status:?}");
        assert!(!status.requests.is_empty());
        // How much is admitted is known as well as with answers; what they say is not.
        for (rule, outcome) in [
            ("CT001", Pass),
            ("CC001", Pass),
            ("CC003", Pass),
            ("IS001", Pass),
            ("WS001", Pass),
            ("RA001", Skipped),
        ] {
            let verdict = verdict(&log, rule);
            assert_eq!(verdict.verdict, outcome, "{frame}: {verdict:?}");
        }
        let lost: Vec<_> = judge(&log, None).limit.cost.iter().map(|cost| cost.unanswered).collect();
        assert!(lost.iter().all(|lost| *lost == 0), "{lost:?}");
    }
}

fn refuse(told: &mut Told, rejection: Rejection) {
    if told.status == 429 {
        *told = Told { rejection: Some(rejection), ..Told::default() };
    }
}

/// Requests that were ended by a frame, written by hand.
fn reset(book: &mut Book, probe: Probe) {
    let record = book.send(probe, 0, 200);
    record.lost();
    record.rejection = Some(Rejection::StreamRefused);
}

#[test]
fn before_the_limit_is_met_a_refused_stream_is_a_lost_answer() {
    let mut book = Book::new();
    for _ in 0..2 {
        book.send(Probe::Sequential, 0, 200);
    }
    reset(&mut book, Probe::Sequential);
    for _ in 0..3 {
        book.send(Probe::Sequential, 0, 200);
    }
    for _ in 0..3 {
        book.refuse(Probe::Sequential, 0, 9);
    }
    book.says("ST001", Pass, "3 refusals").says("CT001", Inconclusive, "G2");
    // The same behind the limit is a refusal.
    let mut book = Book::new();
    for _ in 0..5 {
        book.send(Probe::Sequential, 0, 200);
    }
    for _ in 0..3 {
        reset(&mut book, Probe::Sequential);
    }
    book.says("ST001", Fail, "3 of 3 refusals").says("CT001", Pass, "5");
    // A window later it is not known to be one, unless a refusal came just before.
    book.wait(30_000);
    book.send(Probe::Isolation, 0, 200);
    reset(&mut book, Probe::Isolation);
    book.says("ST001", Fail, "3 of 3 refusals");
    book.log.records.last_mut().expect("one").rejection = None;
    book.says("ST001", Fail, "3 of 3 refusals");
}
