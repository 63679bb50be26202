//! The time series in as many intervals as a chart has room for.

use crate::model::{LoadCounts, LoadOutcome, LoadPoint, LoadSeries};

/// Most intervals that are drawn and listed.
pub(super) const INTERVALS: usize = 240;

/// One interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    /// Its begin and its length in seconds.
    pub(super) at: f64,
    pub(super) length: f64,
    pub(super) point: LoadPoint,
}

impl Interval {
    pub(super) fn end(&self) -> f64 {
        self.at + self.length
    }

    pub(super) fn middle(&self) -> f64 {
        self.at + self.length / 2.0
    }

    /// A count of it for each second.
    pub(super) fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.length
    }

    /// Sends that the schedule wanted in it.
    pub(super) fn intended(&self) -> u64 {
        let LoadCounts { sent, dropped, missed, .. } = self.point.counts;
        sent.saturating_add(dropped).saturating_add(missed)
    }

    /// Exchanges that ended in it.
    pub(super) fn ended(&self) -> u64 {
        let counts = self.point.counts;
        LoadOutcome::ALL.iter().fold(0, |sum: u64, outcome| sum.saturating_add(counts.of(*outcome)))
    }

    /// Whether an answer came in it, so that its percentiles say something.
    pub(super) fn has_answers(&self) -> bool {
        self.point.max_us > 0
    }
}

/// The series as intervals, several points to one where there are too many. Counts are added; of percentiles the greatest
/// is kept, as the series itself does.
pub(super) fn intervals(series: &LoadSeries) -> Vec<Interval> {
    let chunk = series.points.len().div_ceil(INTERVALS).max(1);
    let length = series.interval_ms.max(1) as f64 / 1e3;
    let whole = |points: &[LoadPoint]| {
        let (first, rest) = points.split_first()?;
        let mut point = *first;
        rest.iter().for_each(|other| point.merge(other));
        Some(Interval { at: point.at_ms as f64 / 1e3, length: length * points.len() as f64, point })
    };
    series.points.chunks(chunk).filter_map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: u64) -> LoadSeries {
        let point = |second: u64| LoadPoint {
            at_ms: second * 1_000,
            counts: LoadCounts { sent: 3, admitted: 2, dropped: 1, ..LoadCounts::default() },
            p99_us: second,
            ..LoadPoint::default()
        };
        LoadSeries { interval_ms: 1_000, points: (0..points).map(point).collect() }
    }

    #[test]
    fn a_long_run_has_fewer_intervals_and_loses_no_count() {
        for points in [0, 1, 240, 241, 3_600] {
            let all = intervals(&series(points));
            assert!(all.len() <= INTERVALS, "{points}");
            assert_eq!(all.iter().map(|one| one.point.counts.sent).sum::<u64>(), points * 3);
            assert_eq!(
                all.last().map_or(0, |last| last.point.p99_us),
                points.saturating_sub(1),
                "the greatest"
            );
            let ends_meet = all.windows(2).all(|pair| (pair[0].end() - pair[1].at).abs() < 1e-6);
            assert!(ends_meet && all.iter().all(|one| (one.per_second(one.ended()) - 2.0).abs() < 1e-9));
        }
        assert_eq!(intervals(&series(1))[0].intended(), 4);
    }
}
