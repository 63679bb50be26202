//! The time series: one point a second, bounded however long the run is.

use std::collections::BTreeMap;

use super::tally::{Slice, Times};
use crate::model::{LoadCounts, LoadPoint, LoadSeries};

/// Most points.
const POINTS: usize = 3_600;
/// Most seconds that threads may be apart.
const APART: u64 = 600;

/// A second that is not told by all threads yet.
#[derive(Debug)]
struct Open {
    counts: LoadCounts,
    in_flight_max: u64,
    latency: Times,
}

/// The points, and the seconds that are still open.
#[derive(Debug)]
pub(super) struct Series {
    /// The last second that each thread told of, plus one.
    told: Vec<u64>,
    open: BTreeMap<u64, Open>,
    /// The first second that is not a point yet.
    next: u64,
    /// Seconds in a point, and how many of the last point's are there.
    seconds: u64,
    filled: u64,
    points: Vec<LoadPoint>,
}

impl Series {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            told: vec![0; threads],
            open: BTreeMap::new(),
            next: 0,
            seconds: 1,
            filled: 0,
            points: Vec::new(),
        }
    }

    /// Takes in a thread's second, and tells of the seconds that are whole then. Returns the time until which everything
    /// is known, in milliseconds since the start.
    pub(super) fn add(&mut self, slice: &Slice, tick: &mut dyn FnMut(&LoadPoint)) -> u64 {
        let open = self.open.entry(slice.second).or_insert_with(|| Open {
            counts: LoadCounts::default(),
            in_flight_max: 0,
            latency: Times::new(),
        });
        open.counts.merge(&slice.counts);
        open.in_flight_max += slice.in_flight_max;
        slice.latency.all().for_each(|times| open.latency.merge(times));
        if let Some(told) = self.told.get_mut(slice.worker) {
            *told = slice.second + 1;
        }
        let all = self.told.iter().copied().min().unwrap_or(0);
        // A thread that stands still does not hold back the others for ever.
        let first = self.told.iter().copied().max().unwrap_or(0).saturating_sub(APART);
        let known = all.max(first);
        self.close(known, tick);
        known * 1_000
    }

    /// Tells of everything that is left.
    pub(super) fn finish(&mut self, tick: &mut dyn FnMut(&LoadPoint)) {
        let end = self.open.keys().next_back().map_or(self.next, |last| last + 1);
        self.close(end, tick);
    }

    /// The end of the last point in milliseconds since the start.
    pub(super) fn end_ms(&self) -> u64 {
        self.next * 1_000
    }

    fn close(&mut self, until: u64, tick: &mut dyn FnMut(&LoadPoint)) {
        while self.next < until {
            let open = self.open.remove(&self.next);
            let point = match open {
                Some(open) => LoadPoint {
                    at_ms: self.next * 1_000,
                    counts: open.counts,
                    in_flight_max: open.in_flight_max,
                    p50_us: open.latency.percentile(50.0),
                    p95_us: open.latency.percentile(95.0),
                    p99_us: open.latency.percentile(99.0),
                    max_us: open.latency.percentile(100.0),
                },
                None => LoadPoint { at_ms: self.next * 1_000, ..LoadPoint::default() },
            };
            tick(&point);
            self.push(point);
            self.next += 1;
        }
    }

    fn push(&mut self, point: LoadPoint) {
        if self.filled > 0
            && self.filled < self.seconds
            && let Some(last) = self.points.last_mut()
        {
            last.merge(&point);
            self.filled += 1;
            return;
        }
        if self.points.len() >= POINTS {
            self.points = self
                .points
                .chunks(2)
                .filter_map(|pair| {
                    let (first, rest) = pair.split_first()?;
                    let mut whole = *first;
                    rest.iter().for_each(|other| whole.merge(other));
                    Some(whole)
                })
                .collect();
            self.seconds *= 2;
        }
        self.points.push(point);
        self.filled = 1;
    }

    pub(super) fn into_series(self) -> LoadSeries {
        LoadSeries { interval_ms: self.seconds * 1_000, points: self.points }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(worker: usize, second: u64, sent: u64) -> Slice {
        let mut slice = Slice::new(worker, second, 1);
        slice.counts.sent = sent;
        slice
    }

    #[test]
    fn a_second_is_a_point_once_all_threads_have_told_of_it() {
        let mut series = Series::new(2);
        let mut seen = Vec::new();
        let mut tick = |point: &LoadPoint| seen.push((point.at_ms, point.counts.sent));
        assert_eq!(series.add(&slice(0, 0, 3), &mut tick), 0);
        assert_eq!(series.add(&slice(0, 1, 3), &mut tick), 0);
        assert_eq!(series.add(&slice(1, 2, 4), &mut tick), 2_000, "seconds without news are empty");
        series.finish(&mut tick);
        assert_eq!(seen, [(0, 3), (1_000, 3), (2_000, 4)]);
    }

    #[test]
    fn a_long_run_has_fewer_and_longer_points_and_loses_no_count() {
        let mut series = Series::new(1);
        for second in 0..20_000 {
            series.add(&slice(0, second, 1), &mut |_| ());
        }
        let series = series.into_series();
        assert!(series.points.len() <= POINTS && series.interval_ms == 8_000, "{}", series.interval_ms);
        assert_eq!(series.points.iter().map(|point| point.counts.sent).sum::<u64>(), 20_000);
        assert!(series.points.windows(2).all(|pair| pair[1].at_ms - pair[0].at_ms == 8_000));
    }
}
