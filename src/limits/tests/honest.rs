//! Limiters that do what they say.

use super::world::{CLOCK, LOG, WINDOW, declared, policy, run, task};
use crate::limiter::Algorithm;
use crate::limits::judge;
use crate::model::Outcome;

#[test]
fn honest_limiters_fail_nothing() {
    let mut wrong = String::new();
    for (limit, window) in [(5, 1), (20, 6), (100, 10)] {
        for algorithm in [
            WINDOW,
            CLOCK,
            LOG,
            Algorithm::SlidingCounter,
            Algorithm::TokenBucket { burst: limit },
            Algorithm::Gcra { burst: limit },
        ] {
            for seed in 0..if limit == 100 { 1 } else { 2 } {
                let policy = policy(algorithm, limit, window);
                let log = run(&task(&declared(&policy), seed), policy, |_, _| {});
                let judgement = judge(&log, None);
                for verdict in &judgement.limit.verdicts {
                    if !matches!(verdict.verdict, Outcome::Pass | Outcome::Skipped) {
                        wrong.push_str(&format!(
                            "{} seed {seed}: {} {}: {}\n",
                            policy.name(),
                            verdict.verdict.as_str(),
                            verdict.rule,
                            verdict.measured
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
