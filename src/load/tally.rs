//! Counts and histograms of one thread: kept without locks, and handed over second by second.

use std::collections::HashMap;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use indexmap::IndexMap;

use super::flow::Flows;
use crate::model::{LATENCY_BOUNDS_US, LiveFindings, LiveLatency, LoadCounts, LoadOutcome, Percentiles};

/// Digits that values in a histogram keep.
const DIGITS: u8 = 3;
/// Most values of `Retry-After` that are told apart.
const WAITS: usize = 256;
/// Most codes of a step that are told apart.
const CODES: usize = 256;

/// Times in microseconds. It grows with the longest one: some ten kilobytes for milliseconds, ten more for each factor
/// of two.
#[derive(Debug, Clone)]
pub(super) struct Times(Option<Histogram<u32>>);

impl Times {
    pub(super) fn new() -> Self {
        Self(Histogram::new(DIGITS).ok())
    }

    /// Counts a time in nanoseconds, rounded up: what took less than a microsecond took one.
    pub(super) fn add(&mut self, nanos: u64) {
        if let Some(times) = &mut self.0 {
            let _ = times.record(nanos.div_ceil(1_000));
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if let (Some(times), Some(other)) = (&mut self.0, &other.0) {
            let _ = times.add(other);
        }
    }

    /// The value that so many percent of the values are not above, in microseconds.
    pub(super) fn percentile(&self, percent: f64) -> u64 {
        self.0
            .as_ref()
            .filter(|times| !times.is_empty())
            .map_or(0, |times| times.value_at_percentile(percent).min(times.max()))
    }

    pub(super) fn percentiles(&self) -> Percentiles {
        self.0.as_ref().map(percentiles).unwrap_or_default()
    }

    /// How many are within fixed bounds, and their sum. A time is within a bound if it surely is, to its three digits.
    pub(super) fn within_bounds(&self, outcome: LoadOutcome) -> LiveLatency {
        let mut seen = LiveLatency::none(outcome);
        let Some(times) = &self.0 else { return seen };
        for step in times.iter_recorded() {
            let (micros, count) = (step.value_iterated_to(), step.count_since_last_iteration());
            seen.count += count;
            seen.sum_us = seen.sum_us.saturating_add(times.median_equivalent(micros).saturating_mul(count));
            let bounds = LATENCY_BOUNDS_US.iter().zip(&mut seen.within);
            bounds.filter(|(bound, _)| micros <= **bound).for_each(|(_, within)| *within += count);
        }
        seen
    }

    /// The histogram as HdrHistogram V2 with deflate.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(times) = &self.0
            && V2DeflateSerializer::new().serialize(times, &mut bytes).is_err()
        {
            bytes.clear();
        }
        bytes
    }
}

/// What a histogram of microseconds says at a glance; nothing was counted if it is empty.
pub(super) fn percentiles<C: hdrhistogram::Counter>(times: &Histogram<C>) -> Percentiles {
    if times.is_empty() {
        return Percentiles::default();
    }
    let at = |percent: f64| times.value_at_percentile(percent).min(times.max());
    Percentiles {
        count: times.len(),
        min_us: times.min(),
        mean_us: times.mean().round() as u64,
        p50_us: at(50.0),
        p75_us: at(75.0),
        p90_us: at(90.0),
        p95_us: at(95.0),
        p99_us: at(99.0),
        p999_us: at(99.9),
        max_us: times.max(),
    }
}

/// Times by how the exchanges ended. Room is taken with the first of each kind.
#[derive(Debug, Default)]
pub(super) struct ByOutcome([Option<Times>; LoadOutcome::ALL.len()]);

impl ByOutcome {
    /// Counts a time in nanoseconds.
    pub(super) fn add(&mut self, outcome: LoadOutcome, nanos: u64) {
        if let Some(times) = self.0.get_mut(outcome as usize) {
            times.get_or_insert_with(Times::new).add(nanos);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            if let Some(other) = other {
                own.get_or_insert_with(Times::new).merge(other);
            }
        }
    }

    /// All that there are.
    pub(super) fn all(&self) -> impl Iterator<Item = &Times> {
        self.0.iter().flatten()
    }

    /// Each kind within fixed bounds.
    pub(super) fn within_bounds(&self) -> Vec<LiveLatency> {
        let kinds = LoadOutcome::ALL.into_iter().zip(&self.0);
        let seen = |(outcome, times): (LoadOutcome, &Option<Times>)| match times {
            Some(times) => times.within_bounds(outcome),
            None => LiveLatency::none(outcome),
        };
        kinds.map(seen).collect()
    }
}

/// What one thread saw in one second.
#[derive(Debug)]
pub(super) struct Slice {
    /// The thread's number.
    pub(super) worker: usize,
    /// The second, from 0.
    pub(super) second: u64,
    pub(super) counts: LoadCounts,
    pub(super) in_flight_max: u64,
    /// Requests under way at its end.
    pub(super) in_flight: u64,
    /// Latencies of the answers that came in it.
    pub(super) latency: ByOutcome,
    /// The thread's findings of the whole run until its end.
    pub(super) findings: Vec<LiveFindings>,
    /// What was sent when, and what became of it.
    pub(super) flows: Flows,
}

impl Slice {
    pub(super) fn new(worker: usize, second: u64, width: u64) -> Self {
        Self {
            worker,
            second,
            counts: LoadCounts::default(),
            in_flight_max: 0,
            in_flight: 0,
            latency: ByOutcome::default(),
            findings: Vec::new(),
            flows: Flows::new(width),
        }
    }
}

