//! The line that tells how a load goes on: redrawn each second on a terminal, now and then a line elsewhere.

use std::io::Write;

use crate::load::{Plan, Schedule};
use crate::model::{LoadModel, LoadPoint};

/// Where nobody watches a terminal: seconds between two lines.
const SELDOM: u64 = 10;
/// Columns of the bar, without its brackets.
const BAR: u64 = 10;
const SECOND: u64 = 1_000_000_000;
/// Takes a line away.
const CLEAR: &str = "\r\x1b[2K";

/// Where the line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Nowhere: the run is to be quiet.
    Nowhere,
    /// To a terminal, perhaps with colours.
    Terminal { colour: bool },
    /// To a file or a pipe, one line at intervals.
    Lines,
}

impl Way {
    pub(super) fn of(terminal: bool, quiet: bool, colour: bool) -> Self {
        match (quiet, terminal) {
            (true, _) => Self::Nowhere,
            (false, true) => Self::Terminal { colour },
            (false, false) => Self::Lines,
        }
    }
}

/// The line.
pub(super) struct Progress {
    way: Way,
    schedule: Schedule,
    scheduled: bool,
    sent: u64,
    drawn: bool,
}

impl Progress {
    pub(super) fn new(way: Way, plan: &Plan) -> Self {
        let scheduled = plan.model == LoadModel::Open;
        Self { way, schedule: plan.schedule.clone(), scheduled, sent: 0, drawn: false }
    }

    /// Tells of a second that is over; `columns` is the width that the terminal has now.
    pub(super) fn tell(&mut self, point: &LoadPoint, columns: usize, out: &mut dyn Write) {
        self.sent += point.counts.sent;
        let text = match self.way {
            Way::Nowhere => return,
            Way::Terminal { colour } => {
                // A terminal that is full to its last column may go to the next line by itself.
                let line = fitted(&self.parts(point), columns.saturating_sub(1), colour);
                self.drawn = true;
                format!("{CLEAR}{line}")
            }
            Way::Lines if (point.at_ms / 1_000 + 1).is_multiple_of(SELDOM) => {
                format!("{}\n", fitted(&self.parts(point)[1..], usize::MAX, false))
            }
            Way::Lines => return,
        };
        // Who does not see the line still gets the report.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Takes the line away, if one is there.
    pub(super) fn clear(&mut self, out: &mut dyn Write) {
        if std::mem::take(&mut self.drawn) {
            let _ = out.write_all(CLEAR.as_bytes()).and_then(|()| out.flush());
        }
    }

    /// What there is to tell, in the order of the line; the bar comes first.
    fn parts(&self, point: &LoadPoint) -> [Part; 9] {
        let counts = &point.counts;
        let second = point.at_ms / 1_000;
        let planned =
            u64::try_from(self.schedule.length().as_millis()).unwrap_or(u64::MAX).div_ceil(1_000).max(1);
        let done = (second + 1).min(planned);
        let full = done.saturating_mul(BAR) / planned;
        let bar: String = (0..BAR).map(|at| if at < full { '#' } else { '-' }).collect();
        let target = if self.scheduled {
            let due = |second: u64| self.schedule.due_before(second.saturating_mul(SECOND));
            format!("{}/s of {}/s", counts.sent, due(second + 1) - due(second))
        } else {
            format!("{}/s", counts.sent)
        };
        let few = |count: u64, word: &str| if count > 0 { format!("{count} {word}") } else { String::new() };
        let joined = |texts: &[String]| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
            texts.join(" ")
        };
        let bad = [few(counts.contract_broken, "broken"), few(counts.transport, "failed")];
        let lost = [few(counts.dropped, "dropped"), few(counts.missed, "missed")];
        let seen = [few(counts.admitted, "admitted"), few(counts.error, "error")];
        let ms = |micros: u64| format!("{:.1}", micros as f64 / 1e3);
        let answered = counts.ended() > counts.transport;
        let times = |text: String| if answered { text } else { String::new() };
        [
            Part::new(7, "", format!("[{bar}]")),
            Part::new(0, "", format!("{done}/{planned} s")),
            Part::new(1, "", target),
            Part::new(3, "32", joined(&seen)),
            Part::new(4, "33", few(counts.throttled, "throttled")),
            Part::new(2, "31", joined(&bad)),
            Part::new(3, "33", joined(&lost)),
            Part::new(5, "", times(format!("p50 {} p99 {} ms", ms(point.p50_us), ms(point.p99_us)))),
            Part::new(6, "", format!("{} in flight, {} sent", point.in_flight_max, self.sent)),
        ]
    }
}

