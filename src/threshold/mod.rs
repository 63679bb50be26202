//! What is asked of a load run, as text: rates and bounds on what is measured. Pure.

mod check;
mod pace;
mod parse;
mod rate;

pub use check::{Figures, Measured};
pub use pace::{TestPlan, Think};
pub use parse::{Mistake, parse};
pub use rate::Rate;

use std::time::Duration;

/// What a bound is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// A percentile of the latency from the intended send, over all answers; 100 is the longest.
    Latency(f64),
    /// The mean of the latency.
    Mean,
    /// Requests sent.
    Sent,
    /// Admitted requests.
    Admitted,
    /// Throttled requests, whether or not the answer keeps the contract.
    Throttled,
    /// Answers of 400 and above that do not throttle and keep the contract, and exchanges without an answer.
    Errors,
    /// Exchanges without an answer.
    Transport,
    /// Answers about which a rule found an error.
    ContractViolations,
    /// Sends that were late.
    Late,
    /// Sends that were left out because too many requests were under way.
    Dropped,
    /// Sends that the generator missed.
    Missed,
    /// Requests sent per second.
    Rate,
    /// Admitted requests per second.
    Goodput,
}

/// In what a bound is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Micros,
    /// Things counted.
    Count,
    /// Per cent: of the exchanges that ended, or of the intended sends for late, dropped and missed ones.
    Percent,
    /// Per second.
    PerSecond,
}

/// What a measured value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Less.
    Below(f64),
    /// Not more.
    AtMost(f64),
    /// More.
    Above(f64),
    /// Not less.
    AtLeast(f64),
    /// The same.
    Equal(f64),
    /// Another one.
    NotEqual(f64),
    /// From the one to the other, both included.
    Between(f64, f64),
}

impl Bound {
    /// Whether a value keeps it.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Below(bound) => value < bound,
            Self::AtMost(bound) => value <= bound,
            Self::Above(bound) => value > bound,
            Self::AtLeast(bound) => value >= bound,
            Self::Equal(bound) => value == bound,
            Self::NotEqual(bound) => value != bound,
            Self::Between(least, most) => least <= value && value <= most,
        }
    }

    /// How far a value is off; 0 if it keeps the bound.
    fn distance(self, value: f64) -> f64 {
        let to = match self {
            _ if self.holds(value) => return 0.0,
            Self::Below(bound) | Self::AtMost(bound) | Self::Above(bound) | Self::AtLeast(bound) => bound,
            Self::Equal(bound) | Self::NotEqual(bound) => bound,
            Self::Between(least, most) => {
                if value < least {
                    least
                } else {
                    most
                }
            }
        };
        (value - to).abs() + f64::EPSILON
    }
}

/// A bound on what is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The bound as it was written.
    pub text: String,
    /// What it is about.
    pub metric: Metric,
    /// In what it is measured.
    pub unit: Unit,
    /// The length of the windows it holds for, each of them; the whole run if there is none.
    pub window: Option<Duration>,
    /// What must be.
    pub bound: Bound,
    /// Whether the run ends as soon as it is surely broken.
    pub abort: bool,
    /// The file, the line and the column it stands at; empty and 0 if it comes from the command line.
    pub place: (String, u32, u32),
}
