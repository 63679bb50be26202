//! How two texts differ, line by line, as data: reports draw it, and the JSON report carries it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The differences of two texts, with a few equal lines around each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// The lines in order; what was removed stands above what was put in its place.
    pub lines: Vec<DiffLine>,
}

/// One line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffLine {
    /// What became of the line.
    pub kind: DiffKind,
    /// Its number in the old text, from 1; none if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<u32>,
    /// Its number in the new text, from 1; none if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u32>,
    /// The text of the line in pieces; of a gap, what is left out in words. A long line is shortened around what
    /// changed, `…` standing for the rest.
    pub parts: Vec<DiffPart>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DiffKind {
    /// It is in both texts.
    Context,
    /// It is in the old text only.
    Removed,
    /// It is in the new text only.
    Added,
    /// Lines are left out here.
    Gap,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffPart {
    /// The text.
    pub text: String,
    /// Whether this is what changed within a line of which the rest stayed. In a line that is wholly other, nothing is
    /// marked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

impl DiffLine {
    /// The whole text of the line.
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}
