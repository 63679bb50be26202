//! Whether a bound holds for what was measured.

use super::{Metric, Threshold, Unit};
use crate::model::LoadCounts;

/// What was measured, over a run or a window.
#[derive(Clone, Copy)]
pub struct Figures<'a> {
    /// The counts.
    pub counts: LoadCounts,
    /// Its length in seconds.
    pub seconds: f64,
    /// A percentile of the latency in microseconds; `None` if there was no answer.
    pub latency: &'a dyn Fn(f64) -> Option<u64>,
    /// The mean latency in microseconds.
    pub mean: Option<u64>,
}

/// A measured value with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.value;
        match self.unit {
            Unit::Micros if value < 1_000.0 => write!(f, "{value:.0}us"),
            Unit::Micros if value < 1_000_000.0 => write!(f, "{:.1}ms", value / 1e3),
            Unit::Micros => write!(f, "{:.2}s", value / 1e6),
            Unit::Count => write!(f, "{value:.0}"),
            Unit::Percent => write!(f, "{value:.2}%"),
            Unit::PerSecond => write!(f, "{value:.1}/s"),
        }
    }
}

impl Threshold {
    /// What was measured of it; `None` if nothing was.
    pub fn measure(&self, figures: &Figures<'_>) -> Option<Measured> {
        let LoadCounts {
            sent,
            admitted,
            error,
            contract_broken,
            transport,
            late,
            dropped,
            missed,
            refused,
            ..
        } = figures.counts;
        let ended = figures.counts.ended();
        let (count, of) = match self.metric {
            Metric::Latency(percent) => return self.value((figures.latency)(percent)? as f64),
            Metric::Mean => return self.value(figures.mean? as f64),
            Metric::Rate => {
                return (figures.seconds > 0.0)
                    .then(|| sent as f64 / figures.seconds)
                    .and_then(|it| self.value(it));
            }
            Metric::Goodput => {
                return (figures.seconds > 0.0)
                    .then(|| admitted as f64 / figures.seconds)
                    .and_then(|it| self.value(it));
            }
            Metric::Sent => (sent, sent + dropped + missed),
            Metric::Admitted => (admitted, ended),
            Metric::Throttled => (refused, ended),
            Metric::Errors => (error + transport, ended),
            Metric::Transport => (transport, ended),
            Metric::ContractViolations => (contract_broken, ended),
            Metric::Late => (late, sent + dropped + missed),
            Metric::Dropped => (dropped, sent + dropped + missed),
            Metric::Missed => (missed, sent + dropped + missed),
        };
        match self.unit {
            // A share of nothing is no share; a window without requests has none of them in it.
            Unit::Percent if of == 0 => None,
            Unit::Percent => self.value(count as f64 * 100.0 / of as f64),
            _ if of == 0 && self.window.is_none() => None,
            _ => self.value(count as f64),
        }
    }

    fn value(&self, value: f64) -> Option<Measured> {
        Some(Measured { value, unit: self.unit })
    }

    /// How far a value is off; 0 if it keeps the bound.
    pub fn distance(&self, measured: Measured) -> f64 {
        self.bound.distance(measured.value)
    }

    /// Whether a bound that is broken now is broken for good: what is counted does not get less.
    pub fn is_final(&self, measured: Measured) -> bool {
        use super::Bound::{AtMost, Below, Between, Equal};
        let counts = self.unit == Unit::Count && self.window.is_none();
        counts
            && match self.bound {
                Below(bound) => measured.value >= bound,
                AtMost(bound) | Equal(bound) | Between(_, bound) => measured.value > bound,
                _ => false,
            }
    }

    /// Whether it tells of the generator as much as of the target: with a generator that did not keep up it proves
    /// nothing when it is broken.
    pub fn needs_a_good_generator(&self) -> bool {
        !matches!(self.metric, Metric::ContractViolations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threshold::parse;

    #[test]
    fn bounds_are_compared_with_what_was_measured() {
        let counts = LoadCounts {
            sent: 1_000,
            admitted: 850,
            throttled: 90,
            refused: 100,
            error: 5,
            contract_broken: 50,
            transport: 5,
            dropped: 250,
            ..LoadCounts::default()
        };
        let figures = Figures { counts, seconds: 2.0, latency: &|_| Some(1_500), mean: Some(900) };
        for (text, holds, actual) in [
            ("p99 < 2ms", true, "1.5ms"),
            ("max <= 1499us", false, "1.5ms"),
            ("mean < 900us", false, "900us"),
            ("throttled <= 10%", true, "10.00%"),
            ("throttled == 100", true, "100"),
            ("errors < 1%", false, "1.00%"),
            ("contract_violations == 0", false, "50"),
            ("rate >= 500/s", true, "500.0/s"),
            ("goodput > 425/s", false, "425.0/s"),
            ("dropped <= 20%", true, "20.00%"),
            ("admitted between 850 and 850", true, "850"),
        ] {
            let threshold = parse(text).unwrap();
            let measured = threshold.measure(&figures).unwrap();
            assert_eq!(
                (threshold.bound.holds(measured.value), measured.to_string().as_str()),
                (holds, actual),
                "{text}"
            );
            assert_eq!(threshold.distance(measured) == 0.0, holds, "{text}");
        }
        let nothing = Figures { counts: LoadCounts::default(), latency: &|_| None, mean: None, ..figures };
        assert_eq!(parse("throttled < 10%").unwrap().measure(&nothing), None);
        assert_eq!(parse("contract_violations == 0").unwrap().measure(&nothing), None);
    }

    #[test]
    fn only_what_cannot_get_better_is_final() {
        let is_final = |text: &str, value: f64| {
            let threshold = parse(text).unwrap();
            threshold.is_final(Measured { value, unit: threshold.unit })
        };
        assert!(is_final("contract_violations == 0", 1.0) && is_final("sent < 5", 5.0));
        assert!(!is_final("throttled <= 10%", 90.0) && !is_final("admitted >= 5", 1.0));
    }
}
