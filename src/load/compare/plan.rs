//! Where the plans of two runs differ, and what makes a comparison doubtful beside that.

use crate::model::{LoadLimit, LoadModel, LoadReport, On429, PlanDifference, Report};

/// Most characters of a part that are told.
const LONGEST: usize = 240;

/// The scenario's name.
pub(super) fn scenario(report: &Report) -> &str {
    report.scenarios.first().map_or("", |scenario| scenario.name.as_str())
}

/// The parts of the plan that are not the same.
pub(super) fn differences(earlier: &Report, now: &Report) -> Vec<PlanDifference> {
    let [old, new] = [earlier, now].map(parts);
    let differ = old.into_iter().zip(new).filter(|((_, old), (_, new))| old != new);
    differ
        .map(|((part, earlier), (_, now))| PlanDifference {
            part: part.to_owned(),
            earlier: cut(&earlier),
            now: cut(&now),
        })
        .collect()
}

fn parts(report: &Report) -> Vec<(&'static str, String)> {
    let mut parts = vec![("target", report.target.clone()), ("scenario", scenario(report).to_owned())];
    if let Some(load) = &report.load {
        parts.extend(own(load));
    }
    parts
}

fn own(load: &LoadReport) -> [(&'static str, String); 9] {
    let list = |texts: Vec<String>| texts.join(", ");
    let rates = load.stages.iter().map(|stage| match stage.from_rate.to_bits() == stage.to_rate.to_bits() {
        true => format!("{}/s", stage.to_rate),
        false => format!("{}/s..{}/s", stage.from_rate, stage.to_rate),
    });
    let lengths: Vec<String> = match load.stages.is_empty() {
        true => vec![seconds(load.planned_ms)],
        false => load.stages.iter().map(|stage| seconds(stage.duration_ms)).collect(),
    };
    let limit = |limit: LoadLimit| format!("{} in {}", limit.limit, seconds(limit.window_ms));
    [
        ("model", model(load.model).to_owned()),
        ("rate", list(rates.collect())),
        ("duration", list(lengths)),
        ("users", load.users.map(|users| users.to_string()).unwrap_or_default()),
        ("steps", list(load.steps.iter().map(|step| step.name.clone()).collect())),
        ("limit", load.throttling.limit.map(limit).unwrap_or_default()),
        ("way with a 429", on_429(load.on_429).to_owned()),
        ("contract", load.judging.contract.clone()),
        ("bound on requests under way", load.generator.max_in_flight.to_string()),
    ]
}

/// What else makes the figures doubtful, a sentence each.
pub(super) fn doubts(earlier: &Report, now: &Report) -> Vec<String> {
    let mut doubts = Vec::new();
    for (report, which) in [(earlier, "the earlier run"), (now, "this run")] {
        let Some(load) = &report.load else { continue };
        if report.interrupted {
            doubts.push(format!("{which} was interrupted after {}", seconds(load.duration_ms)));
        } else if load.duration_ms < load.planned_ms {
            let [ran, planned] = [load.duration_ms, load.planned_ms].map(seconds);
            doubts.push(format!("{which} ended after {ran} of {planned}"));
        }
        if !load.generator.reason.is_empty() {
            doubts.push(format!("{which}: {}", cut(&load.generator.reason)));
        }
        if load.totals.ended() == 0 {
            doubts.push(format!("in {which} no request ended"));
        }
    }
    let [old, new] = [earlier, now].map(|report| &report.tool.version);
    if old != new {
        doubts.push(format!("the runs were made by different versions: {} and {}", cut(old), cut(new)));
    }
    doubts
}

fn seconds(ms: u64) -> String {
    format!("{} s", ms as f64 / 1e3)
}

fn model(model: LoadModel) -> &'static str {
    match model {
        LoadModel::Open => "open",
        LoadModel::Closed => "closed",
        LoadModel::Saturation => "saturation",
    }
}

fn on_429(choice: On429) -> &'static str {
    match choice {
        On429::Count => "count",
        On429::Wait => "wait",
        On429::Stop => "stop",
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
