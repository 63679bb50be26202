//! Each fault does what it says, and nothing else is different.

use std::time::{Duration, SystemTime};

use super::keyed::{ms, request};
use crate::limiter::*;

const POLICY: Policy = Policy {
    algorithm: Algorithm::FixedWindow { anchor: Anchor::FirstRequest },
    limit: 3,
    window: Duration::from_secs(10),
};
const QUOTA: Quota = Quota { policy: POLICY, daily: None };

fn limiter(faults: &[Fault]) -> Limiter {
    Limiter::new(HeaderFamily::XRatelimit, faults)
}

fn ask(limiter: &mut Limiter, millis: u64) -> Answer {
    limiter.arrive(&QUOTA, &request("key"), ms(millis))
}

/// Whether each of many requests at these times is admitted.
fn admitted(faults: &[Fault], millis: &[u64]) -> Vec<bool> {
    let mut limiter = limiter(faults);
    millis.iter().map(|millis| ask(&mut limiter, *millis).admitted()).collect()
}

/// How many of so many requests at one instant are admitted.
fn burst(faults: &[Fault], requests: u64) -> usize {
    let mut limiter = limiter(faults);
    (0..requests).filter(|_| ask(&mut limiter, 0).admitted()).count()
}

fn numbers(faults: &[Fault], header: &str) -> Vec<i64> {
    let mut limiter = limiter(faults);
    let told = (0..5).map(|_| ask(&mut limiter, 0).headers);
    told.map(|lines| lines.iter().find(|(name, _)| *name == header).unwrap().1.parse().unwrap()).collect()
}

#[test]
fn retry_after_is_told_in_the_ways_of_others() {
    // The key was used at 0 s, and 8.4 s are left of its window.
    fn told(faults: &[Fault]) -> Vec<String> {
        let mut limiter = limiter(faults);
        for _ in 0..3 {
            ask(&mut limiter, 0);
        }
        ask(&mut limiter, 1_600).retry_after
    }
    let way = |way| told(&[Fault::RetryAfter(way)]);
    assert_eq!(told(&[]), ["9"]);
    assert_eq!(way(RetryAfter::Missing), Vec::<String>::new());
    assert_eq!(way(RetryAfter::MissingForDay), ["9"]);
    assert_eq!(way(RetryAfter::Floor), ["8"]);
    assert_eq!(way(RetryAfter::Round), ["8"]);
    assert_eq!(way(RetryAfter::Window), ["10"]);
    assert_eq!(way(RetryAfter::JitterBelow), ["8"]);
    assert_eq!(way(RetryAfter::Zero), ["0"]);
    assert_eq!(way(RetryAfter::Negative), ["-1"]);
    assert_eq!(way(RetryAfter::Fraction), ["8.400"]);
    assert_eq!(way(RetryAfter::Milliseconds), ["9000"]);
    assert_eq!(way(RetryAfter::Epoch), ["1700000009"]);
    assert_eq!(way(RetryAfter::Date { skew: 0 }), ["Tue, 14 Nov 2023 22:13:29 GMT"]);
    assert_eq!(way(RetryAfter::Date { skew: -60 }), ["Tue, 14 Nov 2023 22:12:29 GMT"]);
    assert_eq!(way(RetryAfter::Date { skew: i64::MAX }), ["Tue, 14 Nov 2023 22:13:20 GMT"]);
    assert_eq!(way(RetryAfter::Rfc850), ["Tuesday, 14-Nov-23 22:13:29 GMT"]);
    assert_eq!(way(RetryAfter::Twice), ["9", "69"]);
}

#[test]
fn jitter_is_never_above_the_wait_and_sometimes_below() {
    let mut limiter = limiter(&[Fault::RetryAfter(RetryAfter::JitterBelow)]);
    let waits: Vec<u64> =
        (0..12).filter_map(|_| ask(&mut limiter, 0).retry_after.first()?.parse().ok()).collect();
    assert_eq!(waits, [9, 8, 10, 9, 8, 10, 9, 8, 10]);
}

