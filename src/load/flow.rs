//! What was sent when and what became of it, in short stretches of time: the ground of windows. Pure.

use std::collections::VecDeque;

/// Most windows that a report lists.
const LISTED: usize = 3_600;

/// Counts of a stretch, by the time of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flow {
    pub(super) sent: u32,
    pub(super) admitted: u32,
    pub(super) throttled: u32,
    /// Ended in another way.
    pub(super) other: u32,
}

impl Flow {
    fn add(&mut self, other: Self) {
        self.sent = self.sent.saturating_add(other.sent);
        self.admitted = self.admitted.saturating_add(other.admitted);
        self.throttled = self.throttled.saturating_add(other.throttled);
        self.other = self.other.saturating_add(other.other);
    }

    /// Whether everything that was sent has ended.
    fn is_over(self) -> bool {
        self.sent == self.admitted + self.throttled + self.other
    }
}

/// The stretches that something happened in.
#[derive(Debug)]
pub(super) struct Flows {
    /// Length of a stretch in nanoseconds.
    width: u64,
    changed: Vec<(u64, Flow)>,
}

impl Flows {
    pub(super) fn new(width: u64) -> Self {
        Self { width: width.max(1), changed: Vec::new() }
    }

    /// The stretch of a time in nanoseconds since the start.
    pub(super) fn at(&mut self, nanos: u64) -> &mut Flow {
        let stretch = nanos / self.width;
        // What happens belongs to the last stretches, seldom to an older one.
        let at = match self.changed.iter().rposition(|(known, _)| *known == stretch) {
            Some(at) => at,
            None => {
                self.changed.push((stretch, Flow::default()));
                self.changed.len() - 1
            }
        };
        &mut self.changed[at].1
    }
}

/// The length of stretches that makes up all of these windows, in milliseconds: a hundredth of the least where that is a
/// whole number.
pub(super) fn width(windows: impl IntoIterator<Item = u64>) -> u64 {
    let common =
        windows.into_iter().filter(|window| *window > 0).fold(0, |common, window| gcd(window, common));
    match common {
        0 => 100,
        common if common % 100 == 0 => common / 100,
        common if common % 10 == 0 => common / 10,
        common => common,
    }
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// A whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Window {
    /// Its begin in milliseconds since the start.
    pub(super) at_ms: u64,
    pub(super) sent: u64,
    pub(super) admitted: u64,
    pub(super) throttled: u64,
    pub(super) other: u64,
}

impl Window {
    fn add(&mut self, flow: Flow) {
        self.sent += u64::from(flow.sent);
        self.admitted += u64::from(flow.admitted);
        self.throttled += u64::from(flow.throttled);
        self.other += u64::from(flow.other);
    }
}

/// Windows of one length, one after the other.
#[derive(Debug)]
struct Row {
    /// Stretches of a window.
    length: u64,
    /// The one that is not whole yet, and how many stretches it has.
    open: (Window, u64),
    /// The last stretches, for the most that were admitted within as many of them.
    last: VecDeque<u32>,
    within: u64,
    most: u64,
    listed: Vec<Window>,
    seen: u64,
    /// Windows that are whole and were not looked at yet.
    fresh: Vec<Window>,
}

/// All stretches in order, as far as they are known, and the windows they make up. Its memory is bounded: a stretch is
/// forgotten once everything sent in it has ended, and the list of windows ends after an hour of seconds.
#[derive(Debug)]
pub(super) struct Windows {
    /// Length of a stretch in milliseconds.
    width: u64,
    /// The first stretch that is still open.
    first: u64,
    open: VecDeque<Flow>,
    rows: Vec<Row>,
}

impl Windows {
    /// Windows of these lengths in milliseconds, each a multiple of `width`.
    pub(super) fn new(width: u64, lengths: &[u64]) -> Self {
        let row = |length: &u64| Row {
            length: (length / width.max(1)).max(1),
            open: (Window::default(), 0),
            last: VecDeque::new(),
            within: 0,
            most: 0,
            listed: Vec::new(),
            seen: 0,
            fresh: Vec::new(),
        };
        Self { width, first: 0, open: VecDeque::new(), rows: lengths.iter().map(row).collect() }
    }