/// Times of answers that ended alike.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) step: usize,
    pub(super) outcome: LoadOutcome,
    pub(super) status: u16,
    pub(super) latency: Times,
    pub(super) service: Times,
}

/// What one thread saw of one step.
#[derive(Debug, Default)]
pub(super) struct StepTally {
    pub(super) counts: LoadCounts,
    pub(super) codes: IndexMap<String, u64>,
    pub(super) failures: IndexMap<String, u64>,
    /// The first of them in words.
    pub(super) failure: Option<String>,
    /// Until when the last throttled answer told to wait, in nanoseconds since the start.
    pub(super) told_until: u64,
}

impl StepTally {
    pub(super) fn code(&mut self, code: &str) {
        if let Some(count) = self.codes.get_mut(code) {
            *count += 1;
        } else if self.codes.len() < CODES {
            self.codes.insert(code.to_owned(), 1);
        }
    }
}

/// What one thread saw of the whole run.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) steps: Vec<StepTally>,
    pub(super) groups: Vec<Group>,
    pub(super) lateness: Times,
    pub(super) waits: HashMap<u64, u64>,
    pub(super) without_seconds: u64,
    pub(super) early: u64,
    pub(super) early_admitted: u64,
    pub(super) connections: u64,
    pub(super) bytes: u64,
    /// When the last exchange ended, in nanoseconds since the start.
    pub(super) last: u64,
}

impl Tally {
    pub(super) fn new(steps: usize) -> Self {
        Self {
            steps: (0..steps).map(|_| StepTally::default()).collect(),
            groups: Vec::new(),
            lateness: Times::new(),
            waits: HashMap::new(),
            without_seconds: 0,
            early: 0,
            early_admitted: 0,
            connections: 0,
            bytes: 0,
            last: 0,
        }
    }

    /// The times of answers that ended so.
    pub(super) fn group(&mut self, step: usize, outcome: LoadOutcome, status: u16) -> Option<&mut Group> {
        let is_it = |group: &Group| group.step == step && group.status == status && group.outcome == outcome;
        let at = self.groups.iter().position(is_it).unwrap_or(self.groups.len());
        if at == self.groups.len() {
            self.groups.push(Group { step, outcome, status, latency: Times::new(), service: Times::new() });
        }
        self.groups.get_mut(at)
    }

    /// Counts what a throttled answer says about waiting.
    pub(super) fn told(&mut self, seconds: Option<u64>) {
        match seconds {
            None => self.without_seconds += 1,
            Some(seconds) => {
                let full = self.waits.len() >= WAITS;
                match self.waits.get_mut(&seconds) {
                    Some(count) => *count += 1,
                    None if full => {}
                    None => {
                        self.waits.insert(seconds, 1);
                    }
                }
            }
        }
    }

    /// Adds what another thread saw.
    pub(super) fn merge(&mut self, other: Self) {
        for (own, other) in self.steps.iter_mut().zip(other.steps) {
            own.counts.merge(&other.counts);
            for (code, count) in other.codes {
                *own.codes.entry(code).or_default() += count;
            }
            own.failure = own.failure.take().or(other.failure);
            for (kind, count) in other.failures {
                *own.failures.entry(kind).or_default() += count;
            }
        }
        for group in other.groups {
            if let Some(own) = self.group(group.step, group.outcome, group.status) {
                own.latency.merge(&group.latency);
                own.service.merge(&group.service);
            }
        }
        self.lateness.merge(&other.lateness);
        for (seconds, count) in other.waits {
            *self.waits.entry(seconds).or_default() += count;
        }
        self.without_seconds += other.without_seconds;
        self.early += other.early;
        self.early_admitted += other.early_admitted;
        self.connections += other.connections;
        self.bytes += other.bytes;
        self.last = self.last.max(other.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_to_three_digits_and_rounded_up() {
        let mut times = Times::new();
        assert_eq!(times.percentiles(), Percentiles::default());
        (1..=1_000).for_each(|micros| times.add(micros * 1_000));
        times.add(1);
        let seen = times.percentiles();
        assert_eq!(
            (seen.count, seen.min_us, seen.p50_us, seen.p99_us, seen.max_us),
            (1_001, 1, 500, 990, 1_000)
        );
        let mut other = Times::new();
        other.add(60_000_000_000);
        times.merge(&other);
        assert!(times.percentiles().max_us.abs_diff(60_000_000) < 60_000, "{}", times.percentiles().max_us);
        assert!(!times.encoded().is_empty());
    }

    #[test]
    fn times_are_within_the_bounds_that_they_surely_keep() {
        let mut times = ByOutcome::default();
        for micros in [1, 500, 501, 99_000, 31_000_000] {
            times.add(LoadOutcome::Throttled, micros * 1_000);
        }
        let mut all = ByOutcome::default();
        all.merge(&times);
        all.merge(&times);
        let seen = all.within_bounds();
        let outcomes: Vec<LoadOutcome> = seen.iter().map(|latency| latency.outcome).collect();
        assert_eq!(outcomes, LoadOutcome::ALL);
        assert_eq!(seen[0], LiveLatency::none(LoadOutcome::Admitted));
        let throttled = &seen[1];
        assert_eq!((throttled.within[0], throttled.within[1], throttled.count), (4, 6, 10));
        assert_eq!((throttled.within[7], throttled.within[14]), (8, 8), "100 ms and 30 s");
        assert!(throttled.sum_us.abs_diff(2 * 31_100_002) < 60_000, "{}", throttled.sum_us);
    }
}
