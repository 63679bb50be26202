//! A run so far: what the gatherer knows, and what it tells of it while the run goes on.

use super::tally::{ByOutcome, Slice};
use super::verdicts::add;
use crate::model::{LiveFindings, LoadCounts, LoadLive, LoadPoint};

/// What is told while a run goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// A second is over.
    Second(&'a LoadPoint),
    /// More is known of the whole run; told at most once a second, and at its end.
    SoFar(&'a SoFar),
}

/// Everything that the threads have handed over.
#[derive(Debug)]
pub struct SoFar {
    pub(super) known_ms: u64,
    pub(super) totals: LoadCounts,
    latency: ByOutcome,
    /// What each thread said last: requests under way, and its findings.
    told: Vec<(u64, Vec<LiveFindings>)>,
}

impl SoFar {
    /// Nothing yet, of so many threads.
    pub(super) fn new(threads: usize) -> Self {
        let told = vec![(0, Vec::new()); threads];
        Self { known_ms: 0, totals: LoadCounts::default(), latency: ByOutcome::default(), told }
    }

    /// Takes in a thread's second.
    pub(super) fn add(&mut self, slice: &Slice) {
        self.totals.merge(&slice.counts);
        self.latency.merge(&slice.latency);
        if let Some(told) = self.told.get_mut(slice.worker) {
            *told = (slice.in_flight, slice.findings.clone());
        }
    }

    /// The figures.
    pub fn live(&self) -> LoadLive {
        let mut findings = Vec::new();
        for (_, rules) in &self.told {
            rules.iter().for_each(|rule| add(&mut findings, rule));
        }
        findings.sort_by_key(|found| (found.rule, found.severity));
        LoadLive {
            known_ms: self.known_ms,
            totals: self.totals,
            in_flight: self.told.iter().map(|(in_flight, _)| in_flight).sum(),
            latency: self.latency.within_bounds(),
            findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LoadOutcome, Severity};

    #[test]
    fn counts_add_up_and_what_a_thread_says_of_the_whole_replaces_what_it_said() {
        let mut so_far = SoFar::new(2);
        for (worker, second, in_flight, found) in [(0, 0, 3, 1), (1, 0, 4, 5), (0, 1, 0, 2)] {
            let mut slice = Slice::new(worker, second, 1);
            slice.counts.add(LoadOutcome::Admitted);
            slice.in_flight = in_flight;
            slice.latency.add(LoadOutcome::Admitted, 1_000_000);
            slice.findings = vec![LiveFindings { rule: "ENV001", severity: Severity::Error, count: found }];
            so_far.add(&slice);
        }
        let live = so_far.live();
        assert_eq!((live.totals.admitted, live.in_flight, live.latency[0].count), (3, 4, 3));
        assert_eq!(live.findings, [LiveFindings { rule: "ENV001", severity: Severity::Error, count: 7 }]);
    }
}
