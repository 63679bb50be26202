//! Where a value stands on an axis, and which values are written beside it.

/// Decades that values must span before an axis is logarithmic.
const DECADES: f64 = 1.7;
/// Steps of a time axis in seconds.
const TIMES: [f64; 22] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0,
    7_200.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0, 604_800.0,
];

/// An axis: its domain, its ticks, and whether equal distances are equal factors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    log: bool,
    /// The values that are written beside it, ascending.
    pub(super) ticks: Vec<f64>,
}

/// Zero for what is no number, so that nothing can draw itself out of the picture.
fn sound(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

impl Scale {
    /// From 0 to a round number at or above `greatest`, in about `wanted` steps.
    pub(super) fn from_zero(greatest: f64, wanted: usize) -> Self {
        let greatest = sound(greatest).max(0.0);
        let greatest = if greatest > 0.0 { greatest } else { 1.0 };
        let step = nice_step(greatest / wanted.max(1) as f64);
        let count = (greatest / step - 1e-9).ceil().max(1.0);
        let ticks = (0..=count as usize).map(|number| number as f64 * step).collect();
        Self { low: 0.0, high: count * step, log: false, ticks }
    }

    /// The same for what is counted: no tick stands between two whole numbers.
    pub(super) fn of_counts(greatest: f64, wanted: usize) -> Self {
        let scale = Self::from_zero(greatest.max(1.0), wanted);
        let ticks = scale.ticks.iter().copied().filter(|tick| tick.fract() == 0.0).collect();
        Self { ticks, ..scale }
    }

    /// From `low` to `high`, both above 0: whole decades, or halves and fifths of them where there are few.
    pub(super) fn log(low: f64, high: f64) -> Self {
        let low = sound(low).max(f64::MIN_POSITIVE);
        let high = sound(high).max(low);
        let steps: &[f64] = if (high / low).log10() > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let first = low.log10().floor() as i32;
        let last = high.log10().ceil() as i32;
        let all: Vec<f64> = (first..=last.min(first + 320))
            .flat_map(|decade| steps.iter().map(move |step| step * 10_f64.powi(decade)))
            .collect();
        // The domain ends at ticks, so that the ends are written.
        let from = all.iter().copied().filter(|tick| *tick <= low * (1.0 + 1e-9)).fold(f64::NAN, f64::max);
        let to = all.iter().copied().filter(|tick| *tick >= high * (1.0 - 1e-9)).fold(f64::NAN, f64::min);
        let (from, to) = (if from.is_nan() { low } else { from }, if to.is_nan() { high } else { to });
        let to = if to > from { to } else { from * 10.0 };
        let ticks: Vec<f64> = all.into_iter().filter(|tick| (from..=to).contains(tick)).collect();
        let skip = ticks.len().div_ceil(8);
        let ticks = ticks.into_iter().step_by(skip.max(1)).collect();
        Self { low: from, high: to, log: true, ticks }
    }

    /// Logarithmic if the values span so much that a linear axis would hide the small ones; else from 0.
    pub(super) fn fitting(values: impl Iterator<Item = f64>, wanted: usize) -> Self {
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for value in values.map(sound).filter(|value| *value > 0.0) {
            (low, high) = (low.min(value), high.max(value));
        }
        if high > 0.0 && (high / low).log10() > DECADES {
            Self::log(low, high)
        } else {
            Self::from_zero(high, wanted)
        }
    }

    /// Time from 0 to `seconds`, with ticks at the times that people count in.
    pub(super) fn time(seconds: f64, wanted: usize) -> Self {
        let high = sound(seconds).max(0.1);
        let least = high / wanted.max(1) as f64;
        let step = TIMES.iter().copied().find(|step| *step >= least).unwrap_or_else(|| nice_step(least));
        let count = (high / step + 1e-9).floor();
        Self { low: 0.0, high, log: false, ticks: (0..=count as usize).map(|n| n as f64 * step).collect() }
    }

    /// The tail of a distribution: from 0 to the share `greatest` of all values, each further nine as wide as the one
    /// before it. Ticks are shares.
    pub(super) fn tail(greatest: f64) -> Tail {
        let nines = nines(sound(greatest).clamp(0.9, 0.999_999_9));
        let all = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999_99, 0.999_999];
        Tail { nines, ticks: all.into_iter().filter(|share| self::nines(*share) <= nines + 1e-9).collect() }
    }

    /// Whether equal distances are equal factors.
    pub(super) fn is_log(&self) -> bool {
        self.log
    }

    /// The upper end.
    pub(super) fn high(&self) -> f64 {
        self.high
    }

    /// Where a value stands between the ends, from 0 to 1; what is beyond an end stands at it.
    pub(super) fn place(&self, value: f64) -> f64 {
        let value = sound(value);
        let place = if self.log {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        sound(place).clamp(0.0, 1.0)
    }
}

/// The axis of a percentile curve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tail {
    nines: f64,
    /// The shares that are written below it.
    pub(super) ticks: Vec<f64>,
}

