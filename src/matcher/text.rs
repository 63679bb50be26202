//! Texts: their ends, and regular expressions.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::show::quoted;
use super::{Kept, Mismatch};
use crate::model::MatcherKind;

/// Most memory of one compiled expression, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// Starts with, ends with.
pub(super) fn affix(kind: MatcherKind, argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let starts = kind == MatcherKind::StartsWith;
    let words = if starts { "starts with" } else { "ends with" };
    let wanted = plain(argument);
    let mismatch = Mismatch::new(format!("{words} {}", quoted(&Value::String(wanted.clone()))), actual);
    let text = subject(actual, &mismatch)?;
    let holds = |text: &str, wanted: &str| {
        if starts { text.starts_with(wanted) } else { text.ends_with(wanted) }
    };
    if holds(text, &wanted) {
        Ok(())
    } else if holds(&text.to_lowercase(), &wanted.to_lowercase()) {
        Err(mismatch.hint("it does if upper and lower case are ignored"))
    } else if holds(text.trim(), wanted.trim()) {
        Err(mismatch.hint("it does if the blanks at the ends are ignored"))
    } else {
        Err(mismatch)
    }
}

/// Matches the expression somewhere.
pub(super) fn regex(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let pattern = plain(argument);
    let mismatch = Mismatch::new(format!("matches /{pattern}/"), actual);
    let regex = compiled(&pattern).map_err(|why| mismatch.clone().hint(why))?;
    let text = subject(actual, &mismatch)?;
    if regex.is_match(text) { Ok(()) } else { Err(mismatch) }
}

/// Whether an expression can be used.
pub(super) fn check_regex(pattern: &str) -> Result<(), String> {
    compiled(pattern).map(drop)
}

/// A scalar argument as text: a template may have made a number of it.
pub(super) fn plain(argument: &Value) -> String {
    match argument {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn subject<'a>(actual: Option<&'a Value>, mismatch: &Mismatch) -> Result<&'a str, Mismatch> {
    match actual {
        Some(Value::String(text)) => Ok(text),
        None => Err(mismatch.clone()),
        Some(_) => Err(mismatch.clone().hint("the matcher looks at text only")),
    }
}

/// The expression ready for use. It is shared and not cloned: a clone would start with an empty cache of its own.
fn compiled(pattern: &str) -> Result<Arc<Regex>, String> {
    static KEPT: Kept<Regex> = Kept::new();
    KEPT.get(pattern, |pattern| {
        RegexBuilder::new(pattern)
            .size_limit(REGEX_SIZE)
            .dfa_size_limit(REGEX_SIZE)
            .nest_limit(64)
            .build()
            .map_err(|error| explain(&error))
    })
}

fn explain(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("the regular expression needs more than {limit} bytes; repeat less, or smaller classes")
        }
        // The parser draws the pattern over several lines; its last line says what is wrong.
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            format!("not a regular expression: {}", last.strip_prefix("error: ").unwrap_or(last))
        }
    }
}
