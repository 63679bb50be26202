//! The chart of what ended each second, stacked by outcome.

use maud::{Markup, html};

use super::chart::{Chart, Key, Spot, Swatch, ticks};
use super::number::{clock, count, rate, short};
use super::outcome::class;
use super::path::{Level, band, steps};
use super::scale::Scale;
use super::table::Table;
use super::timeline::Interval;
use crate::model::{LoadOutcome, LoadReport};

/// Draws it; `earlier` are the intervals of the run that this one is compared with, `span` the seconds of both.
pub(super) fn draw(load: &LoadReport, intervals: &[Interval], earlier: &[Interval], span: f64) -> Markup {
    let occurred: Vec<LoadOutcome> =
        LoadOutcome::ALL.into_iter().filter(|outcome| load.totals.of(*outcome) > 0).collect();
    let rates = intervals.iter().chain(earlier).map(|one| one.per_second(one.ended()));
    let (time, scale) = (Scale::time(span, 6), Scale::from_zero(rates.fold(0.0, f64::max), 4));
    let mut keys: Vec<Key> = occurred
        .iter()
        .map(|outcome| {
            let label = format!("{} {}", outcome.as_str(), count(load.totals.of(*outcome)));
            Key::new(class(*outcome), Swatch::Area, label)
        })
        .collect();
    if !earlier.is_empty() {
        keys.push(Key::new("earlier", Swatch::Dashes, "earlier run, all"));
    }
    let total = earlier.iter().map(|one| Level {
        from: time.place(one.at),
        to: time.place(one.end()),
        at: scale.place(one.per_second(one.ended())),
    });
    let chart = Chart {
        id: "throughput",
        title: "Throughput by outcome",
        about: "Exchanges that ended in each second, by how they ended; the bands stand on one another."
            .to_owned(),
        x_title: "time since the start",
        y_title: "exchanges per second".to_owned(),
        x_ticks: ticks(&time, clock),
        y_ticks: ticks(&scale, short),
        keys,
        marks: html! {
            @for path in bands(&occurred, intervals, &time, &scale) {
                path .area .(class(path.0)) d=(path.1) {}
            }
            @if !earlier.is_empty() {
                path .line .dashed .earlier d=(steps(&total.collect::<Vec<_>>())) {}
            }
        },
        spots: spots(&occurred, intervals, &time),
        table: table(&occurred, intervals),
    };
    chart.draw(occurred.is_empty())
}

/// The bands from the bottom up.
fn bands(
    occurred: &[LoadOutcome],
    intervals: &[Interval],
    time: &Scale,
    scale: &Scale,
) -> Vec<(LoadOutcome, String)> {
    let mut heights = vec![0.0; intervals.len()];
    let levels = |heights: &[f64]| -> Vec<Level> {
        let both = intervals.iter().zip(heights);
        both.map(|(one, height)| Level {
            from: time.place(one.at),
            to: time.place(one.end()),
            at: scale.place(*height),
        })
        .collect()
    };
    let mut bands = Vec::new();
    for outcome in occurred {
        let lower = levels(&heights);
        for (height, one) in heights.iter_mut().zip(intervals) {
            *height += one.per_second(one.point.counts.of(*outcome));
        }
        bands.push((*outcome, band(&lower, &levels(&heights))));
    }
    bands
}

fn spots(occurred: &[LoadOutcome], intervals: &[Interval], time: &Scale) -> Vec<Spot> {
    let spot = |one: &Interval| {
        let parts: Vec<String> = occurred
            .iter()
            .map(|outcome| {
                format!("{} {}/s", outcome.as_str(), rate(one.per_second(one.point.counts.of(*outcome))))
            })
            .collect();
        let text = format!("{} – {}\n{}", clock(one.at), clock(one.end()), parts.join("\n"));
        Spot { from: time.place(one.at), to: time.place(one.end()), text }
    };
    intervals.iter().map(spot).collect()
}

fn table(occurred: &[LoadOutcome], intervals: &[Interval]) -> Table {
    let head: Vec<&str> =
        ["from"].into_iter().chain(occurred.iter().map(|outcome| outcome.as_str())).collect();
    let row = |one: &Interval| {
        let counts = occurred.iter().map(|outcome| count(one.point.counts.of(*outcome)));
        std::iter::once(clock(one.at)).chain(counts).collect()
    };
    Table::new("Exchanges that ended in each interval", &head, intervals.iter().map(row).collect())
}
