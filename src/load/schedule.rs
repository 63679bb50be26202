//! When each request is to be sent: stages of constant and ramping rates to intended times, in exact arithmetic. Pure.

use std::time::Duration;

use crate::threshold::Rate;

/// Most nanoseconds in a second that rates are brought to a common measure in; beyond it sums could overflow.
const COARSEST: u128 = 10_000_000_000_000;
/// Longest schedule in nanoseconds: a day.
const LONGEST: u128 = 86_400 * 1_000_000_000;

/// A part of a schedule: the rate changes linearly from its begin to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The rate at its begin.
    pub from: Rate,
    /// The rate at its end.
    pub to: Rate,
    /// Its length.
    pub length: Duration,
}

impl Stage {
    /// A stage of one rate.
    pub fn constant(rate: Rate, length: Duration) -> Self {
        Self { from: rate, to: rate, length }
    }
}

/// Stages one after the other. The request number `k`, from 0, is due as soon as the stages so far ask for `k` requests:
/// the first at once, the others evenly at a constant rate. What a stage leaves of a request goes to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// One request, in twice the common measure.
    unit: u128,
    parts: Vec<Part>,
    length: u64,
    count: u64,
}

/// A stage in whole numbers: requests are counted in units of one over `unit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    /// Its begin in nanoseconds.
    begin: u64,
    /// Its length in nanoseconds.
    length: u64,
    /// Units asked for before it.
    before: u128,
    /// Units asked for at its end.
    after: u128,
    /// Half units per nanosecond at its begin.
    from: u128,
    /// The same at its end.
    to: u128,
}

impl Part {
    /// Twice the units asked for at a time within the part, and the length as their denominator.
    fn asked(&self, at: u64) -> u128 {
        let (at, length) = (u128::from(at), u128::from(self.length));
        // The rate times the time, and the triangle that a ramp adds or takes away.
        let flat = 2 * self.from * at * length;
        let slope = at * at;
        if self.to >= self.from {
            flat + (self.to - self.from) * slope
        } else {
            flat - (self.from - self.to) * slope
        }
    }

    /// The first nanosecond of the part at which so many units more than before it are asked for.
    fn reaches(&self, units: u128) -> u64 {
        if self.from == self.to {
            return u64::try_from(units.div_ceil(2 * self.from.max(1))).unwrap_or(u64::MAX);
        }
        let wanted = units * u128::from(self.length);
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.asked(middle) >= wanted { high = middle } else { low = middle + 1 }
        }
        low
    }
}

impl Schedule {
    /// A schedule of these stages.
    ///
    /// # Errors
    /// There is no stage with a length, it is longer than a day, or its rates have no common measure that is coarse
    /// enough to count with.
    pub fn new(stages: &[Stage]) -> Result<Self, String> {
        let mut measure: u128 = 1;
        for rate in stages.iter().flat_map(|stage| [stage.from, stage.to]) {
            let nanos = u128::from(rate.nanos);
            measure = measure / gcd(measure, nanos) * nanos;
            if measure > COARSEST {
                return Err(
                    "these rates have no common measure to count with; write them per second".to_owned()
                );
            }
        }
        let scaled = |rate: Rate| u128::from(rate.requests) * (measure / u128::from(rate.nanos));
        let total: u128 = stages.iter().map(|stage| stage.length.as_nanos()).sum();
        if total == 0 || total > LONGEST {
            return Err("a schedule takes more than no time, and a day at most".to_owned());
        }
        let (mut parts, mut begin, mut before) = (Vec::new(), 0_u64, 0_u128);
        for stage in stages.iter().filter(|stage| !stage.length.is_zero()) {
            let length = u64::try_from(stage.length.as_nanos()).unwrap_or(u64::MAX);
            let (from, to) = (scaled(stage.from), scaled(stage.to));
            let after = before + (from + to) * u128::from(length);
            parts.push(Part { begin, length, before, after, from, to });
            (begin, before) = (begin + length, after);
        }
        let unit = 2 * measure;
        let count = u64::try_from(before.div_ceil(unit)).unwrap_or(u64::MAX);
        Ok(Self { unit, parts, length: begin, count })
    }

    /// Requests of the whole schedule.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Its length.
    pub fn length(&self) -> Duration {
        Duration::from_nanos(self.length)
    }

    /// When request number `k`, from 0, is due, in nanoseconds from the start; `None` behind the last one.
    pub fn at(&self, k: u64) -> Option<u64> {
        self.at_from(k, &mut 0)
    }

    /// The same for ascending `k`: `part` is the place where the last one was found, from 0.
    pub fn at_from(&self, k: u64, part: &mut usize) -> Option<u64> {
        if k >= self.count {
            return None;
        }
        let wanted = u128::from(k) * self.unit;
        while let Some(found) = self.parts.get(*part) {
            // What is asked for only at the very end of a stage is due at the begin of the next one.
            if wanted < found.after {
                return Some(found.begin + found.reaches(wanted.saturating_sub(found.before)));
            }
            *part += 1;
        }
        None
    }

