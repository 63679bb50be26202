//! The percentile curve: how long the slowest share of the answers takes, for each outcome.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use maud::{Markup, html};

use super::chart::{Chart, Key, Spot, Swatch, Tick};
use super::latency::latencies;
use super::number::{count, micros, percentile};
use super::outcome::class;
use super::path::line;
use super::scale::{Scale, Tail};
use super::table::Table;
use crate::model::{LoadOutcome, LoadReport};

/// Points of a curve.
const POINTS: usize = 96;
/// Longest text of a histogram that is read; those that are written have some ten kilobytes.
const LONGEST: usize = 1 << 20;
/// The shares that the table lists, as far as there are values enough.
const LISTED: [f64; 10] = [0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.999_99];

/// The times of an outcome.
struct Times {
    outcome: LoadOutcome,
    histogram: Histogram<u64>,
}

impl Times {
    /// The time that this share of the answers is not above, in microseconds.
    fn at(&self, share: f64) -> u64 {
        self.histogram.value_at_quantile(share).min(self.histogram.max())
    }

    /// The share of all but the slowest answer: beyond it the curve would repeat one value.
    fn last(&self) -> f64 {
        1.0 - 1.0 / self.histogram.len().max(1) as f64
    }
}

/// Draws it, with the curves of the earlier run if there is one.
pub(super) fn draw(load: &LoadReport) -> Markup {
    let now = all(load.histograms.iter().map(|one| (one.outcome, one.hdr.as_str())));
    let earlier = load.compare.iter().flat_map(|compare| &compare.earlier.times);
    let earlier = all(earlier.map(|one| (one.outcome, one.hdr.as_str())));
    let tail = Scale::tail(now.iter().chain(&earlier).map(Times::last).fold(0.0, f64::max));
    let values = now
        .iter()
        .chain(&earlier)
        .flat_map(|times| [times.histogram.min(), times.histogram.max()].map(|value| value as f64));
    let scale = Scale::fitting(values, 4);
    let keys = now.iter().map(|times| {
        let label = format!("{} ({})", times.outcome.as_str(), count(times.histogram.len()));
        Key::new(class(times.outcome), Swatch::Line, label)
    });
    let faint = (!earlier.is_empty())
        .then(|| Key::new("earlier", Swatch::Dashes, "earlier run, in the same colours"));
    let chart = Chart {
        id: "percentiles",
        title: "Percentiles by outcome",
        about:
            "The latency that so many percent of the exchanges are not above; towards the right the tail is \
                stretched, each further nine as wide as the one before."
                .to_owned(),
        x_title: "percentile",
        y_title: if scale.is_log() { "latency, logarithmic" } else { "latency" }.to_owned(),
        x_ticks: tail
            .ticks
            .iter()
            .map(|share| Tick { place: tail.place(*share), label: format!("{} %", percentile(*share)) })
            .collect(),
        y_ticks: latencies(&scale),
        keys: keys.chain(faint).collect(),
        marks: html! {
            @for times in &earlier {
                path .line .dashed .faint .(class(times.outcome)) d=(path(times, &tail, &scale)) {}
            }
            @for times in &now {
                path .line .(class(times.outcome)) d=(path(times, &tail, &scale)) {}
            }
        },
        spots: spots(&now, &tail),
        table: table(&now),
    };
    chart.draw(now.is_empty())
}

/// The histograms of each outcome as one. What is not to be read is left out.
fn all<'a>(encoded: impl Iterator<Item = (LoadOutcome, &'a str)>) -> Vec<Times> {
    let mut all: Vec<Times> = Vec::new();
    for (outcome, text) in encoded {
        let Some(histogram) = decoded(text).filter(|histogram| !histogram.is_empty()) else { continue };
        match all.iter_mut().find(|times| times.outcome == outcome) {
            // Three digits added to three digits fit; others are left out.
            Some(times) => drop(times.histogram.add(&histogram)),
            None => all.push(Times { outcome, histogram }),
        }
    }
    all.sort_by_key(|times| times.outcome);
    all
}

fn decoded(text: &str) -> Option<Histogram<u64>> {
    let bytes = STANDARD.decode(Some(text).filter(|text| text.len() <= LONGEST)?).ok()?;
    let mut histogram: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).ok()?;
    histogram.auto(true);
    Some(histogram)
}

fn path(times: &Times, tail: &Tail, scale: &Scale) -> String {
    let last = times.last();
    let shares = tail.shares(POINTS).take_while(|share| *share < last).chain([last]);
    line(shares.map(|share| Some((tail.place(share), scale.place(times.at(share) as f64)))))
}

fn spots(now: &[Times], tail: &Tail) -> Vec<Spot> {
    let shares: Vec<f64> = tail.shares(POINTS / 2 + 1).collect();
    let pairs = shares.iter().zip(shares.iter().skip(1));
    pairs
        .map(|(from, to)| {
            let lines = now
                .iter()
                .filter(|times| *from < times.last())
                .map(|times| format!("\n{} {}", times.outcome.as_str(), micros(times.at(*to))));
            let digits = |share: f64| format!("{:.*}", digits(share), share * 100.0);
            let text = format!("percentile {}{}", digits(*to), lines.collect::<String>());
            Spot { from: tail.place(*from), to: tail.place(*to), text }
        })
        .collect()
}

/// Digits behind the point that tell a percentile from its neighbours.
fn digits(share: f64) -> usize {
    match share {
        0.999.. => 3,
        0.99.. => 2,
        _ => 1,
    }
}

fn table(now: &[Times]) -> Table {
    let head: Vec<&str> =
        std::iter::once("percentile").chain(now.iter().map(|times| times.outcome.as_str())).collect();
    let longest = now.iter().map(Times::last).fold(0.0, f64::max);
    let row = |share: f64, name: String| {
        let cell = |times: &Times| {
            if share <= times.last() || share >= 1.0 { micros(times.at(share)) } else { "–".to_owned() }
        };
        std::iter::once(name).chain(now.iter().map(cell)).collect::<Vec<_>>()
    };
    let listed = LISTED.iter().filter(|share| **share <= longest);
    let mut rows: Vec<_> = listed.map(|share| row(*share, format!("{} %", percentile(*share)))).collect();
    rows.push(row(1.0, "longest".to_owned()));
    let note = "A dash stands where there are too few values for that percentile.".to_owned();
    Table { note, ..Table::new("Latency by percentile and outcome", &head, rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_histogram_draws_nothing() {
        let wrong = ["", "HISTFAAA", "!", "AAAA"].map(|text| (LoadOutcome::Admitted, text));
        assert!(all(wrong.into_iter()).is_empty());
        assert!(decoded(&"A".repeat(LONGEST + 4)).is_none());
    }
}
