//! Texts: their ends, and regular expressions.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::Mismatch;
use super::show::quoted;
use crate::model::MatcherKind;

/// Most memory of one compiled expression, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// Most compiled expressions kept at a time.
const REGEX_KEPT: usize = 256;

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

fn compiled(pattern: &str) -> Result<Regex, String> {
    static KEPT: LazyLock<RwLock<HashMap<String, Regex>>> = LazyLock::new(RwLock::default);
    if let Some(regex) = KEPT.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return Ok(regex.clone());
    }
    let regex = RegexBuilder::new(pattern)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .nest_limit(64)
        .build()
        .map_err(|error| explain(&error))?;
    let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= REGEX_KEPT {
        kept.clear();
    }
    kept.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
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