#[test]
fn other_policies_are_enforced_than_told() {
    assert_eq!(burst(&[Fault::Enforces(Enforced::Off(-1))], 20), 2);
    assert_eq!(burst(&[Fault::Enforces(Enforced::Off(1))], 20), 4);
    assert_eq!(burst(&[Fault::Enforces(Enforced::Times(3))], 20), 9);
    let finer = admitted(&[Fault::Enforces(Enforced::Finer { parts: 3 })], &[0, 1, 3_333, 3_334, 7_000]);
    assert_eq!(finer, [true, false, false, true, true]);
    let longer = &[Fault::Enforces(Enforced::Window { percent: 150 })];
    assert_eq!(admitted(longer, &[0, 0, 0, 10_000, 15_000]), [true, true, true, false, true]);
    let rejects = &[Fault::Enforces(Enforced::CountsRejects)];
    assert_eq!(
        admitted(rejects, &[0, 0, 0, 5_000, 10_000, 10_000, 10_000]).iter().filter(|pass| **pass).count(),
        5
    );
    let ban = &[Fault::Enforces(Enforced::Bans { windows: 2, extends: false })];
    let times = [0, 0, 0, 1_000, 10_000, 20_999, 21_000];
    assert_eq!(admitted(ban, &times), [true, true, true, false, false, false, true]);
    let extended = &[Fault::Enforces(Enforced::Bans { windows: 1, extends: true })];
    assert_eq!(
        admitted(extended, &[0, 0, 0, 1_000, 10_000, 11_000]),
        [true, true, true, false, false, false]
    );
}

#[test]
fn what_is_told_of_another_limit_is_what_was_promised() {
    let less = numbers(&[Fault::Enforces(Enforced::Off(-1))], "X-RateLimit-Remaining");
    assert_eq!(less, [2, 1, 0, 0, 0]);
    let more = numbers(&[Fault::Enforces(Enforced::Off(1))], "X-RateLimit-Remaining");
    assert_eq!(more, [2, 1, 0, 0, 0]);
    assert_eq!(numbers(&[Fault::Enforces(Enforced::Times(3))], "X-RateLimit-Limit"), [3; 5]);
    let policy = Policy { algorithm: Algorithm::Gcra { burst: 5 }, ..POLICY };
    let enforced = Enforced::Off(1).policy(policy);
    assert_eq!((enforced.algorithm, enforced.limit), (Algorithm::Gcra { burst: 6 }, 4));
}

#[test]
fn headers_lie_as_they_are_told_to() {
    let remaining = "X-RateLimit-Remaining";
    assert_eq!(numbers(&[], remaining), [2, 1, 0, 0, 0]);
    assert_eq!(numbers(&[Fault::Headers(Headers::RemainingBefore)], remaining), [3, 2, 1, 0, 0]);
    assert_eq!(numbers(&[Fault::Headers(Headers::RemainingBelowZero)], remaining), [2, 1, 0, -1, -2]);
    let lags = &[Fault::Headers(Headers::RemainingLags { gap: Duration::from_millis(2) })];
    assert_eq!(numbers(lags, remaining), [2, 2, 2, 0, 0]);
    assert_eq!(numbers(&[Fault::Headers(Headers::LimitVaries)], "X-RateLimit-Limit"), [4, 3, 4, 3, 4]);
    assert_eq!(numbers(&[Fault::Headers(Headers::LimitDoubled)], "X-RateLimit-Limit"), [6; 5]);
    assert_eq!(numbers(&[Fault::Headers(Headers::ResetEpoch)], "X-RateLimit-Reset"), [1_700_000_010; 5]);
    let mut constant = limiter(&[Fault::Headers(Headers::ResetConstant)]);
    ask(&mut constant, 0);
    assert_eq!(ask(&mut constant, 9_000).headers[2].1, "10");
    let mut hidden = limiter(&[Fault::Headers(Headers::MissingOnRefusals)]);
    let told = [(); 4].map(|()| ask(&mut hidden, 0).headers.len());
    assert_eq!(told, [3, 3, 3, 0]);
    assert!(ask(&mut limiter(&[Fault::Headers(Headers::Missing)]), 0).headers.is_empty());
}

