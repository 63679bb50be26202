//! The top of the page: the verdict with its reason, what was loaded and how, and the figures that matter most.

use maud::{Markup, html};

use super::number::{clock, count, micros, percent, rate, share};
use super::outcome;
use crate::model::{
    LoadModel, LoadReport, LoadStage, On429, Report, ScenarioResult, Severity, ThresholdResult, Verdict,
};
use crate::report::{clean, words};

/// Most stages that are told.
const STAGES: usize = 8;

/// Draws it.
pub(super) fn draw(report: &Report, name: &str) -> Markup {
    let verdict = report.summary.verdict;
    html! {
        header {
            p .kicker { "tollgate load" }
            h1 { (name) }
            div .verdict .(verdict.as_str()) {
                span .mark aria-hidden="true" { (mark(verdict)) }
                div {
                    p .word { (word(verdict)) }
                    @for reason in reasons(report) { p { (clean::line(&reason)) } }
                }
            }
            (facts(report))
        }
        @if let Some(load) = &report.load {
            section #figures aria-label="Figures" {
                (tiles(load))
                div .card {
                    h3 { "How the exchanges ended" }
                    (outcome::bar(&load.totals))
                }
            }
        } @else {
            p .nothing { "This report has no load." }
        }
    }
}

/// The sign of a verdict, told apart by its shape as well as by its colour.
pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✕",
        Verdict::Inconclusive => "?",
        Verdict::Skipped => "–",
    }
}

/// A verdict as a word of the page.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "Passed",
        Verdict::Fail => "Failed",
        Verdict::Inconclusive => "Inconclusive",
        Verdict::Skipped => "Skipped",
    }
}

/// Why the verdict is what it is, a sentence each.
fn reasons(report: &Report) -> Vec<String> {
    let mut reasons = Vec::new();
    let scenario = report.scenarios.first();
    if let Some(load) = &report.load {
        let with = |verdict| load.thresholds.iter().filter(move |threshold| threshold.verdict == verdict);
        let told = |threshold: &ThresholdResult| format!("{} was {}", threshold.text, threshold.actual);
        for (verdict, begin) in
            [(Verdict::Fail, "Not held: "), (Verdict::Inconclusive, "Could not be judged: ")]
        {
            let texts: Vec<String> = with(verdict).map(told).collect();
            if !texts.is_empty() {
                reasons.push(format!("{begin}{}.", texts.join("; ")));
            }
        }
    }
    let failed: Vec<_> = scenario.iter().flat_map(|scenario| &scenario.steps).collect();
    let failed = failed.iter().filter(|step| step.verdict == Verdict::Fail).count() as u64;
    if failed > 0 {
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let kinds = words::count(errors.clone().count() as u64, "kind");
        let answers =
            words::count(errors.fold(0, |sum: u64, finding| sum.saturating_add(finding.count)), "answer");
        reasons.push(format!(
            "{} with findings: {kinds} of contract errors, in {answers}.",
            words::count(failed, "step")
        ));
    }
    if reasons.is_empty() {
        reasons.extend(scenario.and_then(reason));
    }
    if report.interrupted {
        reasons.push("The run was interrupted; what was seen until then is here.".to_owned());
    }
    if reasons.is_empty() {
        reasons.push(match report.load.as_ref().map_or(0, |load| load.thresholds.len()) {
            0 => "Every answer kept the contract; no thresholds were set.".to_owned(),
            1 => "The threshold holds, and no finding fails the run.".to_owned(),
            many => format!("All {many} thresholds hold, and no finding fails the run."),
        });
    }
    reasons
}

fn reason(scenario: &ScenarioResult) -> Option<String> {
    let reason = scenario.reason.as_ref()?;
    let mut letters = reason.chars();
    let first: String = letters.next()?.to_uppercase().collect();
    Some(format!("{first}{}.", letters.as_str()))
}

