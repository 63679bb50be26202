//! Checks of arguments as they are written, before anything is sent. Texts with templates are exempt.

use super::shape::TYPES;
use super::text::check_regex;
use super::{info, kind_of, pattern};
use crate::model::{Entry, MatcherKind, Node, NodeKind, Span};

/// Whether a matcher can use its argument.
///
/// # Errors
/// With the offending place and what is wrong there: lower case, no full stop.
pub fn check_argument(kind: MatcherKind, argument: &Node) -> Result<(), (Span, String)> {
    if is_template(argument) {
        return Ok(());
    }
    let wrong = |what: &str| {
        let name = info(kind).map_or("the matcher", |info| info.name);
        Err((argument.span, format!("`{name}` takes {what}, but this is {}", argument.kind_name())))
    };
    match (kind, &argument.kind) {
        (MatcherKind::Equals, _) => Ok(()),
        (MatcherKind::Contains, _) => check_partial(argument),
        (MatcherKind::Not | MatcherKind::Each | MatcherKind::Any, _) => check_nested(argument),
        (MatcherKind::StartsWith | MatcherKind::EndsWith, NodeKind::Text(_)) => Ok(()),
        (MatcherKind::StartsWith | MatcherKind::EndsWith, _) => wrong("text; put it in quotes"),
        (MatcherKind::Matches, NodeKind::Text(text)) => check_regex(text).map_err(|why| (argument.span, why)),
        (MatcherKind::Matches, _) => wrong("a regular expression in quotes"),
        (MatcherKind::Type, NodeKind::Text(text)) if TYPES.contains(&&**text) => Ok(()),
        (MatcherKind::Type, NodeKind::Text(text)) => {
            Err((argument.span, format!("there is no type `{text}`; the types are {}", TYPES.join(", "))))
        }
        // `type: null` reads naturally, and YAML makes a null of it.
        (MatcherKind::Type, NodeKind::Null) => Err((argument.span, "write `type: \"null\"`".to_owned())),
        (MatcherKind::Type, _) => wrong("the name of a type"),
        (MatcherKind::Exists | MatcherKind::Empty, NodeKind::Bool(_)) => Ok(()),
        (MatcherKind::Exists | MatcherKind::Empty, _) => wrong("true or false"),
        (MatcherKind::Length, NodeKind::Number(number)) if number.as_u64().is_some() => Ok(()),
        (MatcherKind::Length, _) => wrong("a whole number, 0 or more"),
        (MatcherKind::OneOf, NodeKind::List(items)) if !items.is_empty() => Ok(()),
        (MatcherKind::OneOf, NodeKind::List(_)) => {
            Err((argument.span, "nothing is one of an empty list".to_owned()))
        }
        (MatcherKind::OneOf, _) => wrong("a list"),
        (_, NodeKind::Number(_)) => Ok(()),
        (_, _) => wrong("a number"),
    }
}

/// Whether the argument of `not`, `each` or `any` can be used: matchers, or a literal.
fn check_nested(argument: &Node) -> Result<(), (Span, String)> {
    let Some(entries) = argument.as_map() else { return Ok(()) };
    let is_matcher = |entry: &&Entry| kind_of(&entry.key.value).is_some();
    let Some(known) = entries.iter().find(is_matcher) else { return Ok(()) };
    if let Some(unknown) = entries.iter().find(|entry| !is_matcher(entry)) {
        let (known, key) = (&known.key.value, &unknown.key.value);
        let message = format!(
            "`{key}` is no matcher, but `{known}` is; put `equals:` before a mapping that is meant as a value"
        );
        return Err((unknown.key.span, message));
    }
    check_matchers(entries)
}

/// Whether a partial object, as for [`partial`](super::partial), can be used.
///
/// # Errors
/// As for [`check_argument`].
pub fn check_partial(object: &Node) -> Result<(), (Span, String)> {
    for entry in object.as_map().unwrap_or_default() {
        match entry.value.as_map() {
            Some(inner) if pattern::is_matchers(inner.iter().map(|entry| &entry.key.value)) => {
                check_matchers(inner)?;
            }
            _ => check_partial(&entry.value)?,
        }
    }
    Ok(())
}

fn check_matchers(entries: &[Entry]) -> Result<(), (Span, String)> {
    entries
        .iter()
        .filter_map(|entry| Some((kind_of(&entry.key.value)?, &entry.value)))
        .try_for_each(|(kind, argument)| check_argument(kind, argument))
}

fn is_template(node: &Node) -> bool {
    node.as_text().is_some_and(|text| text.contains("{{"))
}