    /// Takes in what a thread saw.
    pub(super) fn add(&mut self, flows: &Flows) {
        for (stretch, flow) in &flows.changed {
            // What ends after its stretch was closed for being too old is counted elsewhere.
            let Some(at) = stretch.checked_sub(self.first).and_then(|at| usize::try_from(at).ok()) else {
                continue;
            };
            if at >= self.open.len() {
                self.open.resize(at + 1, Flow::default());
            }
            if let Some(open) = self.open.get_mut(at) {
                open.add(*flow);
            }
        }
    }

    /// Closes what lies before `known` (all threads have told what happened until then) and is over, and everything
    /// before `old`, in milliseconds since the start.
    pub(super) fn close(&mut self, known: u64, old: u64) {
        let (known, old) = (known / self.width.max(1), old / self.width.max(1));
        while self.first < known {
            let flow = self.open.front().copied().unwrap_or_default();
            if !flow.is_over() && self.first >= old {
                return;
            }
            self.open.pop_front();
            let at_ms = self.first * self.width;
            self.rows.iter_mut().for_each(|row| row.feed(at_ms, flow));
            self.first += 1;
        }
    }

    /// The windows of a length, by its place, that became whole since the last look.
    pub(super) fn fresh(&mut self, row: usize) -> Vec<Window> {
        self.rows.get_mut(row).map(|row| std::mem::take(&mut row.fresh)).unwrap_or_default()
    }

    /// The windows of a length, those that are listed; how many there were; and the most admitted within its length.
    pub(super) fn listed(&self, row: usize) -> (&[Window], u64, u64) {
        self.rows.get(row).map_or((&[], 0, 0), |row| (&row.listed, row.seen, row.most))
    }
}

impl Row {
    fn feed(&mut self, at_ms: u64, flow: Flow) {
        if self.open.1 == 0 {
            self.open.0 = Window { at_ms, ..Window::default() };
        }
        self.open.0.add(flow);
        self.open.1 += 1;
        self.last.push_back(flow.admitted);
        self.within += u64::from(flow.admitted);
        if self.last.len() as u64 > self.length {
            self.within -= u64::from(self.last.pop_front().unwrap_or_default());
        }
        self.most = self.most.max(self.within);
        if self.open.1 == self.length {
            self.seen += 1;
            if self.listed.len() < LISTED {
                self.listed.push(self.open.0);
            }
            self.fresh.push(self.open.0);
            self.open.1 = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_made_up_of_stretches_whose_sends_have_ended() {
        let mut windows = Windows::new(10, &[20, 30]);
        let mut flows = Flows::new(10_000_000);
        for (at, admitted) in [(0, 1), (15, 2), (25, 4), (31, 1)] {
            let flow = flows.at(at * 1_000_000);
            (flow.sent, flow.admitted) = (admitted, admitted);
        }
        flows.at(31_000_000).sent += 1;
        windows.add(&flows);
        windows.close(60, 0);
        // The stretch at 30 ms has a request under way.
        let shown = |windows: &[Window]| {
            windows.iter().map(|window| (window.at_ms, window.admitted)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&windows.fresh(0)), [(0, 3)]);
        assert_eq!(shown(&windows.fresh(1)), [(0, 7)]);
        let mut late = Flows::new(10_000_000);
        late.at(31_000_000).throttled += 1;
        windows.add(&late);
        windows.close(60, 0);
        assert_eq!(shown(&windows.fresh(0)), [(20, 5), (40, 0)]);
        assert_eq!(windows.listed(0).1, 3);
        assert_eq!(windows.listed(0).2, 6, "from 10 to 30 ms");
    }

    #[test]
    fn a_stretch_that_never_ends_is_closed_when_it_is_old() {
        let mut windows = Windows::new(10, &[10]);
        let mut flows = Flows::new(10_000_000);
        flows.at(0).sent = 1;
        windows.add(&flows);
        windows.close(20, 0);
        assert!(windows.fresh(0).is_empty());
        windows.close(20, 10);
        assert_eq!(windows.fresh(0).len(), 2);
    }

    #[test]
    fn stretches_divide_all_windows() {
        assert_eq!(width([]), 100);
        assert_eq!(width([1_000]), 10);
        assert_eq!(width([60_000, 1_000]), 10);
        assert_eq!(width([60_000]), 600);
        assert_eq!(width([15, 10]), 5);
    }
}
