//! What the prober remembers while it probes: the records, the keys' use, and what it has learned of the limit.

use std::time::Duration;

use super::log::{At, Other, Probe, Record};

/// Bursts shorter than this part of the window are taken to fit between two edges.
const NEGLIGIBLE: f64 = 0.001;
/// Windows up to here are always entered at an edge, since waiting for one costs little.
const SHORT: Duration = Duration::from_secs(10);
/// Part of the window that is let pass behind an edge.
const BEHIND_EDGE: f64 = 0.02;
/// Time beyond a window's silence, for whatever a server rounds up.
const SILENCE_MARGIN: Duration = Duration::from_millis(10);

/// What is known while probing.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Why the target is gone, if it is.
    pub(super) lost: Option<String>,
    /// Everything sent so far, in order of completion.
    pub(super) records: Vec<Record>,
    /// Probes that were left out or cut short.
    pub(super) undone: Vec<(Probe, String)>,
    /// Arrivals that were skipped because their time had passed, by probe and round.
    pub(super) missed: Vec<(Probe, u32, u64)>,
    /// Probes that have begun and not ended.
    pub(super) running: Vec<Probe>,
    /// Requests sent or about to be.
    pub(super) sent: u64,
    /// Connections opened.
    pub(super) connections: u32,
    /// Failures in a row, whatever the key.
    pub(super) failures: u32,
    /// The keys.
    pub(super) keys: Vec<KeyState>,
    /// Whether the target speaks the other version of HTTP, too.
    pub(super) other: Option<Other>,
    /// Median round trip.
    pub(super) rtt: Duration,
    /// Earliest wall time of the server at the prober's zero, since 1970.
    pub(super) server_zero: Option<Duration>,
    /// Requests in a window, declared or found.
    pub(super) limit: u64,
    /// The window, declared or found.
    pub(super) window: Duration,
    /// A moment at which a window was seen to begin.
    pub(super) edge: Option<At>,
    /// Whether an edge is being looked for right now.
    pub(super) calibrating: bool,
    /// Whether windows begin with a key's own requests, so that edges need not be met.
    pub(super) anchored: bool,
    /// Whether a key could not be exhausted one by one.
    pub(super) unlimited: bool,
    /// Why the request says nothing about a limit: it is refused without one.
    pub(super) unfit: Option<String>,
    /// Whether that may be because one by one took so long that the limit was not met: the server, or a limiter that
    /// delays, is slow.
    pub(super) slow: bool,
}

/// A key's use.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyState {
    /// Whether a probe has it.
    pub(super) busy: bool,
    /// When it was last used.
    pub(super) used: Option<At>,
    /// What its last refusal promised.
    pub(super) promise: Option<At>,
    /// Whether its day is used up.
    pub(super) spent: bool,
    /// Whether the request was ever served with it.
    pub(super) served: bool,
}

