//! Lists and what they contain.

use serde_json::Value;

use super::show::quoted;
use super::text::plain;
use super::{Mismatch, equality, pattern};

/// Text contains text; a list has the item; an object has the members.
pub(super) fn contains(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let mismatch = Mismatch::new(format!("contains {}", quoted(argument)), actual);
    match actual {
        Some(Value::String(text)) => contains_text(argument, text, mismatch),
        Some(Value::Array(items)) => contains_item(argument, items, mismatch),
        Some(Value::Object(_)) if argument.is_object() => {
            pattern::partial(argument, actual).map_err(|fault| {
                mismatch.hint(format!(
                    "at {}: expected {}, but it is {}",
                    fault.pointer, fault.mismatch.expected, fault.mismatch.actual
                ))
            })
        }
        Some(Value::Object(members)) => {
            let named = argument.as_str().is_some_and(|name| members.contains_key(name));
            let hint = if named {
                "it has such a member; `exists: true` on its path asks for that"
            } else {
                "in objects it looks for members: give a mapping"
            };
            Err(mismatch.hint(hint))
        }
        Some(_) => Err(mismatch.hint("only text, lists and objects contain something")),
        None => Err(mismatch),
    }
}

fn contains_text(argument: &Value, text: &str, mismatch: Mismatch) -> Result<(), Mismatch> {
    if argument.is_array() || argument.is_object() {
        return Err(mismatch.hint("text contains only text"));
    }
    let wanted = plain(argument);
    if text.contains(&wanted) {
        Ok(())
    } else if text.to_lowercase().contains(&wanted.to_lowercase()) {
        Err(mismatch.hint("it does if upper and lower case are ignored"))
    } else {
        Err(mismatch)
    }
}

fn contains_item(argument: &Value, items: &[Value], mismatch: Mismatch) -> Result<(), Mismatch> {
    let has = |item: &Value| match argument {
        Value::Object(_) => pattern::partial(argument, Some(item)).is_ok(),
        _ => equality::equal(argument, item),
    };
    if items.iter().any(has) {
        return Ok(());
    }
    let near = items.iter().find_map(|item| equality::equals(argument, Some(item)).err()?.hint);
    Err(match near {
        Some(hint) if !argument.is_object() && !argument.is_array() => {
            mismatch.hint(format!("one item is close: {hint}"))
        }
        _ => mismatch,
    })
}

/// Every item passes.
pub(super) fn each(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let items = items(argument, actual, "each item")?;
    for (index, item) in items.iter().enumerate() {
        pattern::check(argument, Some(item)).map_err(|mismatch| Mismatch {
            expected: format!("each item {}", mismatch.expected),
            actual: format!("item {index} is {}", mismatch.actual),
            hint: mismatch.hint,
        })?;
    }
    Ok(())
}

/// At least one item passes.
pub(super) fn any(argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    let items = items(argument, actual, "any item")?;
    if items.iter().any(|item| pattern::check(argument, Some(item)).is_ok()) {
        return Ok(());
    }
    let mismatch = Mismatch::new(format!("any item {}", pattern::words(argument)), actual);
    Err(if items.is_empty() { mismatch.hint("the list is empty") } else { mismatch })
}

fn items<'a>(argument: &Value, actual: Option<&'a Value>, whose: &str) -> Result<&'a [Value], Mismatch> {
    match actual {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(Mismatch::new(format!("a list, {whose} {}", pattern::words(argument)), actual)),
    }
}
