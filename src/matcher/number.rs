//! Numbers: exact comparison across integers and floats.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::Mismatch;
use crate::model::MatcherKind;

/// Greater, less, at least, at most.
pub(super) fn compare(kind: MatcherKind, argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let words = match kind {
        MatcherKind::Gt => "greater than",
        MatcherKind::Gte => "at least",
        MatcherKind::Lt => "less than",
        _ => "at most",
    };
    let mismatch = Mismatch::new(format!("{words} {argument}"), actual);
    let Value::Number(bound) = argument else {
        return Err(mismatch.hint("the matcher takes a number"));
    };
    let number = match actual {
        Some(Value::Number(number)) => number,
        Some(Value::String(text)) if text.trim().parse::<f64>().is_ok() => {
            return Err(mismatch.hint("it looks like a number, but is text"));
        }
        _ => return Err(mismatch),
    };
    let holds = order(number, bound).is_some_and(|order| match kind {
        MatcherKind::Gt => order.is_gt(),
        MatcherKind::Gte => order.is_ge(),
        MatcherKind::Lt => order.is_lt(),
        _ => order.is_le(),
    });
    if holds { Ok(()) } else { Err(mismatch) }
}

/// The order of two JSON numbers by value; integers exactly, also beyond a float's 53 bits.
pub(super) fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => against_float(left, right.as_f64()?),
        (None, Some(right)) => against_float(right, left.as_f64()?).map(Ordering::reverse),
        (None, None) => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The number as an integer, if it was written as one.
fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

#[expect(clippy::cast_possible_truncation, reason = "a float's whole part within ±2^64 fits into 128 bits")]
fn against_float(integer: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // The cast saturates, which keeps the order for floats beyond every 64-bit integer.
    let whole = integer.cmp(&(float.trunc() as i128));
    Some(whole.then_with(|| 0.0_f64.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal)))
}
