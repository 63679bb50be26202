//! Whether the generator kept up, and how answers were judged: how far the numbers can be trusted.

use maud::{Markup, html};

use super::bounds::badge;
use super::number::{count, micros, percent};
use crate::model::{LoadGenerator, LoadJudging, LoadReport};
use crate::report::{clean, words};

/// Draws it.
pub(super) fn draw(load: &LoadReport) -> Markup {
    html! {
        section #health {
            h2 { "Trust in the numbers" }
            div .two {
                div .card {
                    h3 { "Generator " (badge(load.generator.verdict)) }
                    @if !load.generator.reason.is_empty() { p .doubt { (clean::line(&load.generator.reason)) } }
                    (list(&generator(load)))
                }
                div .card {
                    h3 { "Judging" }
                    (list(&judging(&load.judging)))
                }
            }
        }
    }
}

fn list(sums: &[(&str, String)]) -> Markup {
    html! { dl .sums { @for (name, value) in sums { div { dt { (name) } dd { (clean::line(value)) } } } } }
}

fn generator(load: &LoadReport) -> Vec<(&'static str, String)> {
    let LoadGenerator { threads, connections, max_in_flight, cpu_ms, cpu_share, rss_kib, lateness, .. } =
        &load.generator;
    let late = [lateness.p50_us, lateness.p99_us, lateness.max_us].map(micros);
    let [p50, p99, max] = late;
    let mut sums = vec![
        ("Sends late by", format!("p50 {p50}, p99 {p99}, max {max}")),
        ("More than 1 ms late", count(load.totals.late)),
        ("Missed, never caught up", count(load.totals.missed)),
        ("Dropped, too many under way", count(load.totals.dropped)),
        ("Threads", count(u64::from(*threads))),
        ("Connections opened", count(*connections)),
        ("Under way at once, at most allowed", count(u64::from(*max_in_flight))),
    ];
    if *cpu_ms > 0 {
        sums.push(("Processor", format!("{} of one", percent(*cpu_share))));
    }
    if *rss_kib > 0 {
        sums.push(("Memory, at most", format!("{} MiB", count(rss_kib.div_ceil(1_024)))));
    }
    sums.push(("Received", bytes(load.bytes_received)));
    sums
}

fn judging(judging: &LoadJudging) -> Vec<(&'static str, String)> {
    let contract = if judging.contract.is_empty() { "none" } else { &judging.contract };
    let mut sums = vec![("Contract", contract.to_owned())];
    if judging.unjudged > 0 {
        sums.push(("Not judged", count(judging.unjudged)));
    }
    sums.push(("Judged by every rule anew", count(judging.full)));
    sums.push(("Equal to one judged before", count(judging.known)));
    if judging.ids > 0 {
        sums.push(("Request ids compared", count(judging.ids)));
        sums.push(("Ids that came twice", count(judging.ids_reused)));
        sums.push(("Remembered at once", words::count(judging.ids_remembered, "id")));
    }
    sums
}

fn bytes(number: u64) -> String {
    match number {
        0..10_240 => format!("{} bytes", count(number)),
        10_240..10_485_760 => format!("{} KiB", count(number / 1_024)),
        _ => format!("{} MiB", count(number / 1_048_576)),
    }
}
