//! What stands between a plan and what happens: the way there and back, and timers that ring late.

use std::cell::Cell;
use std::time::Duration;

/// How far the server is, and how late the machine wakes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// Shortest time of one way.
    pub way: Duration,
    /// What is added to it, half of this on average, and a few times more now and then.
    pub jitter: Duration,
    /// Whether other processes keep the machine busy.
    pub busy: bool,
}

impl Conditions {
    /// A server on the same machine.
    pub const LOOPBACK: Self =
        Self { way: Duration::from_micros(80), jitter: Duration::from_micros(120), busy: false };
    /// A server some hundred kilometres away.
    pub const NEAR: Self =
        Self { way: Duration::from_micros(4_500), jitter: Duration::from_millis(1), busy: false };
}

/// Draws from a seed (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug)]
pub(super) struct Noise {
    state: Cell<u64>,
    conditions: Conditions,
}

impl Noise {
    pub(super) fn new(seed: u64, conditions: Conditions) -> Self {
        Self { state: Cell::new(seed ^ 0x746f_6c6c_6761_7465), conditions }
    }

    fn next(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number from 0 up to 1.
    pub(super) fn part(&self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / 4_294_967_296.0
    }

    /// One way between the machine and the server.
    pub(super) fn way(&self) -> Duration {
        let rare = self.part() < 0.01;
        let jitter = self.conditions.jitter.mul_f64(self.part());
        self.conditions.way + if rare { jitter * 8 } else { jitter }
    }

    /// How late a sleeping thread is woken: 0.08 ms mostly, 3 ms once in a hundred times, 12 ms at worst; on a busy
    /// machine 5 ms, 26 ms and 45 ms (measured on two cores under Linux).
    pub(super) fn lateness(&self) -> Duration {
        let (mostly, hundredth, worst) =
            if self.conditions.busy { (5.0, 26.0, 45.0) } else { (0.08, 3.3, 12.0) };
        let (which, within) = (self.part(), self.part());
        let millis = match which {
            w if w < 0.90 => mostly * (0.5 + within),
            w if w < 0.99 => mostly * 1.5 + (hundredth * 0.3 - mostly * 1.5).max(0.0) * within,
            w if w < 0.999 => hundredth * (0.5 + within / 2.0),
            _ => hundredth + (worst - hundredth) * within,
        };
        Duration::from_secs_f64(millis / 1_000.0)
    }

    /// Time between two bytes that one thread releases one after the other.
    pub(super) fn release(&self) -> Duration {
        Duration::from_nanos(8_000).mul_f64(0.5 + self.part())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_as_it_was_measured() {
        for (busy, median, ninety_ninth) in [(false, 0.08, 3.3), (true, 5.0, 26.0)] {
            let noise = Noise::new(7, Conditions { busy, ..Conditions::LOOPBACK });
            let mut late: Vec<f64> = (0..20_000).map(|_| noise.lateness().as_secs_f64() * 1_000.0).collect();
            late.sort_by(f64::total_cmp);
            let (half, p99) = (late[10_000], late[19_800]);
            assert!((half / median - 1.0).abs() < 0.3, "{half}");
            assert!(p99 > ninety_ninth * 0.2 && p99 < ninety_ninth * 1.1, "{p99}");
        }
    }
}
