//! The histograms of a report, read back and added.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};

use super::super::tally::percentiles;
use crate::model::{LoadOutcome, LoadReport, OutcomeTimes};

/// Longest text of a histogram that is read, and most of them; a report that was written has far less.
const LONGEST: usize = 1 << 20;
const MOST: usize = 4_096;

/// Times that were added up.
#[derive(Debug)]
pub(super) struct Kept(Histogram<u64>);

impl Kept {
    /// Where a percentile lies with some certainty, in microseconds: between the values whose ranks are so many standard
    /// deviations away from its own.
    pub(super) fn range(&self, share: f64, sigmas: f64) -> Option<(u64, u64)> {
        let count = self.0.len() as f64;
        if count < 1.0 {
            return None;
        }
        let deviation = sigmas * (share * (1.0 - share) / count).sqrt();
        let at = |share: f64| self.0.value_at_quantile(share.clamp(0.0, 1.0));
        Some((at(share - deviation), at(share + deviation)))
    }

    fn add(&mut self, other: &Histogram<u64>) {
        // It grows as it has to; what cannot be added is left out.
        let _ = self.0.add(other);
    }
}

fn decoded(load: &LoadReport) -> impl Iterator<Item = (usize, LoadOutcome, Histogram<u64>)> {
    load.histograms.iter().take(MOST).filter(|one| one.hdr.len() <= LONGEST).filter_map(|one| {
        let bytes = STANDARD.decode(&one.hdr).ok()?;
        let mut histogram: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).ok()?;
        histogram.auto(true);
        Some((one.step, one.outcome, histogram))
    })
}

/// The times of each step, by its place, whatever came of the exchanges.
pub(super) fn by_step(load: &LoadReport) -> HashMap<usize, Kept> {
    let mut steps: HashMap<usize, Kept> = HashMap::new();
    for (step, _, histogram) in decoded(load) {
        match steps.get_mut(&step) {
            Some(kept) => kept.add(&histogram),
            None => drop(steps.insert(step, Kept(histogram))),
        }
    }
    steps
}

/// The times of each outcome, whatever the step.
pub(super) fn by_outcome(load: &LoadReport) -> Vec<OutcomeTimes> {
    let mut outcomes: Vec<(LoadOutcome, Kept)> = Vec::new();
    for (_, outcome, histogram) in decoded(load) {
        match outcomes.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, kept)) => kept.add(&histogram),
            None => outcomes.push((outcome, Kept(histogram))),
        }
    }
    outcomes.sort_by_key(|(outcome, _)| *outcome);
    let encoded = |(outcome, Kept(times)): &(LoadOutcome, Kept)| {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(times, &mut bytes).ok()?;
        Some(OutcomeTimes { outcome: *outcome, latency: percentiles(times), hdr: STANDARD.encode(bytes) })
    };
    outcomes.iter().filter_map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_a_percentile_narrows_with_the_count() {
        let kept = |each: u64| {
            let mut times = Histogram::new(3).unwrap();
            (1..=1_000_u64).for_each(|value| times.record_n(value, each).unwrap());
            Kept(times)
        };
        let width = |kept: &Kept| kept.range(0.9, 2.0).map(|(low, high)| high - low).unwrap();
        assert!(width(&kept(1)) > 3 * width(&kept(100)), "{} {}", width(&kept(1)), width(&kept(100)));
        let (low, high) = kept(1).range(0.9, 2.0).unwrap();
        assert!(low < 900 && 900 < high && high - low < 60, "{low} {high}");
        assert_eq!(Kept(Histogram::new(3).unwrap()).range(0.5, 2.0), None);
    }
}
