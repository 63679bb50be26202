//! The page as a whole: its policy, its style, the order of its parts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::timeline::{INTERVALS, Interval, intervals};
use super::{
    bounds, comparison, curve, findings, head, health, latency, pace, steps, throughput, waits, windows,
};
use crate::model::{LoadReport, Report};
use crate::report::clean;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Nothing is loaded, and no script runs but the page's own: the hash is its.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src \
                      'sha256-zZoW9doEs2zaHZMQzzWxrPmh08rFT1rOFF/IZN3Jotg='; base-uri 'none'; form-action 'none'";

/// The page of a report.
pub(super) fn draw(report: &Report) -> String {
    let name = report.scenarios.first().map_or("load", |scenario| scenario.name.as_str());
    let name = clean::line(name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (report.summary.verdict.as_str()) ": load of " (name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head::draw(report, &name))
                    @if let Some(load) = &report.load { (parts(report, load)) }
                }
                footer {
                    p {
                        "Written by " (clean::line(&report.tool.name)) " " (clean::line(&report.tool.version))
                        ". This file loads nothing; all of its numbers are in the JSON report of the same run."
                    }
                }
                div #tip role="status" hidden {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn parts(report: &Report, load: &LoadReport) -> Markup {
    let now = intervals(&load.series);
    let earlier = load.compare.as_ref().map(|compare| intervals(&compare.earlier.series)).unwrap_or_default();
    let planned = load.planned_ms.min(load.duration_ms) as f64 / 1e3;
    let span = now.iter().chain(&earlier).map(Interval::end).fold(planned, f64::max);
    let each = load.series.points.len().div_ceil(INTERVALS).max(1) as u64 * load.series.interval_ms;
    html! {
        (bounds::draw(&load.thresholds))
        @if let Some(compare) = &load.compare { (comparison::draw(compare)) }
        section #charts {
            h2 { "Over the run" }
            @if each > 1_000 {
                p .note {
                    "An interval is " (super::number::clock(each as f64 / 1e3))
                    " long; of its percentiles the greatest of its parts is shown."
                }
            }
            div .charts {
                (throughput::draw(load, &now, &earlier, span))
                (latency::draw(load, &now, &earlier, span))
                (curve::draw(load))
                (windows::draw(load))
                (pace::sent(load, &now, &earlier, span))
                (pace::in_flight(load, &now, &earlier, span))
            }
        }
        (findings::draw(report, load))
        (steps::draw(load))
        (waits::draw(&load.throttling))
        (health::draw(load))
    }
}
