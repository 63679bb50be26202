//! A limiter of many keys without a fault: two limits at once, waits, headers.

use std::time::{Duration, SystemTime};

use crate::limiter::*;

const FIRST: Algorithm = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
const QUOTA: Quota = quota(3, 10_000, None);

const fn quota(limit: u64, millis: u64, daily: Option<u64>) -> Quota {
    Quota { policy: Policy { algorithm: FIRST, limit, window: Duration::from_millis(millis) }, daily }
}

pub(super) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An ordinary request.
pub(super) fn request(key: &str) -> Arrival<'_> {
    Arrival {
        key: Some(key),
        class: Class::Ordinary,
        connection: 0,
        http2: false,
        forwarded_for: None,
        target: "/leads",
        route: "GET /leads",
        busy: Duration::ZERO,
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    }
}

fn clean() -> Limiter {
    Limiter::new(HeaderFamily::XRatelimit, &[])
}

/// Which limit refused, what remains, when it is whole again, Retry-After.
type Seen = (Option<Scope>, u64, u64, Option<u64>);

fn seen(answer: &Answer) -> Seen {
    let number = |name: &str| {
        let found = answer.headers.iter().find(|(known, _)| *known == name);
        found.unwrap().1.parse().unwrap()
    };
    let wait = answer.retry_after.first().map(|wait| wait.parse().unwrap());
    (answer.refused, number("X-RateLimit-Remaining"), number("X-RateLimit-Reset"), wait)
}

fn ask(limiter: &mut Limiter, quota: Quota, millis: u64) -> Seen {
    seen(&limiter.arrive(&quota, &request("key"), ms(millis)))
}

const WINDOW: Option<Scope> = Some(Scope::Window);
const A_DAY: Option<Scope> = Some(Scope::Day);

#[test]
fn admits_the_limit_and_not_one_more() {
    let mut limiter = clean();
    let answers: Vec<_> = (0..5).map(|tick| ask(&mut limiter, QUOTA, tick)).collect();
    let refused = (WINDOW, 0, 10, Some(10));
    assert_eq!(answers, [(None, 2, 10, None), (None, 1, 10, None), (None, 0, 10, None), refused, refused]);
}

#[test]
fn a_new_window_opens_exactly_when_the_old_one_ends() {
    let mut limiter = clean();
    for _ in 0..3 {
        ask(&mut limiter, QUOTA, 0);
    }
    assert_eq!(ask(&mut limiter, QUOTA, 9_999), (WINDOW, 0, 1, Some(1)));
    assert_eq!(ask(&mut limiter, QUOTA, 10_000), (None, 2, 10, None));
}

#[test]
fn the_window_opens_with_a_request_not_with_the_clock() {
    let mut limiter = clean();
    ask(&mut limiter, QUOTA, 0);
    ask(&mut limiter, QUOTA, 25_000);
    assert_eq!(ask(&mut limiter, QUOTA, 34_999).1, 1);
    assert_eq!(ask(&mut limiter, QUOTA, 35_000).1, 2);
}

#[test]
fn whoever_waits_the_rounded_seconds_is_admitted_and_refusals_do_not_count() {
    let quota = quota(1, 2_500, None);
    let mut limiter = clean();
    ask(&mut limiter, quota, 0);
    for offset in [0, 1, 499, 500, 501, 1_499, 2_499] {
        let (refused, _, _, wait) = ask(&mut limiter, quota, offset);
        assert_eq!(refused, WINDOW);
        let end = offset + wait.unwrap() * 1_000;
        assert!((2_500..3_500).contains(&end), "at {offset}");
    }
    assert_eq!(ask(&mut limiter, quota, 2_500).0, None);
}

#[test]
fn keys_do_not_share() {
    let mut limiter = clean();
    for _ in 0..4 {
        limiter.arrive(&QUOTA, &request("one"), ms(0));
    }
    assert_eq!(seen(&limiter.arrive(&QUOTA, &request("two"), ms(0))).1, 2);
}

#[test]
fn the_day_refuses_until_it_is_over() {
    let quota = quota(100, 1_000, Some(2));
    let mut limiter = clean();
    assert_eq!(ask(&mut limiter, quota, 0).1, 1);
    ask(&mut limiter, quota, 5_000);
    assert_eq!(ask(&mut limiter, quota, 10_500), (A_DAY, 0, 86_390, Some(86_390)));
    assert_eq!(ask(&mut limiter, quota, 86_400_000).0, None);
}

#[test]
fn the_later_of_two_exhausted_limits_answers() {
    let quota = quota(2, 60_000, Some(2));
    let mut limiter = clean();
    ask(&mut limiter, quota, 0);
    assert_eq!(ask(&mut limiter, quota, 0), (None, 0, 86_400, None));
    assert_eq!(ask(&mut limiter, quota, 0).0, A_DAY);
}

#[test]
fn a_request_that_one_limit_refuses_is_not_counted_by_the_other() {
    let quota = quota(1, 1_000, Some(3));
    let mut limiter = clean();
    let refusals = (0..3).map(|second| {
        let (first, second) =
            (ask(&mut limiter, quota, second * 1_000), ask(&mut limiter, quota, second * 1_000));
        (first.0, second.0)
    });
    assert_eq!(Vec::from_iter(refusals), [(None, WINDOW), (None, WINDOW), (None, A_DAY)]);
}

