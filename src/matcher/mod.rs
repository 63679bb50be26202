//! Matchers: what a check may say about one JSON value.
//!
//! A check is a mapping of matchers that must all hold (`{ starts_with: req_, length: 12 }`) or a literal, which
//! means `equals`. Inside `not`, `each`, `any` and partial objects the same is written: a mapping whose keys are
//! **all** matcher names is a mapping of matchers, everything else is a literal; `equals:` compares with a
//! mapping that looks like matchers.

mod argument;
mod equality;
mod kept;
mod list;
mod number;
mod pattern;
mod shape;
mod show;
mod table;
mod text;

pub use argument::{check_argument, check_partial};
pub(crate) use kept::Kept;
pub use pattern::{Fault, partial};
pub use show::{quoted, typed};
pub use table::{MATCHERS, MatcherInfo, info, kind_of};

use serde_json::Value;

use crate::model::MatcherKind;

/// Why a value does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was asked for: `starts with "req_"`.
    pub expected: String,
    /// What is there, with its type: `string "id_1"`, `nothing`.
    pub actual: String,
    /// Why it nearly matched, or what to write instead.
    pub hint: Option<String>,
}

impl Mismatch {
    fn new(expected: impl Into<String>, actual: Option<&Value>) -> Self {
        Self { expected: expected.into(), actual: typed(actual), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Whether a value passes one matcher. `None` is a value that is not there; JSON's null is there.
///
/// # Errors
/// With what was asked for and what is there, if it does not pass.
pub fn matches(kind: MatcherKind, argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    match kind {
        MatcherKind::Equals => equality::equals(argument, actual),
        MatcherKind::OneOf => equality::one_of(argument, actual),
        MatcherKind::Not => pattern::not(argument, actual),
        MatcherKind::Contains => list::contains(argument, actual),
        MatcherKind::Each => list::each(argument, actual),
        MatcherKind::Any => list::any(argument, actual),
        MatcherKind::StartsWith | MatcherKind::EndsWith => text::affix(kind, argument, actual),
        MatcherKind::Matches => text::regex(argument, actual),
        MatcherKind::Exists => shape::exists(argument, actual),
        MatcherKind::Type => shape::json_type(argument, actual),
        MatcherKind::Length => shape::length(argument, actual),
        MatcherKind::Empty => shape::empty(argument, actual),
        MatcherKind::Gt | MatcherKind::Gte | MatcherKind::Lt | MatcherKind::Lte => {
            number::compare(kind, argument, actual)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