    /// Requests that are due in the first so many nanoseconds.
    pub fn due_before(&self, nanos: u64) -> u64 {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle).is_some_and(|at| at < nanos) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

fn gcd(one: u128, other: u128) -> u128 {
    let (mut one, mut other) = (one, other);
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    fn constant(text: &str, seconds: u64) -> Stage {
        Stage::constant(rate(text), Duration::from_secs(seconds))
    }

    #[test]
    fn a_constant_rate_is_evenly_spaced_and_its_count_exact() {
        let schedule = Schedule::new(&[constant("2000/s", 10)]).unwrap();
        assert_eq!(schedule.count(), 20_000);
        assert!((0..20_000).all(|k| schedule.at(k) == Some(k * 500_000)));
        assert_eq!(schedule.at(20_000), None);
        assert_eq!(schedule.due_before(1_000_000_000), 2_000);
        // A third of a second does not add up to a drift.
        let thirds = Schedule::new(&[constant("3/s", 3_600)]).unwrap();
        assert_eq!(thirds.at(3 * 3_599), Some(3_599_000_000_000));
        assert_eq!(thirds.at(1), Some(333_333_334));
    }

    #[test]
    fn a_ramp_is_denser_at_its_faster_end_and_stages_follow_without_a_gap() {
        let up = Stage { from: Rate::ZERO, to: rate("100/s"), length: Duration::from_secs(10) };
        let down = Stage { from: rate("100/s"), to: Rate::ZERO, length: Duration::from_secs(10) };
        let schedule = Schedule::new(&[up, constant("100/s", 1), down]).unwrap();
        assert_eq!(schedule.count(), 500 + 100 + 500);
        assert_eq!(schedule.at(0), Some(0));
        // k = 5 t², so number 125 is due after 5 s.
        assert_eq!(schedule.at(125), Some(5_000_000_000));
        assert_eq!(schedule.at(500), Some(10_000_000_000));
        assert_eq!(schedule.at(600), Some(11_000_000_000));
        assert!(schedule.at(1_099).is_some_and(|at| at < 21_000_000_000));
    }

    #[test]
    fn what_cannot_be_a_schedule_is_refused() {
        assert!(Schedule::new(&[]).is_err());
        assert!(Schedule::new(&[constant("1/s", 0)]).is_err());
        assert!(Schedule::new(&[constant("1/s", 2 * 86_400)]).is_err());
        let odd = |nanos| Stage::constant(Rate { requests: 1, nanos }, Duration::from_secs(1));
        assert!(Schedule::new(&[odd(999_999_937), odd(999_999_929)]).is_err());
    }

    fn stages() -> impl Strategy<Value = Vec<Stage>> {
        let rates = (0..5_000_u64, prop_oneof![Just(1_u64), Just(60), Just(7)])
            .prop_map(|(requests, per)| Rate::new(requests, Duration::from_secs(per)).unwrap());
        let stage =
            (rates.clone(), rates, any::<bool>(), 1..4_000_u64).prop_map(|(from, to, flat, millis)| Stage {
                from,
                to: if flat { from } else { to },
                length: Duration::from_millis(millis),
            });
        proptest::collection::vec(stage, 1..4)
    }

    proptest! {
        #[test]
        fn times_never_go_back_and_stay_inside(stages in stages()) {
            let schedule = Schedule::new(&stages).unwrap();
            let (mut last, mut part) = (0, 0);
            for k in 0..schedule.count() {
                let at = schedule.at_from(k, &mut part).unwrap();
                prop_assert!(at >= last && at <= schedule.length, "{k}: {at} after {last}");
                last = at;
            }
            prop_assert_eq!(schedule.at_from(schedule.count(), &mut part), None);
        }

        #[test]
        fn the_count_is_the_area_under_the_rates(stages in stages()) {
            let schedule = Schedule::new(&stages).unwrap();
            let area: f64 = stages.iter()
                .map(|stage| (stage.from.per_second() + stage.to.per_second()) / 2.0 * stage.length.as_secs_f64())
                .sum();
            let count = schedule.count() as f64;
            prop_assert!(count >= area - 1e-6 && count < area + 1.0 + 1e-6, "{count} of {area}");
        }

        #[test]
        fn at_every_moment_as_many_are_due_as_asked_for(stages in stages(), share in 0.0..1.0_f64) {
            let schedule = Schedule::new(&stages).unwrap();
            let moment = (schedule.length as f64 * share) as u64;
            let asked: f64 = stages.iter().scan(0.0, |begin, stage| {
                let (length, own) = (stage.length.as_secs_f64(), *begin);
                *begin += length;
                let t = (moment as f64 / 1e9 - own).clamp(0.0, length);
                let (from, to) = (stage.from.per_second(), stage.to.per_second());
                Some(from * t + (to - from) * t * t / (2.0 * length))
            }).sum();
            let due = schedule.due_before(moment) as f64;
            prop_assert!((due - asked).abs() <= 1.0 + 1e-3, "{due} due, {asked} asked for");
        }
    }
}
