//! `--dry-run`: the plan in words.

use std::fmt::Write as _;

use crate::model::{Action, Step};
use crate::plan::Plan;

/// Every scenario with its steps, in the order they would run.
pub(super) fn plan(plan: &Plan, target: &str) -> String {
    let mut text = String::new();
    let mut requests = 0;
    for run in &plan.runs {
        let Some(scenario) = run.scenario.open() else { continue };
        let contract = run.contract.as_deref().unwrap_or("no contract");
        let alone = if scenario.serial { ", alone" } else { "" };
        let _ = writeln!(text, "{}  ({}, {contract}{alone})", run.name, scenario.source.name);
        if !scenario.requires.is_empty() {
            let names: Vec<_> = scenario.requires.iter().map(|name| name.value.as_str()).collect();
            let _ = writeln!(text, "  requires {}", names.join(", "));
        }
        for (section, steps) in
            [("setup", &scenario.setup), ("step", &scenario.steps), ("teardown", &scenario.teardown)]
        {
            for step in steps {
                requests += usize::from(matches!(step.action, Action::Request(_)));
                let _ = writeln!(text, "  {section:<9}{}", described(step));
            }
        }
    }
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let (scenarios, requests) = (count(plan.runs.len(), "scenario"), count(requests, "request"));
    let _ = writeln!(text, "\n{scenarios}, {requests} to {target}; nothing was sent");
    text
}

fn described(step: &Step) -> String {
    let name = &step.name.value;
    match &step.action {
        Action::Request(spec) => {
            let line = format!("{} {}", spec.method.value, spec.path.value);
            let tries =
                spec.retry.as_ref().map(|retry| format!(", up to {} tries", retry.max)).unwrap_or_default();
            if *name == line { format!("{line}{tries}") } else { format!("{name}: {line}{tries}") }
        }
        Action::Include(include) => format!("include {}", include.path.value),
        Action::LeftOut(why) => format!("{name}: left out, {why}"),
    }
}
