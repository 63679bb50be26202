//! What was found, by cause: how often, when, and one answer that shows it.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::number::{clock, count};
use super::table::{self, Table};
use crate::model::{Finding, LoadCause, LoadReport, Report};
use crate::report::{clean, words};

/// Most findings that are shown with their answer.
const IN_FULL: usize = 100;
/// Most that are listed below them.
const LISTED: usize = 400;

/// Draws them, the weightiest and the most frequent first.
pub(super) fn draw(report: &Report, load: &LoadReport) -> Markup {
    let mut all: Vec<(&Finding, Option<&LoadCause>)> = report
        .findings
        .iter()
        .enumerate()
        .map(|(place, finding)| (finding, load.causes.iter().find(|cause| cause.finding == place)))
        .collect();
    all.sort_by_key(|(finding, _)| (Reverse(finding.severity), Reverse(finding.count)));
    let (full, rest) = all.split_at(all.len().min(IN_FULL));
    let seconds = load.duration_ms as f64 / 1e3;
    html! {
        section #findings {
            h2 { "Findings" }
            @if all.is_empty() {
                p .nothing .card { (nothing(load)) }
            }
            @for (finding, cause) in full { (draw_one(finding, *cause, seconds)) }
            @if !rest.is_empty() {
                div .card { (table::folded(&listed(rest), &words::count(rest.len() as u64, "more finding"))) }
            }
        }
    }
}

fn nothing(load: &LoadReport) -> String {
    let judged = load.judging.full.saturating_add(load.judging.known);
    match (judged, load.judging.unjudged) {
        (0, 0) => "No answer came that could be judged.".to_owned(),
        (0, _) => "Answers were not judged: judging was off.".to_owned(),
        _ => format!("None in {}, each judged by every rule.", words::count(judged, "answer")),
    }
}

fn draw_one(finding: &Finding, cause: Option<&LoadCause>, seconds: f64) -> Markup {
    html! {
        details .card .finding .(finding.severity.as_str()) open[finding.severity == crate::model::Severity::Error] {
            summary {
                span .badge .(finding.severity.as_str()) { (finding.severity.as_str()) }
                code { (clean::line(&finding.rule)) }
                span .what { (clean::line(&finding.message)) }
                span .times { (count(finding.count)) "×" }
            }
            @if let Some(cause) = cause { (when(cause, seconds)) }
            (told(finding))
            @if !finding.help.is_empty() { p .help { (clean::text(&finding.help)) } }
            @if !finding.response.is_empty() {
                h4 { "One such answer" }
                pre tabindex="0" { (clean::text(&finding.response)) }
            }
            @if !finding.curl.is_empty() {
                h4 { "Its request" }
                pre tabindex="0" { (clean::text(&finding.curl)) }
            }
        }
    }
}

/// The first and the last time, and where they lie in the run.
fn when(cause: &LoadCause, seconds: f64) -> Markup {
    let (first, last) = (cause.first_ms as f64 / 1e3, cause.last_ms as f64 / 1e3);
    let place = |at: f64| if seconds > 0.0 { (at / seconds * 100.0).clamp(0.0, 100.0) } else { 0.0 };
    let (from, to) = (place(first), place(last));
    html! {
        div .when {
            span {
                @if cause.first_ms == cause.last_ms { "at " (clock(first)) }
                @else { "first at " (clock(first)) ", last at " (clock(last)) }
            }
            span .track aria-hidden="true" {
                span style=(format!("left:{from:.1}%;width:{:.1}%", (to - from).max(1.0).min(100.0 - from).max(0.5))) {}
            }
        }
    }
}

fn told(finding: &Finding) -> Markup {
    let line = finding.line.to_string();
    let place = if finding.file.is_empty() { String::new() } else { format!("{}:{line}", finding.file) };
    let parts = [
        ("Step", finding.step.as_str()),
        ("Rule", finding.name.as_str()),
        ("Source", finding.source.as_str()),
        ("File", place.as_str()),
        ("Place", finding.pointer.as_str()),
        ("Expected", finding.expected.as_str()),
        ("Actual", finding.actual.as_str()),
    ];
    html! {
        dl .told {
            @for (name, value) in parts {
                @if !value.is_empty() {
                    div { dt { (name) } dd { (clean::text(value)) } }
                }
            }
        }
    }
}

fn listed(rest: &[(&Finding, Option<&LoadCause>)]) -> Table {
    let row = |(finding, _): &(&Finding, Option<&LoadCause>)| {
        let texts = [finding.rule.as_str(), finding.severity.as_str(), &finding.step, &finding.message];
        let texts = texts.map(|text| clean::line(text).into_owned());
        texts.into_iter().chain([count(finding.count)]).collect()
    };
    let left = rest.len().saturating_sub(LISTED);
    let note = match left {
        0 => String::new(),
        left => format!("{} left out; the JSON report has all.", words::count(left as u64, "further one")),
    };
    let rows = rest.iter().take(LISTED).map(row).collect();
    Table { note, ..Table::new("Further findings", &["rule", "severity", "step", "what", "count"], rows) }
}