#[test]
fn every_algorithm_tells_a_wait_that_is_true_and_tight() {
    let second = ms(1_000);
    for algorithm in [
        FIRST,
        Algorithm::FixedWindow { anchor: Anchor::Clock { offset: ms(300) } },
        Algorithm::SlidingLog { count_rejects: false },
        Algorithm::SlidingLog { count_rejects: true },
        Algorithm::SlidingCounter,
        Algorithm::TokenBucket { burst: 3 },
        Algorithm::Gcra { burst: 3 },
        Algorithm::IntervalRefill { burst: 3, step: ms(1_700) },
        Algorithm::Ban { block: ms(4_100), extends: true },
    ] {
        let quota = Quota { policy: Policy { algorithm, limit: 4, window: ms(7_300) }, daily: None };
        let mut limiter = clean();
        let mut now = ms(12_345);
        for _ in 0..40 {
            let answer = limiter.arrive(&quota, &request("key"), now);
            let Some(wait) = answer.retry_after.first() else { continue };
            let wait = Duration::from_secs(wait.parse().unwrap());
            // Whoever came a second earlier would be too early: what is told is less than a second too long.
            let mut early = limiter.clone();
            assert!(!early.arrive(&quota, &request("key"), now + wait - second).admitted());
            now += wait;
            let retry = limiter.arrive(&quota, &request("key"), now);
            assert!(retry.admitted(), "{algorithm:?}: {wait:?}");
            now += second / 4;
        }
    }
}

#[test]
fn concurrency_ends_with_the_time_that_requests_take() {
    let policy = Policy { algorithm: Algorithm::Concurrency, limit: 2, window: ms(1_000) };
    let quota = Quota { policy, daily: None };
    let mut limiter = clean();
    let mut admitted = |millis| {
        let busy = Arrival { busy: ms(100), ..request("key") };
        limiter.arrive(&quota, &busy, ms(millis)).admitted()
    };
    let answers = [0, 50, 99, 100, 120, 150, 199, 200].map(&mut admitted);
    assert_eq!(answers, [true, true, false, true, false, true, false, true]);
}

#[test]
fn no_limit_is_for_preflights_health_and_unknown_keys() {
    let mut limiter = clean();
    for class in [Class::Preflight, Class::Health, Class::Unauthorized] {
        for key in [None, Some("key")] {
            let answer = limiter.arrive(&QUOTA, &Arrival { key, class, ..request("key") }, ms(0));
            assert_eq!((answer.refused, answer.headers.len(), answer.effect), (None, 0, true), "{class:?}");
        }
    }
    assert_eq!(ask(&mut limiter, QUOTA, 0).1, 2);
}

#[test]
fn each_family_of_headers_has_its_form() {
    let bucket = Algorithm::TokenBucket { burst: 20 };
    let policy = Policy { algorithm: bucket, limit: 60, window: ms(60_000) };
    let told = |family, quota: Quota| {
        let mut limiter = Limiter::new(family, &[]);
        let lines = limiter.arrive(&quota, &request("key"), ms(5)).headers;
        lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    let bucket = Quota { policy, daily: Some(1_000) };
    assert_eq!(
        told(HeaderFamily::XRatelimit, bucket),
        ["X-RateLimit-Limit: 20", "X-RateLimit-Remaining: 19", "X-RateLimit-Reset: 1"]
    );
    assert_eq!(
        told(HeaderFamily::DraftA, bucket),
        [
            "RateLimit-Limit: 20",
            "RateLimit-Remaining: 19",
            "RateLimit-Reset: 1",
            "RateLimit-Policy: 60;w=60;burst=20, 1000;w=86400"
        ]
    );
    assert_eq!(
        told(HeaderFamily::DraftB, quota(10, 1_000, None)),
        ["RateLimit: limit=10, remaining=9, reset=1", "RateLimit-Policy: 10;w=1"]
    );
    assert_eq!(
        told(HeaderFamily::DraftC, quota(2, 90_000, Some(2))),
        ["RateLimit: \"day\";r=1;t=86400", "RateLimit-Policy: \"window\";q=2;w=90, \"day\";q=2;w=86400"]
    );
    let concurrency = Policy { algorithm: Algorithm::Concurrency, ..policy };
    assert_eq!(
        told(HeaderFamily::DraftC, Quota { policy: concurrency, daily: None })[1],
        "RateLimit-Policy: \"window\";q=60;qu=\"concurrent-requests\""
    );
    assert_eq!(told(HeaderFamily::DraftC, quota(2, 1_500, None))[1], "RateLimit-Policy: \"window\";q=2");
    assert_eq!(told(HeaderFamily::All, QUOTA).len(), 8);
    assert_eq!(told(HeaderFamily::None, QUOTA).len(), 0);
}

#[test]
fn the_draft_tells_a_refusal_the_same_instant_as_retry_after() {
    let policy = Policy { algorithm: Algorithm::TokenBucket { burst: 2 }, limit: 2, window: ms(10_000) };
    let quota = Quota { policy, daily: None };
    let mut limiter = Limiter::new(HeaderFamily::DraftC, &[]);
    let answers = [0, 0, 1_000].map(|millis| limiter.arrive(&quota, &request("key"), ms(millis)));
    assert_eq!(answers[2].retry_after, ["4"]);
    assert_eq!(answers[2].headers[0].1, "\"window\";r=0;t=4");
}
