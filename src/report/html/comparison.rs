//! This run beside an earlier one: where the plans differ, what changed, and what the counts cannot tell.

use maud::{Markup, html};

use super::bounds::badge;
use super::number::count;
use super::table::{self, Table};
use crate::model::{
    Change, ComparedFigure, ComparedFinding, ComparedStep, ComparedThreshold, LoadComparison, Presence,
    ThresholdResult,
};
use crate::report::comparison::{factor, plan_line, value};
use crate::report::{clean, words};

/// Most findings that are listed.
const LISTED: usize = 200;
/// Most steps.
const STEPS: usize = 100;

/// Draws it.
pub(super) fn draw(compare: &LoadComparison) -> Markup {
    let earlier = &compare.earlier;
    html! {
        section #compare {
            h2 { "Beside the earlier run" }
            p .lead {
                (badge(earlier.verdict)) " "
                b { (clean::line(&earlier.scenario)) } " at " (clean::line(&earlier.started_at)) ", "
                (words::count(earlier.sent, "request")) ", from " code { (clean::line(&earlier.file)) }
            }
            @if !compare.plan.is_empty() || !compare.doubts.is_empty() {
                ul .doubts {
                    @for part in &compare.plan { li { (clean::line(&plan_line(part))) } }
                    @for doubt in &compare.doubts { li { (clean::line(doubt)) } }
                }
            }
            div .card .scroll tabindex="0" role="region" aria-label="Compared figures" {
                table .wide {
                    thead { tr {
                        th scope="col" { "Figure" }
                        th scope="col" .number { "earlier" }
                        th scope="col" .number { "now" }
                        th scope="col" .number { "ratio" }
                        th scope="col" { "change" }
                    } }
                    tbody { @for figure in &compare.figures { (row(figure)) } }
                    @for step in compare.steps.iter().take(STEPS) { (group(step)) }
                }
            }
            @if compare.steps.len() > STEPS {
                p .note { (compare.steps.len() - STEPS) " more steps are in the JSON report." }
            }
            p .note {
                "“Same” means that the difference is no greater than chance alone makes of so many answers; two runs of one \
                 machine may differ by more."
            }
            (thresholds(&compare.thresholds))
            (findings(&compare.findings))
        }
    }
}

fn group(step: &ComparedStep) -> Markup {
    html! {
        tbody {
            tr .group {
                th scope="rowgroup" colspan="5" {
                    (clean::line(&step.name))
                    small { (count(step.earlier_count)) " answers earlier, " (count(step.count)) " now" }
                }
            }
            @for figure in &step.latency { (row(figure)) }
        }
    }
}

fn row(figure: &ComparedFigure) -> Markup {
    html! {
        tr {
            th scope="row" { (figure.name) }
            td .number { (value(figure.earlier, &figure.unit)) }
            td .number { (value(figure.now, &figure.unit)) }
            td .number { (factor(figure.ratio)) }
            td {
                span .change .(figure.change.as_str()) {
                    span aria-hidden="true" { (arrow(figure.change)) } (figure.change.as_str())
                }
                @if !figure.doubt.is_empty() { small { (clean::line(&figure.doubt)) } }
            }
        }
    }
}

fn arrow(change: Change) -> &'static str {
    match change {
        Change::Lower => "↓",
        Change::Higher => "↑",
        Change::Same => "≈",
        Change::Unclear => "?",
    }
}

fn thresholds(thresholds: &[ComparedThreshold]) -> Markup {
    let cell = |result: &Option<ThresholdResult>| {
        html! {
            @match result {
                Some(result) => { (badge(result.verdict)) " " (clean::line(&result.actual)) },
                None => "not set",
            }
        }
    };
    html! {
        @if !thresholds.is_empty() {
            div .card .scroll tabindex="0" role="region" aria-label="Compared thresholds" {
                table .wide {
                    thead { tr { th scope="col" { "Threshold" } th scope="col" { "earlier" } th scope="col" { "now" } } }
                    tbody {
                        @for threshold in thresholds {
                            tr {
                                th scope="row" { code { (clean::line(&threshold.text)) } }
                                td { (cell(&threshold.earlier)) }
                                td { (cell(&threshold.now)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn findings(findings: &[ComparedFinding]) -> Markup {
    let of = |presence| findings.iter().filter(|finding| finding.presence == presence).count();
    let row = |finding: &ComparedFinding| {
        let texts =
            [&finding.rule, &finding.step, &finding.message].map(|text| clean::line(text).into_owned());
        let counts = [finding.earlier_count, finding.count].map(count);
        std::iter::once(finding.presence.as_str().to_owned()).chain(texts).chain(counts).collect()
    };
    let left = findings.len().saturating_sub(LISTED);
    let table = Table {
        note: if left > 0 { format!("{left} more are in the JSON report.") } else { String::new() },
        ..Table::new(
            "Findings of both runs",
            &["in", "rule", "step", "what", "earlier", "now"],
            findings.iter().take(LISTED).map(row).collect(),
        )
    };
    html! {
        div .card {
            h3 {
                "Findings: " (of(Presence::New)) " new, " (of(Presence::Gone)) " gone, " (of(Presence::Both)) " in both"
            }
            @if !findings.is_empty() { (table::open(&table)) }
        }
    }
}