impl State {
    /// How long `count` requests one by one take.
    pub(super) fn burst(&self, count: u64) -> Duration {
        self.rtt.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Notes that none of so many requests one by one, in so much time, was refused.
    pub(super) fn not_refused(&mut self, sent: u64, took: Duration) {
        self.unlimited = true;
        // A bucket of the limit's size lets so many pass: sent <= limit * (1 + took / window).
        let beyond = u128::from(sent.saturating_sub(self.limit));
        self.slow = beyond * self.window.as_nanos() <= u128::from(self.limit) * took.as_nanos();
    }

    /// A part of the window.
    pub(super) fn part(&self, of: f64) -> Duration {
        self.window.mul_f64(of)
    }

    /// The earliest moment at or after `now` at which a window has passed since a key was used, and what its last
    /// refusal promised. Where exact counts do not matter the key is then as good as whole.
    pub(super) fn rested_at(&self, key: usize, now: At) -> At {
        let state = self.keys.get(key).cloned().unwrap_or_default();
        let Some(used) = state.used else { return now };
        let latest = used + self.window.saturating_mul(20);
        let promised = state.promise.filter(|at| *at <= latest).unwrap_or_default();
        (used + self.window + SILENCE_MARGIN).max(promised).max(now)
    }

    /// The earliest moment at or after `now` at which a key is whole, and a burst from it meets no edge.
    ///
    /// A key that was never used is whole. Another one is after a window of silence, if windows begin with requests:
    /// a window has ended, a log is empty, a bucket is full. Where they may begin by the clock the moment is placed
    /// just behind an edge, and the silence spans a window from edge to edge, for a sliding counter looks back at
    /// that. As long as nothing is known, two windows of silence are enough for all of them.
    pub(super) fn whole_at(&self, key: usize, now: At) -> At {
        let state = self.keys.get(key).cloned().unwrap_or_default();
        let (window, behind) = (self.window, self.part(BEHIND_EDGE));
        if window.is_zero() {
            return now;
        }
        let negligible = self.burst(self.limit).as_secs_f64() < window.as_secs_f64() * NEGLIGIBLE;
        let Some(used) = state.used else {
            return match self.edge {
                Some(edge) if window <= SHORT || !negligible && !self.anchored => {
                    next_edge(edge, window, now) + behind
                }
                None if !negligible => self.by_date(now).unwrap_or(now),
                _ => now,
            };
        };
        let quiet = self.rested_at(key, now);
        match self.edge {
            None => (used + window * 2).max(quiet) + behind,
            Some(_) if self.anchored && window > SHORT => quiet,
            Some(edge) => next_edge(edge, window, quiet.max(used + window + self.blur())) + behind,
        }
    }

    /// How long before it was seen an edge may have been: a counter that slides admits the first request a share of
    /// the window later, and promises are whole seconds of samples a tenth of a second apart.
    fn blur(&self) -> Duration {
        let share = self.window / u32::try_from(self.limit.max(1)).unwrap_or(u32::MAX);
        (share + Duration::from_millis(120)).min(self.window / 2)
    }

    /// The first moment from `from` on at which the server's clock, known to a second, is a little behind a multiple
    /// of the window. None if the window is too short for a clock of seconds.
    fn by_date(&self, from: At) -> Option<At> {
        let window = self.window;
        let zero = self.server_zero.filter(|_| window >= Duration::from_secs(10))?;
        let phase = (zero + from).as_nanos() % window.as_nanos();
        let phase = Duration::from_nanos(u64::try_from(phase).ok()?);
        let (low, high) = (self.part(BEHIND_EDGE), self.part(0.3));
        Some(if phase >= low && phase <= high { from } else { from + (window + low).saturating_sub(phase) })
    }

    /// Learns from a key that was whole at `start`, then exhausted, and admitted again at `admitted`. Only the first
    /// time tells anything: later bursts are placed behind an edge, and their promises are of whole seconds.
    pub(super) fn episode(&mut self, start: At, admitted: At) {
        if self.edge.is_some() {
            return;
        }
        let took = admitted.saturating_sub(start);
        let late = took.saturating_sub(self.window);
        self.anchored = took + self.rtt + SILENCE_MARGIN >= self.window && late <= Duration::from_millis(150);
        self.edge = Some(admitted);
    }
}

/// The first of the edges that lie whole windows from `edge` which is not before `from`.
fn next_edge(edge: At, window: Duration, from: At) -> At {
    if from <= edge {
        // Earlier edges are as good.
        let back = (edge - from).as_nanos() / window.as_nanos();
        return edge.saturating_sub(times(window, back));
    }
    let ahead = (from - edge).as_nanos().div_ceil(window.as_nanos());
    edge + times(window, ahead)
}

fn times(window: Duration, count: u128) -> Duration {
    window.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn state(window: Duration) -> State {
        State { limit: 20, window, keys: vec![KeyState::default()], ..State::default() }
    }

    #[test]
    fn edges_repeat_in_both_directions() {
        let at = Duration::from_millis;
        assert_eq!(next_edge(at(2_300), SECOND, at(2_300)), at(2_300));
        assert_eq!(next_edge(at(2_300), SECOND, at(2_301)), at(3_300));
        assert_eq!(next_edge(at(2_300), SECOND, at(7_000)), at(7_300));
        assert_eq!(next_edge(at(2_300), SECOND, at(1_000)), at(1_300));
        assert_eq!(next_edge(at(2_300), SECOND, at(100)), at(300));
    }

    #[test]
    fn a_used_key_is_whole_after_a_window_of_silence_and_behind_an_edge() {
        let mut state = state(SECOND);
        assert_eq!(state.whole_at(0, SECOND), SECOND);
        state.keys[0].used = Some(SECOND);
        assert!(state.whole_at(0, SECOND) >= SECOND * 3);
        state.edge = Some(Duration::from_millis(500));
        assert_eq!(state.whole_at(0, SECOND), Duration::from_millis(2_520));
        // Too close to the edge before to be sure that it was behind it.
        state.keys[0].used = Some(Duration::from_millis(1_450));
        assert_eq!(state.whole_at(0, SECOND), Duration::from_millis(3_520));
        state.keys[0].promise = Some(SECOND * 4);
        assert_eq!(state.whole_at(0, SECOND), Duration::from_millis(4_520));
    }

    #[test]
    fn a_long_window_that_begins_with_a_request_needs_no_edge() {
        let mut state = state(SECOND * 60);
        state.rtt = Duration::from_millis(50);
        state.server_zero = Some(SECOND * 20);
        // The server's clock stands at 21 s of a minute.
        assert_eq!(state.whole_at(0, SECOND), Duration::from_millis(41_200));
        let mut other = State { edge: None, ..state.clone() };
        state.episode(SECOND, SECOND * 61);
        assert!(state.anchored);
        assert_eq!(state.whole_at(0, SECOND * 70), SECOND * 70);
        other.episode(SECOND, SECOND * 31);
        assert!(!other.anchored);
        assert_eq!(other.whole_at(0, SECOND * 70), Duration::from_millis(92_200));
        other.episode(SECOND, SECOND * 61);
        assert!(
            !other.anchored && other.edge == Some(SECOND * 31),
            "an edge that was aimed at proves nothing"
        );
    }
}
