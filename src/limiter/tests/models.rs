//! What every model keeps to, and what each of them is known for.

use std::time::Duration;

use proptest::prelude::*;

use crate::limiter::*;

const NANO: Duration = Duration::from_nanos(1);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn policy(algorithm: Algorithm, limit: u64, window: Duration) -> Policy {
    Policy { algorithm, limit, window }
}

/// Admitted requests of many that come at the same instant.
fn drain(model: &mut dyn Model, now: Duration) -> u64 {
    let mut admitted = 0;
    let mut refused = 0;
    while refused < 4 {
        if model.arrive(now).admitted { admitted += 1 } else { refused += 1 }
    }
    admitted
}

/// A quarter at once, the rest in half a window, all there is just after the window, and again half a window later.
fn fingerprint(algorithm: Algorithm) -> [u64; 4] {
    let mut model = policy(algorithm, 60, ms(60_000)).build();
    let start = ms(600_000);
    let first = (0..15).filter(|_| model.arrive(start).admitted).count() as u64;
    [
        first,
        drain(&mut *model, start + ms(30_000)),
        drain(&mut *model, start + ms(61_200)),
        drain(&mut *model, start + ms(91_200)),
    ]
}

#[test]
fn each_family_is_known_by_its_fingerprint() {
    let first = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
    let clock = |millis| Algorithm::FixedWindow { anchor: Anchor::Clock { offset: ms(millis) } };
    let ban = |block| Algorithm::Ban { block: ms(block), extends: false };
    for (algorithm, expected) in [
        (first, [15, 45, 60, 0]),
        (clock(0), [15, 45, 60, 0]),
        (clock(15_000), [15, 60, 0, 60]),
        (Algorithm::SlidingLog { count_rejects: false }, [15, 45, 15, 45]),
        (Algorithm::SlidingLog { count_rejects: true }, [15, 45, 11, 45]),
        (Algorithm::SlidingCounter, [15, 45, 1, 30]),
        (Algorithm::TokenBucket { burst: 60 }, [15, 60, 31, 30]),
        (Algorithm::Gcra { burst: 60 }, [15, 60, 31, 30]),
        (Algorithm::Gcra { burst: 1 }, [1, 1, 1, 1]),
        (Algorithm::IntervalRefill { burst: 60, step: ms(60_000) }, [15, 45, 60, 0]),
        (Algorithm::IntervalRefill { burst: 60, step: ms(10_000) }, [15, 60, 30, 30]),
        (ban(60_000), [15, 45, 0, 60]),
        (ban(90_000), [15, 45, 0, 0]),
    ] {
        assert_eq!(fingerprint(algorithm), expected, "{algorithm:?}");
    }
}

#[test]
fn windows_begin_with_a_request_or_with_the_clock_and_end_exactly() {
    let mut first = policy(Algorithm::FixedWindow { anchor: Anchor::FirstRequest }, 2, ms(10)).build();
    assert_eq!(first.arrive(ms(25)).reset, ms(10));
    assert_eq!(first.edges(ms(26)), (None, Some(ms(35))));
    first.arrive(ms(26));
    assert_eq!(first.arrive(ms(35) - NANO).wait, NANO);
    let fresh = first.arrive(ms(35));
    assert_eq!((fresh.admitted, fresh.remaining, fresh.reset), (true, 1, ms(10)));
    assert_eq!(first.edges(ms(36)), (Some(ms(35)), Some(ms(45))));
    assert_eq!(first.edges(ms(50)), (Some(ms(45)), None));

    let offset = ms(13);
    let clock = Algorithm::FixedWindow { anchor: Anchor::Clock { offset } };
    let mut clock = policy(clock, 2, ms(10)).build();
    for (now, reset) in [(0, 3), (3, 10), (12, 1), (13, 10), (28, 5)] {
        assert_eq!(clock.arrive(ms(now)).reset, ms(reset), "{now}");
    }
    assert_eq!(clock.edges(ms(23)), (Some(ms(23)), Some(ms(33))));
    assert_eq!(clock.edges(ms(2)), (None, Some(ms(3))));
}

