//! Looks after the thresholds while a run goes on, and says at its end how they held.

use super::flow::{Window, Windows};
use super::plan::Plan;
use super::tally::Times;
use crate::model::{LoadCounts, ThresholdResult, ThresholdWindows, Verdict};
use crate::threshold::{Figures, Measured, Threshold, Unit};

/// The windows that a plan asks for, in milliseconds: that of its limit first, then those of its thresholds.
pub(super) fn windows(plan: &Plan) -> Vec<u64> {
    let limit = plan.limit.map(|limit| limit.window_ms);
    let thresholds = plan.thresholds.iter().filter_map(length);
    let mut all: Vec<u64> = Vec::new();
    for window in limit.into_iter().chain(thresholds) {
        if window > 0 && !all.contains(&window) {
            all.push(window);
        }
    }
    all
}

fn length(threshold: &Threshold) -> Option<u64> {
    threshold.window.and_then(|window| u64::try_from(window.as_millis()).ok())
}

/// A threshold with what is known of it.
#[derive(Debug)]
struct Watched {
    threshold: Threshold,
    seen: ThresholdWindows,
    worst: Option<Measured>,
    aborted: bool,
}

/// The thresholds of a run.
#[derive(Debug)]
pub(super) struct Watch {
    lengths: Vec<u64>,
    watched: Vec<Watched>,
    broken_window: bool,
    /// Length of the schedule in milliseconds: a window beyond it is none of the load's.
    planned: u64,
}

impl Watch {
    pub(super) fn new(plan: &Plan) -> Self {
        let watched = plan.thresholds.iter().map(|threshold| Watched {
            threshold: threshold.clone(),
            seen: ThresholdWindows { window_ms: length(threshold).unwrap_or(0), ..Default::default() },
            worst: None,
            aborted: false,
        });
        Self {
            lengths: windows(plan),
            watched: watched.collect(),
            broken_window: false,
            planned: u64::try_from(plan.schedule.length().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Looks at the windows that have become whole.
    pub(super) fn windows(&mut self, windows: &mut Windows) {
        for (row, length) in self.lengths.iter().enumerate() {
            for window in windows.fresh(row) {
                if window.at_ms.saturating_add(*length) > self.planned {
                    continue;
                }
                for watched in self.watched.iter_mut().filter(|watched| watched.seen.window_ms == *length) {
                    self.broken_window |= watched.window(&window, *length);
                }
            }
        }
    }

    /// Looks at the whole run so far, and says whether it is to end.
    pub(super) fn look(&mut self, totals: &LoadCounts, latency: &Times, known_ms: u64) -> bool {
        let mut ends = self.broken_window;
        for watched in
            self.watched.iter_mut().filter(|watched| watched.threshold.abort && watched.seen.window_ms == 0)
        {
            let threshold = &watched.threshold;
            let Some(measured) = measure(threshold, totals, latency, known_ms as f64 / 1e3) else { continue };
            // What is counted may still grow up to its bound.
            let may_heal = threshold.unit == Unit::Count;
            let settled = threshold.is_final(measured) || known_ms >= 1_000 && !may_heal;
            if settled && threshold.distance(measured) > 0.0 {
                watched.aborted = true;
                ends = true;
            }
        }
        ends
    }

    /// How the thresholds held.
    pub(super) fn results(
        self,
        totals: &LoadCounts,
        latency: &Times,
        seconds: f64,
        doubt: bool,
    ) -> Vec<ThresholdResult> {
        let results = self.watched.into_iter().map(|watched| {
            let threshold = &watched.threshold;
            let in_windows = watched.seen.window_ms > 0;
            let measured =
                if in_windows { watched.worst } else { measure(threshold, totals, latency, seconds) };
            let verdict = match measured {
                None => Verdict::Inconclusive,
                Some(measured) if threshold.distance(measured) == 0.0 => Verdict::Pass,
                Some(_) if doubt && threshold.needs_a_good_generator() => Verdict::Inconclusive,
                Some(_) => Verdict::Fail,
            };
            let (file, line, column) = threshold.place.clone();
            ThresholdResult {
                text: threshold.text.clone(),
                verdict,
                actual: measured
                    .map_or_else(|| "nothing was measured".to_owned(), |measured| measured.to_string()),
                windows: in_windows.then_some(watched.seen),
                aborted: watched.aborted,
                file,
                line,
                column,
            }
        });
        results.collect()
    }
}

impl Watched {
    /// Looks at a window, and says whether it ends the run.
    fn window(&mut self, window: &Window, length: u64) -> bool {
        let Window { sent, admitted, throttled, other, .. } = *window;
        let counts = LoadCounts {
            sent,
            admitted,
            refused: throttled,
            throttled,
            error: other,
            ..LoadCounts::default()
        };
        let figures = Figures { counts, seconds: length as f64 / 1e3, latency: &|_| None, mean: None };
        let Some(measured) = self.threshold.measure(&figures) else { return false };
        self.seen.judged += 1;
        let distance = self.threshold.distance(measured);
        let worst = self.worst.map(|worst| self.threshold.distance(worst));
        if worst.is_none_or(|worst| distance > worst) {
            self.worst = Some(measured);
        }
        if distance > 0.0 {
            self.seen.broken += 1;
            self.seen.first_broken_ms.get_or_insert(window.at_ms);
            self.aborted |= self.threshold.abort;
        }
        distance > 0.0 && self.threshold.abort
    }
}

fn measure(threshold: &Threshold, totals: &LoadCounts, latency: &Times, seconds: f64) -> Option<Measured> {
    let times = latency.percentiles();
    let any = times.count > 0;
    let percentile = |percent: f64| any.then(|| latency.percentile(percent));
    let figures =
        Figures { counts: *totals, seconds, latency: &percentile, mean: any.then_some(times.mean_us) };
    threshold.measure(&figures)
}
