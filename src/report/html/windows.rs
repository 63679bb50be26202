//! The chart of what each window of the limiter let through, beside the limit that was declared.

use maud::{Markup, html};

use super::chart::{Chart, Key, Spot, Swatch, level, px, ticks, x, y};
use super::number::{clock, count, short};
use super::scale::Scale;
use super::table::Table;
use super::timeline::INTERVALS;
use crate::model::{LoadLimit, LoadReport, LoadWindow};

/// Some windows in a row: one, unless there are too many to draw.
struct Bar {
    /// The begin of the first and the end of the last in seconds.
    from: f64,
    to: f64,
    /// The least and the greatest count of admitted requests.
    least: u64,
    most: u64,
    sent: u64,
    throttled: u64,
}

/// Draws it; nothing where no limit was declared.
pub(super) fn draw(load: &LoadReport) -> Markup {
    let throttling = &load.throttling;
    let Some(limit) = throttling.limit else { return html! {} };
    let (bars, each) = bars(&throttling.windows, limit);
    let span = bars.last().map_or(0.0, |bar| bar.to);
    let most = throttling.admitted_at_most.unwrap_or(0);
    let greatest = bars.iter().map(|bar| bar.most).chain([limit.limit, most]).max().unwrap_or(0);
    let (time, scale) = (Scale::time(span, 6), Scale::of_counts(greatest as f64, 4));
    let is_over = bars.iter().any(|bar| bar.most > limit.limit);
    let mut keys = vec![Key::new("admitted", Swatch::Area, "admitted")];
    if is_over {
        keys.push(Key::new("over", Swatch::Area, "admitted beyond the limit"));
    }
    keys.push(Key::new("limit", Swatch::Line, format!("declared limit, {}", count(limit.limit))));
    if most > limit.limit {
        let label = format!("most within any {}, {}", clock(limit.window_ms as f64 / 1e3), count(most));
        keys.push(Key::new("most", Swatch::Dashes, label));
    }
    let chart = Chart {
        id: "windows",
        title: "Admitted per limiter window",
        about: about(limit, each, throttling.windows_seen, throttling.windows.len()),
        x_title: "time since the start",
        y_title: "admitted requests per window".to_owned(),
        x_ticks: ticks(&time, clock),
        y_ticks: ticks(&scale, short),
        keys,
        marks: html! {
            @for bar in &bars { (mark(bar, limit.limit, &time, &scale)) }
            (level(&scale, limit.limit as f64, "limit", &format!("limit {}", count(limit.limit))))
            @if most > limit.limit {
                (level(&scale, most as f64, "most", &format!("at most {}", count(most))))
            }
        },
        spots: bars.iter().map(|bar| spot(bar, each, &time)).collect(),
        table: table(&bars, each),
    };
    chart.draw(bars.is_empty())
}

fn about(limit: LoadLimit, each: usize, seen: u64, listed: usize) -> String {
    let mut text = format!(
        "Windows of {}, counted from the first request; a limiter whose windows begin elsewhere may admit up to twice the \
         limit in one of them.",
        clock(limit.window_ms as f64 / 1e3)
    );
    if each > 1 {
        text.push_str(&format!(" A bar is the greatest of {each} windows, its notch the least."));
    }
    let left = seen.saturating_sub(listed as u64);
    if left > 0 {
        text.push_str(&format!(" The last {} windows are left out.", count(left)));
    }
    text
}

fn bars(windows: &[LoadWindow], limit: LoadLimit) -> (Vec<Bar>, usize) {
    let each = windows.len().div_ceil(INTERVALS).max(1);
    let length = limit.window_ms.max(1) as f64 / 1e3;
    let bar = |windows: &[LoadWindow]| {
        let (first, last) = (windows.first()?, windows.last()?);
        let sum = |of: fn(&LoadWindow) -> u64| windows.iter().map(of).fold(0, u64::saturating_add);
        Some(Bar {
            from: first.at_ms as f64 / 1e3,
            to: last.at_ms as f64 / 1e3 + length,
            least: windows.iter().map(|window| window.admitted).min()?,
            most: windows.iter().map(|window| window.admitted).max()?,
            sent: sum(|window| window.sent),
            throttled: sum(|window| window.throttled),
        })
    };
    (windows.chunks(each).filter_map(bar).collect(), each)
}

fn mark(bar: &Bar, limit: u64, time: &Scale, scale: &Scale) -> Markup {
    let (from, to) = (x(time.place(bar.from)), x(time.place(bar.to)));
    // Bars stand apart where there is room.
    let gap = if to - from > 4.0 { ((to - from) * 0.08).clamp(0.5, 4.0) } else { 0.0 };
    let rect = |low: f64, high: f64, class: &str| {
        html! {
            rect .area .(class) x=(px(from + gap)) width=(px((to - from - 2.0 * gap).max(0.4)))
                y=(px(y(scale.place(high)))) height=(px(y(scale.place(low)) - y(scale.place(high)))) {}
        }
    };
    let within = bar.most.min(limit) as f64;
    html! {
        (rect(0.0, within, "admitted"))
        @if bar.most > limit { (rect(within, bar.most as f64, "over")) }
        @if bar.least < bar.most {
            path .notch d=(format!("M{} {}H{}", px(from), px(y(scale.place(bar.least as f64))), px(to))) {}
        }
    }
}

fn spot(bar: &Bar, each: usize, time: &Scale) -> Spot {
    let admitted = if each > 1 {
        format!("{} to {} admitted in each of {each} windows", count(bar.least), count(bar.most))
    } else {
        format!("{} admitted", count(bar.most))
    };
    let text = format!(
        "{} – {}\n{admitted}\n{} sent\n{} throttled",
        clock(bar.from),
        clock(bar.to),
        count(bar.sent),
        count(bar.throttled)
    );
    Spot { from: time.place(bar.from), to: time.place(bar.to), text }
}

fn table(bars: &[Bar], each: usize) -> Table {
    let row = |bar: &Bar| {
        let admitted = match each {
            1 => count(bar.most),
            _ => format!("{} to {}", count(bar.least), count(bar.most)),
        };
        vec![clock(bar.from), count(bar.sent), admitted, count(bar.throttled)]
    };
    let note = if each > 1 { format!("A row is {each} windows.") } else { String::new() };
    let rows = bars.iter().map(row).collect();
    Table { note, ..Table::new("Windows of the limit", &["from", "sent", "admitted", "throttled"], rows) }
}