#[test]
fn counted_rejects_starve_a_client_that_does_not_wait() {
    let run = |count_rejects| {
        let mut model = policy(Algorithm::SlidingLog { count_rejects }, 3, ms(1_000)).build();
        (0..100).filter(|tick| model.arrive(ms(tick * 100)).admitted).count()
    };
    assert_eq!((run(false), run(true)), (30, 3));
}

#[test]
fn a_ban_ends_by_itself_unless_it_is_extended() {
    let run = |extends| {
        let ban = Algorithm::Ban { block: ms(5_000), extends };
        let mut model = policy(ban, 2, ms(1_000)).build();
        model.arrive(ms(0));
        model.arrive(ms(0));
        assert_eq!(model.arrive(ms(100)).wait, ms(5_000));
        assert_eq!(model.edges(ms(200)).1, Some(ms(1_000)));
        let wait = model.arrive(ms(4_100)).wait;
        (wait, model.edges(ms(4_200)), model.arrive(ms(5_100)).admitted)
    };
    assert_eq!(run(false), (ms(1_000), (Some(ms(1_000)), Some(ms(5_100))), true));
    assert_eq!(run(true), (ms(5_000), (Some(ms(1_000)), Some(ms(9_100))), false));
}

#[test]
fn a_bucket_gives_a_token_at_the_nanosecond_that_completes_it() {
    // 7 in 10 s: a token each 1 428 571 428.57 ns.
    for algorithm in [Algorithm::TokenBucket { burst: 2 }, Algorithm::Gcra { burst: 2 }] {
        let mut model = policy(algorithm, 7, ms(10_000)).build();
        let start = ms(50);
        model.arrive(start);
        model.arrive(start);
        let refused = model.arrive(start);
        assert_eq!((refused.admitted, refused.wait), (false, Duration::from_nanos(1_428_571_429)));
        assert_eq!(refused.reset, Duration::from_nanos(2_857_142_858));
        assert_eq!(model.edges(start), (None, Some(start + refused.wait)));
        assert_eq!(model.edges(start + ms(1_500)).0, Some(start + refused.wait));
        assert_eq!(model.edges(start + ms(3_000)), (Some(start + refused.reset), None));
        // No drift: 700 tokens in 1000 s, to the nanosecond.
        let mut now = start;
        for _ in 0..700 {
            now += model.arrive(now).wait;
            assert!(model.arrive(now).admitted);
        }
        assert_eq!(now, start + ms(1_000_000), "{algorithm:?}");
    }
}

#[test]
fn concurrency_counts_what_is_under_way() {
    let mut model = policy(Algorithm::Concurrency, 2, ms(1)).build();
    let decide = |model: &mut Box<dyn Model>| {
        let decision = model.arrive(ms(0));
        (decision.admitted, decision.remaining)
    };
    assert_eq!([(); 3].map(|()| decide(&mut model)), [(true, 1), (true, 0), (false, 0)]);
    model.leave(ms(0));
    assert_eq!([(); 2].map(|()| decide(&mut model)), [(true, 0), (false, 0)]);
}

#[test]
fn the_bounds_are_those_of_the_definitions_and_are_reached() {
    let most = |algorithm, interval| policy(algorithm, 10, ms(1_000)).most_in(interval);
    let first = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
    let clock = Algorithm::FixedWindow { anchor: Anchor::Clock { offset: ms(0) } };
    let log = Algorithm::SlidingLog { count_rejects: false };
    let bucket = Algorithm::TokenBucket { burst: 4 };
    let steps = Algorithm::IntervalRefill { burst: 4, step: ms(100) };
    for (algorithm, interval, expected) in [
        (clock, NANO, 10),
        (clock, 2 * NANO, 20),
        (clock, ms(1_000), 20),
        (clock, ms(1_001), 30),
        (first, NANO, 10),
        (first, 2 * NANO, 19),
        (first, ms(1_000) + NANO, 20),
        (first, ms(1_001), 29),
        (log, ms(1_000), 10),
        (log, ms(1_000) + NANO, 20),
        (Algorithm::SlidingCounter, ms(1_000), 19),
        (bucket, ms(1_000), 14),
        (bucket, NANO, 4),
        (steps, NANO, 4),
        (steps, 2 * NANO, 5),
        (steps, ms(1_000), 14),
        (Algorithm::Concurrency, NANO, u64::MAX),
        (log, Duration::ZERO, 0),
    ] {
        assert_eq!(most(algorithm, interval), expected, "{algorithm:?} {interval:?}");
    }

    // The worst cases: both sides of a boundary, and a counter that is drained whenever there is something.
    let mut model = policy(clock, 10, ms(1_000)).build();
    assert_eq!(drain(&mut *model, ms(5_000) - NANO) + drain(&mut *model, ms(5_000)), 20);
    let mut model = policy(first, 10, ms(1_000)).build();
    model.arrive(ms(0));
    assert_eq!(drain(&mut *model, ms(1_000) - NANO) + drain(&mut *model, ms(1_000)), 19);
    let mut model = policy(Algorithm::SlidingCounter, 10, ms(1_000)).build();
    let mut now = ms(2_000) - NANO;
    let mut admitted = drain(&mut *model, now);
    let end = now + ms(1_000);
    loop {
        now += model.arrive(now).wait;
        if now >= end {
            break;
        }
        admitted += drain(&mut *model, now);
    }
    assert_eq!(admitted, 19);
}