fn facts(report: &Report) -> Markup {
    let scenario = report.scenarios.first();
    let mut facts: Vec<(&str, String)> = vec![("Target", report.target.clone())];
    if let Some(scenario) = scenario.filter(|scenario| !scenario.file.is_empty()) {
        facts.push(("Scenario", scenario.file.clone()));
    }
    let contract = scenario.map(|scenario| scenario.contract.clone()).filter(|name| !name.is_empty());
    facts.push(("Contract", contract.unwrap_or_else(|| "none: only HTTP itself was judged".to_owned())));
    if let Some(load) = &report.load {
        facts.push(("Start", started(&load.started_at)));
        facts.push(("Length", length(load)));
        facts.push(("Schedule", schedule(load)));
        if let Some(limit) = load.throttling.limit {
            let window = clock(limit.window_ms as f64 / 1e3);
            facts.push(("Declared limit", format!("{} in {window}", words::count(limit.limit, "request"))));
        }
        facts.push(("On 429", on_429(load.on_429).to_owned()));
    }
    html! {
        dl .facts {
            @for (name, value) in facts {
                div { dt { (name) } dd { (clean::line(&value)) } }
            }
        }
    }
}

/// The start to the second, in UTC.
fn started(text: &str) -> String {
    match (text.get(..10), text.get(11..19)) {
        (Some(day), Some(time)) if text.ends_with('Z') => format!("{day} {time} UTC"),
        _ => text.to_owned(),
    }
}

fn length(load: &LoadReport) -> String {
    let [ran, planned] = [load.duration_ms, load.planned_ms].map(|ms| clock(ms as f64 / 1e3));
    if ran == planned { ran } else { format!("{ran}, {planned} planned") }
}

fn on_429(choice: On429) -> &'static str {
    match choice {
        On429::Count => "counted, and the load goes on",
        On429::Wait => "waited as long as Retry-After says",
        On429::Stop => "the first one ends the run",
    }
}

fn schedule(load: &LoadReport) -> String {
    match (load.model, load.users) {
        (LoadModel::Saturation, _) => {
            format!("{} without pause", words::count(load.generator.connections, "connection"))
        }
        (LoadModel::Closed, users) => {
            format!("{} in turn", words::count(u64::from(users.unwrap_or(0)), "user"))
        }
        (LoadModel::Open, _) => stages(&load.stages),
    }
}

/// `20/s to 120/s in 5 s, then 120/s for 10 s`.
fn stages(stages: &[LoadStage]) -> String {
    let stage = |stage: &LoadStage| {
        let (from, to) = (stage.from_rate, stage.to_rate);
        let time = clock(stage.duration_ms as f64 / 1e3);
        if (from - to).abs() < f64::EPSILON {
            format!("{}/s for {time}", rate(from))
        } else {
            format!("{}/s to {}/s in {time}", rate(from), rate(to))
        }
    };
    let mut parts: Vec<String> = stages.iter().take(STAGES).map(stage).collect();
    if stages.len() > STAGES {
        parts.push(format!("{} more", stages.len() - STAGES));
    }
    parts.join(", then ")
}

/// The figures that are looked for first.
fn tiles(load: &LoadReport) -> Markup {
    let totals = &load.totals;
    let answered: Vec<_> =
        load.steps.iter().map(|step| &step.latency).filter(|times| times.count > 0).collect();
    let slowest = |of: fn(&crate::model::Percentiles) -> u64| answered.iter().map(|times| of(times)).max();
    let shown = |time: Option<u64>| time.map_or_else(|| "–".to_owned(), micros);
    let below = if answered.len() > 1 { "of the slowest step" } else { "" };
    let waste = load.throttling.waste.map(|waste| format!("{waste:.2} throttled for each admitted"));
    let goodput = load.throttling.goodput.map(|share| format!("{} of what the limit allows", percent(share)));
    let tiles = [
        ("Requests sent", count(totals.sent), format!("of {} intended", count(load.intended))),
        ("Rate", format!("{}/s", rate(load.rate_per_s)), String::new()),
        ("Admitted", share(totals.admitted, totals.ended()), goodput.unwrap_or_default()),
        ("Throttled", share(totals.throttled, totals.ended()), waste.unwrap_or_default()),
        ("p50", shown(slowest(|times| times.p50_us)), below.to_owned()),
        ("p99", shown(slowest(|times| times.p99_us)), below.to_owned()),
    ];
    html! {
        ul .tiles {
            @for (name, value, below) in tiles {
                li .card {
                    span .name { (name) }
                    span .value { (value) }
                    span .below { (below) }
                }
            }
        }
    }
}