/// A part of the line.
struct Part {
    /// The greater, the sooner it is left out.
    rank: u8,
    /// What a terminal is told before it; empty for its own colour.
    colour: &'static str,
    text: String,
}

impl Part {
    fn new(rank: u8, colour: &'static str, text: String) -> Self {
        Self { rank, colour, text }
    }
}

/// The parts in a line of so many columns; what matters least is left out until the rest fits.
fn fitted(parts: &[Part], columns: usize, colour: bool) -> String {
    let mut kept: Vec<&Part> = parts.iter().filter(|part| !part.text.is_empty()).collect();
    // All of the text is ASCII: a byte is a column.
    let length =
        |kept: &[&Part]| kept.iter().map(|part| part.text.len() + 2).sum::<usize>().saturating_sub(2);
    while kept.len() > 1 && length(&kept) > columns {
        let Some((least, _)) = kept.iter().enumerate().max_by_key(|(_, part)| part.rank) else { break };
        kept.remove(least);
    }
    let painted = kept.iter().map(|part| {
        let text = part.text.get(..columns.min(part.text.len())).unwrap_or_default();
        match part.colour {
            code if colour && !code.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    });
    painted.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::Stage;
    use crate::model::LoadCounts;
    use crate::threshold::Rate;

    fn progress(way: Way) -> Progress {
        let stage = Stage::constant(Rate { requests: 50, nanos: SECOND }, Duration::from_millis(19_500));
        Progress { way, schedule: Schedule::new(&[stage]).unwrap(), scheduled: true, sent: 0, drawn: false }
    }

    fn point(second: u64) -> LoadPoint {
        let counts = LoadCounts {
            sent: 48,
            admitted: 30,
            throttled: 15,
            transport: 3,
            missed: 2,
            ..LoadCounts::default()
        };
        LoadPoint {
            at_ms: second * 1_000,
            counts,
            in_flight_max: 4,
            p50_us: 1_250,
            p99_us: 9_800,
            ..LoadPoint::default()
        }
    }

    fn told(progress: &mut Progress, second: u64, columns: usize) -> String {
        let mut out = Vec::new();
        progress.tell(&point(second), columns, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_wide_terminal_shows_everything() {
        let line = told(&mut progress(Way::Terminal { colour: false }), 9, 200);
        let expected = "[#####-----]  10/20 s  48/s of 50/s  30 admitted  15 throttled  3 failed  2 missed  \
                        p50 1.2 p99 9.8 ms  4 in flight, 48 sent";
        assert_eq!(line, format!("{CLEAR}{expected}"));
    }

    #[test]
    fn no_width_makes_the_line_wrap_and_what_matters_stays() {
        for columns in 0..200 {
            let line = told(&mut progress(Way::Terminal { colour: false }), 9, columns);
            let shown = line.strip_prefix(CLEAR).unwrap();
            assert!(shown.len() <= columns.saturating_sub(1), "{columns}: {shown}");
        }
        let narrow = told(&mut progress(Way::Terminal { colour: false }), 9, 40);
        assert_eq!(narrow, format!("{CLEAR}10/20 s  48/s of 50/s  3 failed"));
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let painted = told(&mut progress(Way::Terminal { colour: true }), 0, 120);
        let plain = told(&mut progress(Way::Terminal { colour: false }), 0, 120);
        assert!(painted.contains("\x1b[31m3 failed\x1b[0m"), "{painted:?}");
        let bare = ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"]
            .iter()
            .fold(painted, |text, code| text.replace(code, ""));
        assert_eq!(bare, plain);
    }

    #[test]
    fn elsewhere_there_is_a_line_every_ten_seconds_and_none_if_quiet() {
        let (mut lines, mut quiet) = (progress(Way::Lines), progress(Way::Nowhere));
        let all: String = (0..21).map(|second| told(&mut lines, second, 40)).collect();
        let heads: Vec<&str> = all.lines().filter_map(|line| line.split("  ").next()).collect();
        assert_eq!(heads, ["10/20 s", "20/20 s"]);
        assert!(!all.contains('\x1b') && all.ends_with("960 sent\n"), "{all}");
        assert_eq!((0..21).map(|second| told(&mut quiet, second, 40)).collect::<String>(), "");
        let mut out = Vec::new();
        lines.clear(&mut out);
        assert!(out.is_empty(), "nothing is taken away where nothing was drawn");
    }
}
