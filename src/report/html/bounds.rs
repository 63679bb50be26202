//! The thresholds with their verdicts.

use maud::{Markup, html};

use super::head::{mark, word};
use super::number::{clock, count};
use crate::model::{ThresholdResult, ThresholdWindows, Verdict};
use crate::report::clean;

/// A verdict as a mark and a word.
pub(super) fn badge(verdict: Verdict) -> Markup {
    html! { span .badge .(verdict.as_str()) { span aria-hidden="true" { (mark(verdict)) } (word(verdict)) } }
}

/// Draws them; nothing where there are none.
pub(super) fn draw(thresholds: &[ThresholdResult]) -> Markup {
    html! {
        @if !thresholds.is_empty() {
            section #thresholds {
                h2 { "Thresholds" }
                div .card .scroll tabindex="0" role="region" aria-label="Thresholds" {
                    table .wide {
                        thead { tr {
                            th scope="col" { "Verdict" }
                            th scope="col" { "Bound" }
                            th scope="col" { "Measured" }
                            th scope="col" { "Windows" }
                        } }
                        tbody { @for threshold in thresholds { (row(threshold)) } }
                    }
                }
            }
        }
    }
}

fn row(threshold: &ThresholdResult) -> Markup {
    html! {
        tr {
            td { (badge(threshold.verdict)) }
            th scope="row" {
                code { (clean::line(&threshold.text)) }
                @if threshold.line > 0 {
                    small { (clean::line(&threshold.file)) ":" (threshold.line) }
                }
            }
            td {
                (clean::line(&threshold.actual))
                @if threshold.aborted { small { "it ended the run" } }
            }
            td { @if let Some(windows) = &threshold.windows { (seen(windows)) } @else { "–" } }
        }
    }
}

fn seen(windows: &ThresholdWindows) -> Markup {
    html! {
        (count(windows.broken)) " of " (count(windows.judged)) " broken"
        @if let Some(first) = windows.first_broken_ms {
            small { "the first at " (clock(first as f64 / 1e3)) }
        }
    }
}