#[test]
fn policies_have_names_and_zeros_are_taken_for_ones() {
    let name = |algorithm, window| policy(algorithm, 60, window).name();
    assert_eq!(name(Algorithm::TokenBucket { burst: 20 }, ms(60_000)), "token bucket, 60 per 60 s, burst 20");
    let ban = Algorithm::Ban { block: ms(1_500), extends: true };
    assert_eq!(name(ban, ms(1_000)), "ban for 1500 ms, anew by each request, 60 per 1 s");
    assert_eq!(name(Algorithm::Concurrency, ms(0)), "concurrency, 60 at a time");
    for algorithm in all(0, 0) {
        let nothing = policy(algorithm, 0, Duration::ZERO);
        let mut model = nothing.build();
        assert!(model.arrive(Duration::ZERO).admitted, "{algorithm:?}");
        model.arrive(Duration::MAX);
        model.edges(Duration::MAX);
        let largest = policy(algorithm, u64::MAX, Duration::MAX);
        assert!(largest.build().arrive(ms(5)).admitted && largest.most_in(Duration::MAX) > 0);
    }
}

/// Every family but the one that knows no time.
fn all(burst: u64, millis: u64) -> Vec<Algorithm> {
    vec![
        Algorithm::FixedWindow { anchor: Anchor::FirstRequest },
        Algorithm::FixedWindow { anchor: Anchor::Clock { offset: ms(millis) } },
        Algorithm::SlidingLog { count_rejects: false },
        Algorithm::SlidingLog { count_rejects: true },
        Algorithm::SlidingCounter,
        Algorithm::TokenBucket { burst },
        Algorithm::Gcra { burst },
        Algorithm::IntervalRefill { burst, step: ms(millis) },
        Algorithm::Ban { block: ms(millis), extends: false },
        Algorithm::Ban { block: ms(millis), extends: true },
    ]
}

prop_compose! {
    /// Any policy with small numbers, so that its limit is met often.
    fn policies()(limit in 1..12_u64, window in 1..40_u64, burst in 1..15_u64, millis in 1..25_u64, odd in 0..3_u64)
        (index in 0..10_usize, limit in Just(limit), window in Just(window), burst in Just(burst),
         millis in Just(millis), odd in Just(odd)) -> Policy {
        policy(all(burst, millis)[index], limit, ms(window) + Duration::from_nanos(odd))
    }
}

fn gaps() -> impl Strategy<Value = Vec<Duration>> {
    let gap = prop_oneof![
        4 => Just(Duration::ZERO),
        2 => (0..3_u64).prop_map(Duration::from_nanos),
        3 => (0..8_000_000_u64).prop_map(Duration::from_nanos),
        1 => (0..80_u64).prop_map(ms),
    ];
    proptest::collection::vec(gap, 1..120)
}

/// The instants of a run that begins at 100 ms.
fn instants(gaps: &[Duration]) -> impl Iterator<Item = Duration> {
    gaps.iter().scan(ms(100), |now, gap| {
        *now += *gap;
        Some(*now)
    })
}

