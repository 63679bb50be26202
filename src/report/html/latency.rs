//! The chart of latencies over time.

use maud::{Markup, html};

use super::chart::{Chart, Key, Spot, Swatch, Tick, ticks};
use super::number::{clock, count, micros, micros_short};
use super::path::line;
use super::scale::Scale;
use super::table::Table;
use super::timeline::Interval;
use crate::model::{LoadModel, LoadPoint, LoadReport};

/// A line: its class, its name, and what it shows of a point.
type Line = (&'static str, &'static str, fn(&LoadPoint) -> u64);

/// The percentiles that are drawn.
const LINES: [Line; 2] = [("p50", "p50", |point| point.p50_us), ("p99", "p99", |point| point.p99_us)];

/// Draws it; `earlier` are the intervals of the run that this one is compared with, `span` the seconds of both.
pub(super) fn draw(load: &LoadReport, intervals: &[Interval], earlier: &[Interval], span: f64) -> Markup {
    let values = intervals
        .iter()
        .chain(earlier)
        .filter(|one| one.has_answers())
        .flat_map(|one| LINES.map(|(_, _, of)| of(&one.point) as f64));
    let (time, scale) = (Scale::time(span, 6), Scale::fitting(values, 4));
    let mut keys: Vec<Key> =
        LINES.iter().map(|(class, name, _)| Key::new(class, Swatch::Line, *name)).collect();
    if !earlier.is_empty() {
        keys.push(Key::new("earlier", Swatch::Dashes, "earlier run, the same two"));
    }
    let from = match load.model {
        LoadModel::Open => {
            "from the intended send to the last byte, so that a slow target cannot hide what it holds up"
        }
        LoadModel::Closed | LoadModel::Saturation => "from the send to the last byte",
    };
    let chart = Chart {
        id: "latency",
        title: "Latency over time",
        about: format!("Median and 99th percentile of the answers of each second, {from}."),
        x_title: "time since the start",
        y_title: if scale.is_log() { "latency, logarithmic" } else { "latency" }.to_owned(),
        x_ticks: ticks(&time, clock),
        y_ticks: latencies(&scale),
        keys,
        marks: html! {
            @for (_, _, of) in LINES {
                @if !earlier.is_empty() {
                    path .line .dashed .earlier d=(path(earlier, of, &time, &scale)) {}
                }
            }
            @for (class, _, of) in LINES {
                path .line .(class) d=(path(intervals, of, &time, &scale)) {}
            }
        },
        spots: intervals.iter().filter(|one| one.has_answers()).map(|one| spot(one, &time)).collect(),
        table: table(intervals),
    };
    chart.draw(!intervals.iter().any(Interval::has_answers))
}

/// Ticks of an axis of microseconds.
pub(super) fn latencies(scale: &Scale) -> Vec<Tick> {
    ticks(scale, |value| if value == 0.0 { "0".to_owned() } else { micros_short(value) })
}

fn path(intervals: &[Interval], of: fn(&LoadPoint) -> u64, time: &Scale, scale: &Scale) -> String {
    line(
        intervals.iter().map(|one| {
            one.has_answers().then(|| (time.place(one.middle()), scale.place(of(&one.point) as f64)))
        }),
    )
}

fn spot(one: &Interval, time: &Scale) -> Spot {
    let point = &one.point;
    let text = format!(
        "{} – {}\np50 {}\np95 {}\np99 {}\nmax {}",
        clock(one.at),
        clock(one.end()),
        micros(point.p50_us),
        micros(point.p95_us),
        micros(point.p99_us),
        micros(point.max_us)
    );
    Spot { from: time.place(one.at), to: time.place(one.end()), text }
}

fn table(intervals: &[Interval]) -> Table {
    let row = |one: &Interval| {
        let point = &one.point;
        let times = [point.p50_us, point.p95_us, point.p99_us, point.max_us];
        let shown = |time| if one.has_answers() { micros(time) } else { "–".to_owned() };
        [clock(one.at), count(one.ended())].into_iter().chain(times.map(shown)).collect()
    };
    let rows = intervals.iter().map(row).collect();
    Table::new("Latencies in each interval", &["from", "ended", "p50", "p95", "p99", "max"], rows)
}
