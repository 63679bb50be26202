//! The charts of the generator's side: what was to be sent and what was, and how many requests were under way.

use maud::{Markup, html};

use super::chart::{Chart, Key, Spot, Swatch, level, ticks};
use super::number::{clock, count, rate, short};
use super::path::{Level, band, steps};
use super::scale::Scale;
use super::table::Table;
use super::timeline::Interval;
use crate::model::LoadReport;

/// A value of an interval.
type Of = fn(&Interval) -> f64;

/// Draws what was intended beside what was sent.
pub(super) fn sent(load: &LoadReport, intervals: &[Interval], earlier: &[Interval], span: f64) -> Markup {
    let intended: Of = |one| one.per_second(one.intended());
    let really: Of = |one| one.per_second(one.point.counts.sent);
    let rates = intervals.iter().map(intended).chain(earlier.iter().map(really));
    let (time, scale) = (Scale::time(span, 6), Scale::from_zero(rates.fold(0.0, f64::max), 4));
    let upper = levels(intervals, intended, &time, &scale);
    let lower = levels(intervals, really, &time, &scale);
    let lost = [("dropped", load.totals.dropped), ("missed", load.totals.missed), ("late", load.totals.late)];
    let lost: Vec<String> = lost
        .iter()
        .filter(|(_, lost)| *lost > 0)
        .map(|(name, lost)| format!("{} {name}", count(*lost)))
        .collect();
    let is_short = load.totals.dropped > 0 || load.totals.missed > 0;
    let mut keys = vec![Key::new("sent", Swatch::Line, format!("sent {}", count(load.totals.sent)))];
    keys.push(Key::new("intended", Swatch::Dashes, format!("intended {}", count(load.intended))));
    if is_short {
        keys.push(Key::new("lost", Swatch::Area, "left out"));
    }
    if !earlier.is_empty() {
        keys.push(Key::new("earlier", Swatch::Dashes, "earlier run, sent"));
    }
    let lost = if lost.is_empty() { "none was left out or late".to_owned() } else { lost.join(", ") };
    let chart = Chart {
        id: "sent",
        title: "Intended and sent",
        about: format!("Sends that the schedule wanted in each second, and those that left: {lost}."),
        x_title: "time since the start",
        y_title: "requests per second".to_owned(),
        x_ticks: ticks(&time, clock),
        y_ticks: ticks(&scale, short),
        keys,
        marks: html! {
            @if !earlier.is_empty() {
                path .line .dashed .earlier d=(steps(&levels(earlier, really, &time, &scale))) {}
            }
            @if is_short { path .area .lost d=(band(&lower, &upper)) {} }
            path .line .sent d=(steps(&lower)) {}
            path .line .dashed .intended d=(steps(&upper)) {}
        },
        spots: intervals.iter().map(|one| spot(one, &time)).collect(),
        table: table(intervals),
    };
    chart.draw(load.intended == 0 || intervals.is_empty())
}

fn spot(one: &Interval, time: &Scale) -> Spot {
    let counts = &one.point.counts;
    let mut text = format!(
        "{} – {}\nintended {}/s\nsent {}/s",
        clock(one.at),
        clock(one.end()),
        rate(one.per_second(one.intended())),
        rate(one.per_second(counts.sent))
    );
    for (lost, name) in [(counts.dropped, "dropped"), (counts.missed, "missed"), (counts.late, "late")] {
        if lost > 0 {
            text.push_str(&format!("\n{} {name}", count(lost)));
        }
    }
    Spot { from: time.place(one.at), to: time.place(one.end()), text }
}

fn table(intervals: &[Interval]) -> Table {
    let row = |one: &Interval| {
        let counts = &one.point.counts;
        let all = [one.intended(), counts.sent, counts.late, counts.dropped, counts.missed];
        std::iter::once(clock(one.at)).chain(all.map(count)).collect()
    };
    let head = ["from", "intended", "sent", "late", "dropped", "missed"];
    Table::new("Sends in each interval", &head, intervals.iter().map(row).collect())
}

/// Draws how many requests were under way at once.
pub(super) fn in_flight(
    load: &LoadReport,
    intervals: &[Interval],
    earlier: &[Interval],
    span: f64,
) -> Markup {
    let most: Of = |one| one.point.in_flight_max as f64;
    let greatest = intervals.iter().chain(earlier).map(most).fold(0.0, f64::max);
    let allowed = f64::from(load.generator.max_in_flight);
    // A bound that was never near would press the line to the ground.
    let near = greatest >= allowed / 2.0;
    let scale = Scale::of_counts(if near { greatest.max(allowed) } else { greatest }, 4);
    let time = Scale::time(span, 6);
    let mut keys = vec![Key::new("flight", Swatch::Area, "under way, at most")];
    if near {
        keys.push(Key::new("limit", Swatch::Line, "allowed at once"));
    }
    if !earlier.is_empty() {
        keys.push(Key::new("earlier", Swatch::Dashes, "earlier run"));
    }
    let top = levels(intervals, most, &time, &scale);
    let ground: Vec<Level> = top.iter().map(|level| Level { at: 0.0, ..*level }).collect();
    let text = |one: &Interval| {
        let at_once = count(one.point.in_flight_max);
        format!("{} – {}\n{at_once} under way at most", clock(one.at), clock(one.end()))
    };
    let spot = |one: &Interval| Spot { from: time.place(one.at), to: time.place(one.end()), text: text(one) };
    let row = |one: &Interval| vec![clock(one.at), count(one.point.in_flight_max)];
    let chart = Chart {
        id: "in-flight",
        title: "Requests under way",
        about: format!(
            "The most that were under way at once in each second; {} were allowed.",
            count(u64::from(load.generator.max_in_flight))
        ),
        x_title: "time since the start",
        y_title: "requests at once".to_owned(),
        x_ticks: ticks(&time, clock),
        y_ticks: ticks(&scale, short),
        keys,
        marks: html! {
            path .area .flight d=(band(&ground, &top)) {}
            @if !earlier.is_empty() {
                path .line .dashed .earlier d=(steps(&levels(earlier, most, &time, &scale))) {}
            }
            @if near { (level(&scale, allowed, "limit", &format!("{allowed} allowed"))) }
        },
        spots: intervals.iter().map(spot).collect(),
        table: Table::new(
            "Most requests under way in each interval",
            &["from", "at once"],
            intervals.iter().map(row).collect(),
        ),
    };
    chart.draw(intervals.is_empty())
}

fn levels(intervals: &[Interval], of: Of, time: &Scale, scale: &Scale) -> Vec<Level> {
    let level = |one: &Interval| Level {
        from: time.place(one.at),
        to: time.place(one.end()),
        at: scale.place(of(one)),
    };
    intervals.iter().map(level).collect()
}