impl Tail {
    /// Where a share stands, from 0 to 1.
    pub(super) fn place(&self, share: f64) -> f64 {
        (nines(share) / self.nines).clamp(0.0, 1.0)
    }

    /// The shares at `count` equal distances, the ends included.
    pub(super) fn shares(&self, count: usize) -> impl Iterator<Item = f64> {
        let (nines, last) = (self.nines, count.saturating_sub(1).max(1) as f64);
        (0..count).map(move |number| 1.0 - 10_f64.powf(-nines * number as f64 / last))
    }
}

/// How many nines a share has: 0.9 has one, 0.99 two.
fn nines(share: f64) -> f64 {
    -(1.0 - share.clamp(0.0, 1.0 - 1e-12)).log10()
}

/// 1, 2 or 5 times a power of ten, at or above `least`.
fn nice_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let times =
        [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= least * (1.0 - 1e-9)).unwrap_or(10.0);
    times * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_greatest_value() {
        for (greatest, ticks) in [
            (0.0, vec![0.0, 0.5, 1.0]),
            (7.0, vec![0.0, 5.0, 10.0]),
            (100.0, vec![0.0, 50.0, 100.0]),
            (101.0, vec![0.0, 100.0, 200.0]),
            (f64::NAN, vec![0.0, 0.5, 1.0]),
        ] {
            assert_eq!(Scale::from_zero(greatest, 2).ticks, ticks, "{greatest}");
        }
        assert_eq!(Scale::of_counts(1.0, 4).ticks, [0.0, 1.0], "there is no half request");
        for greatest in [1e-9, 0.3, 1.0, 1234.5, u64::MAX as f64, f64::MAX / 10.0] {
            let scale = Scale::from_zero(greatest, 4);
            assert!(
                scale.high() >= greatest && (2..=7).contains(&scale.ticks.len()),
                "{greatest}: {scale:?}"
            );
        }
    }

    #[test]
    fn places_stay_between_the_ends() {
        let scale = Scale::from_zero(100.0, 4);
        let places = [-5.0, 0.0, 50.0, 100.0, 1e300, f64::NAN, f64::INFINITY].map(|value| scale.place(value));
        assert_eq!(places, [0.0, 0.0, 0.5, 1.0, 1.0, 0.0, 0.0]);
        let scale = Scale::log(1.0, 100.0);
        assert_eq!([0.0, 1.0, 10.0, 100.0].map(|value| scale.place(value)), [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn few_decades_have_more_ticks_and_many_have_fewer() {
        assert_eq!(Scale::log(1.0, 10.0).ticks, [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(Scale::log(3.0, 3.0).ticks.first(), Some(&2.0));
        for (low, high) in [(1.0, 1e19), (f64::MIN_POSITIVE, f64::MAX), (0.0, 0.0), (5.0, 1.0)] {
            let scale = Scale::log(low, high);
            assert!((1..=8).contains(&scale.ticks.len()), "{low} {high}: {scale:?}");
            assert!(scale.place(high).is_finite());
        }
    }

    #[test]
    fn an_axis_is_logarithmic_where_small_values_would_vanish() {
        assert!(!Scale::fitting([1.0, 20.0].into_iter(), 4).is_log());
        assert!(Scale::fitting([1.0, 200.0].into_iter(), 4).is_log());
        assert!(!Scale::fitting([0.0, 0.0].into_iter(), 4).is_log(), "zeros have no logarithm");
        assert!(!Scale::fitting(std::iter::empty(), 4).is_log());
    }

    #[test]
    fn times_are_those_that_people_count_in() {
        assert_eq!(Scale::time(15.0, 6).ticks, [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(Scale::time(100.0, 6).ticks, [0.0, 30.0, 60.0, 90.0]);
        assert_eq!(Scale::time(0.0, 6).high(), 0.1);
        assert!(Scale::time(1e15, 6).ticks.len() <= 8);
    }

    #[test]
    fn the_tail_widens_what_is_rare() {
        let tail = Scale::tail(0.999);
        assert_eq!(tail.ticks, [0.0, 0.5, 0.9, 0.99, 0.999]);
        let places = [0.0, 0.9, 0.99, 0.999, 1.0].map(|share| tail.place(share));
        for (place, expected) in places.iter().zip([0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 1.0]) {
            assert!((place - expected).abs() < 1e-9, "{places:?}");
        }
        let shares: Vec<f64> = tail.shares(4).collect();
        assert!(shares[0] == 0.0 && (shares[3] - 0.999).abs() < 1e-9);
        assert_eq!(Scale::tail(f64::NAN).ticks, [0.0, 0.5, 0.9], "of nothing there is a short axis");
    }
}
