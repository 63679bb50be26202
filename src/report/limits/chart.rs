//! A key's timeline in characters: bars of what was served, what was refused above them, and the limit as a line.

use crate::model::{KeyTimeline, Slice, Timeline};

/// Rows of a chart.
const ROWS: usize = 5;
/// Eighths of a cell, from one to eight.
const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The sums of so many columns, and how many slices each has.
fn columns(key: &KeyTimeline, width: usize) -> (Vec<Slice>, usize) {
    let each = key.slices.len().div_ceil(width.max(1)).max(1);
    let sum = |part: &[Slice]| {
        part.iter().fold(Slice::default(), |sum, slice| Slice {
            admitted: sum.admitted + slice.admitted,
            throttled: sum.throttled + slice.throttled,
            other: sum.other + slice.other,
        })
    };
    (key.slices.chunks(each).map(sum).collect(), each)
}

/// The lines of a chart, the highest first, and below them what its height and width mean.
#[expect(clippy::cast_precision_loss, reason = "heights of bars")]
pub(super) fn draw(timeline: &Timeline, key: &KeyTimeline, width: usize) -> Vec<String> {
    let (columns, each) = columns(key, width);
    let limit = timeline.limit.map(|limit| limit * each as f64);
    // Refusals may be many; what was served and the limit set the scale, and a row above them shows that there were some.
    let most = columns.iter().map(|column| column.admitted).max().unwrap_or_default();
    let top = (most as f64).max(limit.unwrap_or_default()) * ROWS as f64 / (ROWS - 1) as f64;
    if top <= 0.0 {
        return Vec::new();
    }
    let cell = top / ROWS as f64;
    let row = |number: usize| {
        let floor = cell * number as f64;
        let at_limit = limit.is_some_and(|limit| limit > floor && limit <= floor + cell);
        let draw = |column: &Slice| {
            let (admitted, all) = (column.admitted as f64, (column.admitted + column.throttled) as f64);
            match admitted - floor {
                rest if rest > 0.0 => eighth(rest / cell),
                _ if all > floor => '░',
                _ if at_limit => '┄',
                _ => ' ',
            }
        };
        let mark = if at_limit { "┤ limit" } else { "│" };
        format!("{}{mark}", columns.iter().map(draw).collect::<String>())
    };
    let mut lines: Vec<String> = (0..ROWS).rev().map(row).collect();
    let column = timeline.slice_s * each as f64;
    lines.push(format!("{}┘", "─".repeat(columns.len())));
    lines.push(format!("a column is {column:.3} s, the top {top:.0} requests: █ served, ░ refused"));
    if let Some(limit) = limit {
        // A burst of a whole window's requests stands far above it, and is as it should be.
        lines.push(format!("┄ is the limit spread evenly: {limit:.1} a column"));
    }
    lines
}

/// One line of bars.
#[expect(clippy::cast_precision_loss, reason = "heights of bars")]
pub(super) fn spark(key: &KeyTimeline, width: usize) -> String {
    let (columns, _) = columns(key, width);
    let most = columns.iter().map(|column| column.admitted).max().unwrap_or_default().max(1);
    let draw = |column: &Slice| match column.admitted {
        0 if column.throttled > 0 => '░',
        0 => ' ',
        admitted => eighth(admitted as f64 / most as f64),
    };
    columns.iter().map(draw).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within 1 to 8")]
fn eighth(share: f64) -> char {
    let eighths = (share * 8.0).round().clamp(1.0, 8.0) as usize;
    EIGHTHS.get(eighths - 1).copied().unwrap_or('█')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_below_the_limit_and_refusals_above_them() {
        let slice = |admitted, throttled| Slice { admitted, throttled, other: 0 };
        let key =
            KeyTimeline { key: "k".into(), slices: vec![slice(8, 0), slice(0, 0), slice(2, 7), slice(0, 9)] };
        let timeline = Timeline { slice_s: 0.1, limit: Some(4.0), keys: vec![key.clone()] };
        let lines = draw(&timeline, &key, 40);
        assert_eq!(lines[..5], ["  ░░│", "█ ░░│", "█ ░░│", "█┄░░┤ limit", "█ █░│"]);
        assert_eq!(spark(&key, 40), "█ ▂░");
        assert_eq!(spark(&key, 2), "█▂");
        assert!(draw(&timeline, &KeyTimeline { key: String::new(), slices: Vec::new() }, 10).len() > 1);
    }
}
