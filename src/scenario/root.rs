//! The top level of a scenario file.

use super::keys::SCENARIO;
use super::{limits, load, request, step};
use crate::model::{Cases, Defaults, Diagnostic, Node, NodeKind, Scenario, Source, Spanned};
use crate::yaml::{self, Fields, Problems, Shape};

/// Parses a scenario file.
///
/// # Errors
/// Every mistake in the file, in file order.
pub fn parse(source: &Source) -> Result<Scenario, Vec<Diagnostic>> {
    let mut root = yaml::parse(source).map_err(|diagnostic| vec![*diagnostic])?;
    if root.kind == NodeKind::Null {
        return Err(vec![
            Diagnostic::new(source, root.span, "there is no scenario in this file", "nothing here")
                .with_help("a scenario has a `name` and `steps`"),
        ]);
    }
    let mut problems = Problems::new(source);
    limits::refuse_permission(&mut root, &mut problems);
    yaml::check(&root, &Shape::Object(&SCENARIO), &mut problems);
    let scenario = read(&root, &mut problems);
    match scenario {
        Some(scenario) if problems.is_empty() => Ok(scenario),
        _ => Err(problems.into_diagnostics()),
    }
}

fn read(root: &Node, problems: &mut Problems<'_>) -> Option<Scenario> {
    let fields = Fields::of(root);
    let vars = fields.pairs("vars");
    for (name, _) in vars.iter().filter(|(name, _)| !step::is_variable_name(&name.value)) {
        problems.add(name.span, "a variable's name is letters, digits and `_`", "not a variable name");
    }
    let steps = step::parse_all(fields.list("steps"), problems);
    let limits = fields.entry("limits");
    if limits.is_some() {
        limits::alone(&fields, problems);
    } else if fields.get("steps").is_none() && root.as_map().is_some() {
        problems.add_with_help(
            // As for any key that must be there.
            fields.entries().first().map_or(root.span, |entry| entry.key.span),
            "a scenario lacks `steps`",
            "`steps` is missing in this mapping",
            "add `steps`: The steps, run in order",
        );
    }
    if let Some(node) = fields.get("steps").filter(|node| node.as_list().is_some_and(<[Node]>::is_empty)) {
        problems.add(node.span, "a scenario needs at least one step", "no step here");
    }
    Some(Scenario {
        source: problems.source().clone(),
        name: fields.text("name")?,
        contract: fields.text("contract"),
        tags: fields.texts("tags").into_iter().map(|tag| tag.value).collect(),
        requires: fields.texts("requires"),
        vars,
        defaults: defaults(&fields, problems),
        setup: step::parse_all(fields.list("setup"), problems),
        steps,
        limits: limits.and_then(|entry| limits::parse(entry, problems)).map(Box::new),
        teardown: step::parse_all(fields.list("teardown"), problems),
        cases: cases(&fields, problems),
        load: fields.get("load").map(|node| Box::new(load::parse(node, problems))),
        serial: fields.flag("serial").unwrap_or(false) || limits.is_some(),
        independent: false,
    })
}

fn defaults(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Defaults {
    let Some(node) = fields.get("defaults") else { return Defaults::default() };
    let fields = Fields::of(node);
    Defaults {
        headers: request::headers(&fields, problems),
        timeout: request::timeout(&fields, problems),
        within: fields.duration("within"),
    }
}

fn cases(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Cases> {
    let node = fields.get("cases")?;
    match &node.kind {
        NodeKind::List(items) => {
            if items.is_empty() {
                problems.add(node.span, "`cases` has no case to run", "an empty list");
            }
            Some(Cases::Inline(items.to_vec()))
        }
        _ => Some(Cases::Csv(Spanned::new(node.as_text()?.to_owned(), node.span))),
    }
}