proptest! {
    #[test]
    fn no_interval_has_more_than_the_definition_admits(policy in policies(), gaps in gaps()) {
        let mut model = policy.build();
        let admitted: Vec<_> = instants(&gaps).filter(|now| model.arrive(*now).admitted).collect();
        for (index, start) in admitted.iter().enumerate() {
            for (more, end) in admitted[index..].iter().enumerate() {
                let most = policy.most_in(*end - *start + NANO);
                prop_assert!((more as u64) < most, "{policy:?}: over {most} in {start:?}..={end:?}");
            }
        }
    }

    #[test]
    fn a_wait_is_enough_and_a_nanosecond_less_is_not(policy in policies(), gaps in gaps()) {
        let mut model = policy.build();
        for now in instants(&gaps) {
            let decision = model.arrive(now);
            prop_assert_eq!(decision.remaining == 0, !decision.wait.is_zero(), "{:?}", decision);
            prop_assert!(model.boxed_clone().arrive(now + decision.wait).admitted, "{policy:?}: {decision:?}");
            if let Some(less) = decision.wait.checked_sub(NANO) {
                prop_assert!(!model.boxed_clone().arrive(now + less).admitted, "{policy:?}: {decision:?}");
            }
        }
    }

    #[test]
    fn what_remains_is_admitted_at_once_and_whole_means_whole(policy in policies(), gaps in gaps()) {
        let mut model = policy.build();
        for now in instants(&gaps) {
            let decision = model.arrive(now);
            let remaining = decision.remaining;
            prop_assert_eq!(drain(&mut *model.boxed_clone(), now), remaining);
            prop_assert!(decision.admitted || remaining == 0);
            prop_assert!(decision.wait <= decision.reset);
            let whole = drain(&mut *model.boxed_clone(), now + decision.reset);
            prop_assert_eq!(whole, decision.limit, "{:?}: {:?}", policy, decision);
        }
    }

    #[test]
    fn a_lone_key_changes_at_edges_only(policy in policies(), gaps in gaps(), probe in 0..50_000_000_u64) {
        let mut model = policy.build();
        let mut last = ms(0);
        for now in instants(&gaps) {
            model.arrive(now);
            last = now;
        }
        let at = last + Duration::from_nanos(probe);
        let (before, after) = model.edges(at);
        let left = |now| drain(&mut *model.boxed_clone(), now);
        prop_assert!(before.is_none_or(|edge| edge <= at) && after.is_none_or(|edge| edge > at));
        let from = before.unwrap_or(last).max(last);
        prop_assert_eq!(left(from), left(at));
        match after {
            Some(edge) => prop_assert_eq!(left(edge - NANO), left(at)),
            None => prop_assert_eq!(left(at + ms(1_000_000)), left(at)),
        }
    }

    #[test]
    fn gcra_and_the_token_bucket_decide_alike(
        limit in 1..50_u64, window in 1..5_000_000_000_u64, burst in 1..60_u64, gaps in gaps(),
    ) {
        let build = |algorithm| policy(algorithm, limit, Duration::from_nanos(window)).build();
        let mut bucket = build(Algorithm::TokenBucket { burst });
        let mut gcra = build(Algorithm::Gcra { burst });
        for now in instants(&gaps) {
            prop_assert_eq!(bucket.arrive(now), gcra.arrive(now));
            let later = now + ms(7);
            prop_assert_eq!(bucket.edges(later), gcra.edges(later));
        }
    }

    #[test]
    fn a_log_admits_the_limit_in_any_window_and_keeps_no_more(
        limit in 1..20_u64, rejects in any::<bool>(), gaps in gaps(),
    ) {
        let window = ms(20);
        let mut log = crate::limiter::sliding_log::SlidingLog::new(limit, 20_000_000, rejects);
        let mut admitted = Vec::new();
        for now in instants(&gaps) {
            if log.arrive(now).admitted {
                admitted.push(now);
            }
            prop_assert!(log.kept() as u64 <= limit);
        }
        for pair in admitted.windows(usize::try_from(limit).unwrap() + 1) {
            prop_assert!(pair[pair.len() - 1] - pair[0] >= window);
        }
    }
}