#[test]
fn a_lagging_header_is_right_when_requests_are_far_apart() {
    let lags = &[Fault::Headers(Headers::RemainingLags { gap: Duration::from_millis(2) })];
    let (mut lagging, mut clean) = (limiter(lags), limiter(&[]));
    for millis in [0, 3, 6, 9] {
        assert_eq!(ask(&mut lagging, millis), ask(&mut clean, millis));
    }
}

#[test]
fn a_race_loses_what_comes_between_reading_and_writing() {
    let races = &[Fault::Races { gap: Duration::from_millis(2) }];
    assert_eq!(burst(races, 20), 20);
    assert_eq!(numbers(races, "X-RateLimit-Remaining"), [2; 5]);
    // What is further apart is seen; of what is not, one write is left.
    let times = [0, 0, 3, 6, 9];
    assert_eq!(admitted(races, &times), [true, true, true, true, false]);
    assert_eq!(admitted(&[], &times), [true, true, true, false, false]);
}

#[test]
fn identities_are_mixed_up() {
    let count = |faults: &[Fault], change: fn(&mut Arrival<'static>, u64)| {
        let mut limiter = limiter(faults);
        let pass = |turn: &u64| {
            let mut arrival = request("key");
            change(&mut arrival, *turn);
            limiter.arrive(&QUOTA, &arrival, ms(0)).admitted()
        };
        (0..60).filter(pass).count()
    };
    let connection = |arrival: &mut Arrival<'static>, turn| arrival.connection = turn % 10;
    assert_eq!(count(&[], connection), 3);
    assert_eq!(count(&[Fault::Identity(Identity::PerConnection)], connection), 30);
    assert_eq!(count(&[Fault::Identity(Identity::Nodes { count: 4 })], connection), 12);
    assert_eq!(count(&[Fault::Identity(Identity::NodesByRequest { count: 4 })], |_, _| ()), 12);
    let http2 = |arrival: &mut Arrival<'static>, turn| arrival.http2 = turn % 2 == 1;
    assert_eq!((count(&[], http2), count(&[Fault::NeverLimitsHttp2], http2)), (3, 33));
    let forwarded = |arrival: &mut Arrival<'static>, turn| {
        arrival.forwarded_for = [None, Some("10.0.0.1")][usize::from(turn % 2 == 1)];
    };
    assert_eq!((count(&[], forwarded), count(&[Fault::Identity(Identity::ForwardedFor)], forwarded)), (3, 6));
    let target = |arrival: &mut Arrival<'static>, turn| {
        arrival.target = ["/leads", "/leads?x=1", "//leads"][usize::try_from(turn % 3).unwrap()];
    };
    assert_eq!((count(&[], target), count(&[Fault::Identity(Identity::RawTarget)], target)), (3, 9));
    let route = |arrival: &mut Arrival<'static>, turn| {
        arrival.route = ["GET /leads", "POST /leads"][usize::from(turn % 2 == 1)];
    };
    assert_eq!((count(&[], route), count(&[Fault::Identity(Identity::PerRoute)], route)), (3, 6));
    let key = |arrival: &mut Arrival<'static>, turn| {
        arrival.key = Some(["one", "two"][usize::from(turn % 2 == 1)]);
    };
    assert_eq!((count(&[], key), count(&[Fault::Identity(Identity::Shared)], key)), (6, 3));
}

#[test]
fn a_limiter_that_takes_anything_for_a_key_is_bounded() {
    let mut limiter = limiter(&[Fault::Identity(Identity::RawTarget)]);
    for number in 0..45_000_u32 {
        let target = format!("/leads?x={number}");
        limiter.arrive(&QUOTA, &Arrival { target: &target, ..request("key") }, ms(0));
        assert!(limiter.kept() <= 20_000);
    }
}

