//! `--dry-run`: the plan in words.

use std::fmt::Write as _;

use super::limits;
use super::suite::Suite;
use crate::model::{Action, Step};

/// Every scenario with its steps, in the order they would run.
pub(super) fn plan(suite: &Suite, target: &str) -> String {
    let plan = &suite.plan;
    let mut text = String::new();
    let (mut requests, mut probes) = (0, 0);
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
            if section == "teardown" && scenario.limits.is_some() {
                probes += 1;
                let cost = limits::cost_of(suite, run, &scenario);
                cost.lines().for_each(|line| text.push_str(&format!("  limits   {line}\n")));
            }
            for step in steps {
                requests += usize::from(matches!(step.action, Action::Request(_)));
                let _ = writeln!(text, "  {section:<9}{}", described(step));
            }
        }
    }
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let (scenarios, requests) = (count(plan.runs.len(), "scenario"), count(requests, "request"));
    let probes =
        if probes > 0 { format!(" and {} of a limit", count(probes, "probe")) } else { String::new() };
    let _ = writeln!(text, "\n{scenarios}, {requests}{probes} to {target}; nothing was sent");
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
