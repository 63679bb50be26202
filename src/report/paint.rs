//! Colours for the terminal, or none.

use crate::model::{Severity, Verdict};

/// What a piece of text is for; each has one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Passed.
    Good,
    /// Failed, or an error.
    Bad,
    /// In doubt, or a warning.
    Doubt,
    /// A note.
    Note,
    /// Names.
    Strong,
    /// Gutters and arrows.
    Frame,
    /// What may be overlooked.
    Dim,
    /// A line that is gone.
    Removed,
    /// What is gone of a line.
    RemovedWord,
    /// A line that is new.
    Added,
    /// What is new in a line.
    AddedWord,
}

impl Tone {
    /// The tone of a verdict.
    pub(super) fn of_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Fail => Self::Bad,
            Verdict::Inconclusive => Self::Doubt,
            Verdict::Skipped => Self::Dim,
        }
    }

    /// The tone of a severity.
    pub(super) fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Bad,
            Severity::Warning => Self::Doubt,
            Severity::Note => Self::Note,
        }
    }

    /// Its "select graphic rendition" parameters (ECMA-48, 8.3.117).
    fn parameters(self) -> &'static str {
        match self {
            Self::Good => "1;32",
            Self::Bad => "1;31",
            Self::Doubt => "1;33",
            Self::Note => "1;36",
            Self::Strong => "1",
            Self::Frame => "1;34",
            Self::Dim => "2",
            Self::Removed => "31",
            Self::RemovedWord => "1;7;31",
            Self::Added => "32",
            Self::AddedWord => "1;7;32",
        }
    }
}

/// Paints, or does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    /// Whether to paint at all.
    pub(super) colour: bool,
}

impl Paint {
    /// The text in that tone.
    pub(super) fn tone(self, tone: Tone, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", tone.parameters())
        } else {
            text.to_owned()
        }
    }
}
