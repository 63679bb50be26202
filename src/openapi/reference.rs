//! `$ref`: local ones are followed, others are mistakes.

use crate::model::{Node, Span};
use crate::spelling::nearest;
use crate::yaml::Problems;

/// Longest chain of references.
const LONGEST: usize = 32;

/// The value that a node stands for: itself, or what its `$ref` leads to. A reference that cannot be followed is
/// noted, and stands for nothing.
pub(super) fn follow<'n>(root: &'n Node, node: &'n Node, problems: &mut Problems<'_>) -> Option<&'n Node> {
    let mut node = node;
    for _ in 0..LONGEST {
        let Some(reference) = node.get("$ref") else { return Some(node) };
        let Some(text) = reference.as_text() else {
            problems.add(reference.span, "`$ref` is text", format!("this is {}", reference.kind_name()));
            return None;
        };
        node = lookup(root, text, reference.span, problems)?;
    }
    problems.add(node.span, "this reference never ends", "it leads back to itself");
    None
}

/// The value at a local reference.
pub(super) fn lookup<'n>(
    root: &'n Node,
    text: &str,
    span: Span,
    problems: &mut Problems<'_>,
) -> Option<&'n Node> {
    let Some(pointer) = text.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        problems.add_with_help(
            span,
            format!("the reference `{text}` leads out of the file"),
            "not local",
            "bundle the document, or the paths that are to be provoked, into one file; a local reference starts with `#/`",
        );
        return None;
    };
    let mut node = root;
    for token in pointer.split('/').skip(1) {
        let name = percent_encoding::percent_decode_str(token).decode_utf8_lossy();
        let name = name.replace("~1", "/").replace("~0", "~");
        let item = || node.as_list()?.get(name.parse::<usize>().ok()?);
        let Some(next) = node.get(&name).or_else(item) else {
            let names = node.as_map().unwrap_or_default().iter().map(|entry| &*entry.key.value);
            let help = match nearest(&name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is no `{name}` there"),
            };
            problems.add_with_help(
                span,
                format!("the reference `{text}` leads nowhere"),
                "nothing is there",
                help,
            );
            return None;
        };
        node = next;
    }
    Some(node)
}