#[test]
fn what_is_exempt_can_be_counted() {
    for class in [Class::Preflight, Class::Health, Class::Unauthorized] {
        let mut limiter = limiter(&[Fault::Counts(class)]);
        ask(&mut limiter, 0);
        let other = Arrival { key: None, class, ..request("key") };
        let fates = [(); 3].map(|()| limiter.arrive(&QUOTA, &other, ms(0)).admitted());
        assert_eq!(fates, [true, true, false], "{class:?}");
        assert!(!ask(&mut limiter, 0).admitted());
    }
}

#[test]
fn the_day_can_be_told_as_a_window_and_can_last_for_ever() {
    let quota = Quota { daily: Some(1), ..QUOTA };
    let told = |faults: &[Fault], millis| {
        let mut limiter = limiter(faults);
        limiter.arrive(&quota, &request("key"), ms(0));
        let answer = limiter.arrive(&quota, &request("key"), ms(millis));
        (answer.refused, answer.retry_after)
    };
    let day = |seconds: &str| (Some(Scope::Day), vec![seconds.to_owned()]);
    assert_eq!(told(&[], 400_000), day("86000"));
    assert_eq!(told(&[Fault::DayToldAsWindow], 400_000), day("10"));
    assert_eq!(told(&[], 86_400_000), (None, vec![]));
    assert_eq!(told(&[Fault::DayNeverEnds], 400_000), day("86000"));
    assert_eq!(told(&[Fault::DayNeverEnds], 86_500_000), day("86300"));
}

#[test]
fn refusals_are_something_else() {
    let fourth = |faults: &[Fault]| {
        let mut limiter = limiter(faults);
        [(); 4].map(|()| ask(&mut limiter, 0))[3].clone()
    };
    let clean = fourth(&[]);
    assert_eq!((clean.status, clean.effect, clean.malformed), (429, false, false));
    assert_eq!(fourth(&[Fault::Status(503)]), Answer { status: 503, ..clean.clone() });
    assert_eq!(fourth(&[Fault::EffectFirst]), Answer { effect: true, ..clean.clone() });
    let open = fourth(&[Fault::FailsOpen]);
    assert_eq!((open.admitted(), open.headers[1].1.as_str()), (true, "-1"));
    let delayed = fourth(&[Fault::Delays]);
    assert_eq!((delayed.admitted(), delayed.delay), (true, Duration::from_secs(10) / 3));
    assert!(fourth(&[Fault::NeverLimits { route: "GET /leads" }]).headers.is_empty());
    assert_eq!(fourth(&[Fault::NeverLimits { route: "POST /leads" }]), clean);

    let mut limiter = limiter(&[Fault::Malformed { one_in: 5 }]);
    let cut: Vec<usize> = (1..20).filter(|_| ask(&mut limiter, 0).malformed).collect();
    assert_eq!(cut, [8, 13, 18]);
}

#[test]
fn queues_are_bounded_and_times_never_run_backwards() {
    let mut queue = limiter(&[Fault::Delays]);
    let longest = (0..1_000).map(|_| ask(&mut queue, 0).delay).max();
    assert_eq!(longest, Some(Duration::from_secs(30)));
    let mut races = limiter(&[Fault::Races { gap: Duration::from_secs(3_600) }]);
    assert!((0..10_000).all(|_| !ask(&mut races, 0).headers.is_empty()));

    let mut backwards = limiter(&[]);
    assert_eq!(ask(&mut backwards, 5_000).headers[2].1, "10");
    assert_eq!(ask(&mut backwards, 1_000).headers[2].1, "10");
    let early = Arrival { at: SystemTime::UNIX_EPOCH - Duration::from_secs(5), ..request("key") };
    assert!(backwards.arrive(&QUOTA, &early, ms(0)).admitted());
}
