//! Checks: a literal, or a mapping of matchers.

use crate::matcher;
use crate::model::{Check, Matcher, MatcherKind, Node, NodeKind};
use crate::yaml::Problems;

/// Reads a check. Unknown matchers were noted by the key table already.
pub(super) fn parse(node: &Node, problems: &mut Problems<'_>) -> Check {
    let matchers = match &node.kind {
        NodeKind::Map(entries) => entries
            .iter()
            .filter_map(|entry| {
                let kind = matcher::kind_of(&entry.key.value)?;
                Some(Matcher { kind, argument: entry.value.clone() })
            })
            .collect(),
        _ => vec![Matcher { kind: MatcherKind::Equals, argument: node.clone() }],
    };
    for matcher in &matchers {
        if let Err((span, label)) = matcher::check_argument(matcher.kind, &matcher.argument) {
            problems.add(span, "this matcher cannot work with its argument", label);
        }
    }
    Check { span: node.span, matchers }
}

/// Looks at the partial objects under `details`.
pub(super) fn partial(details: Option<&Node>, problems: &mut Problems<'_>) {
    let Some(details) = details else { return };
    for node in details.as_list().unwrap_or(std::slice::from_ref(details)) {
        if let Err((span, label)) = matcher::check_partial(node) {
            problems.add(span, "this matcher cannot work with its argument", label);
        }
    }
}
