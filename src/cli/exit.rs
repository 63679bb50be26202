//! The exit codes, and how a run's verdict becomes one.

use crate::model::{Report, Verdict};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything judged, nothing failed.
    Success,
    /// Something failed.
    Failed,
    /// Wrong usage or a mistake in a file.
    Usage,
    /// Something could not be judged, and nothing failed.
    Inconclusive,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Success, Self::Failed, Self::Usage, Self::Inconclusive, Self::Interrupted];

    /// The number the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::Interrupted => 130,
        }
    }

    /// What it means, for the docs.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Success => "Everything was judged, and nothing failed.",
            Self::Failed => {
                "An expectation failed, a snapshot or the other target differs, a rule found something at or above `--fail-on`, a threshold of a load does not hold, or a kill matrix is below `--min-score` or has a false alarm."
            }
            Self::Usage => {
                "Wrong usage, or a scenario, contract or project file with mistakes. Nothing was sent."
            }
            Self::Inconclusive => {
                "Something could not be judged (the target was down, a 429 did not pass, a promise has not come due, a load generator did not keep up), or everything was skipped, and nothing failed."
            }
            Self::Interrupted => "Interrupted. The reports are whole as far as the run came.",
        }
    }

    /// The end of a run.
    pub fn of(report: &Report) -> Self {
        match report.summary.verdict {
            _ if report.interrupted => Self::Interrupted,
            Verdict::Pass => Self::Success,
            Verdict::Fail => Self::Failed,
            // A run that judged nothing proves nothing: a pipeline that lost its key must not stay green.
            Verdict::Inconclusive | Verdict::Skipped => Self::Inconclusive,
        }
    }
}
