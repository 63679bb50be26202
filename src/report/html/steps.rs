//! The steps with their counts, statuses and latencies.

use indexmap::IndexMap;
use maud::{Markup, html};

use super::number::{count, micros};
use super::outcome::class;
use crate::model::{LoadOutcome, LoadReport, LoadStep, Percentiles};
use crate::report::clean;

/// Most steps, and most statuses, codes or failures of a step, that are shown.
const STEPS: usize = 200;
const VALUES: usize = 24;

/// A percentile with its name.
type Column = (&'static str, fn(&Percentiles) -> u64);

const TIMES: [Column; 6] = [
    ("p50", |times| times.p50_us),
    ("p90", |times| times.p90_us),
    ("p95", |times| times.p95_us),
    ("p99", |times| times.p99_us),
    ("p99.9", |times| times.p999_us),
    ("max", |times| times.max_us),
];

/// Draws them.
pub(super) fn draw(load: &LoadReport) -> Markup {
    let occurred: Vec<LoadOutcome> =
        LoadOutcome::ALL.into_iter().filter(|outcome| load.totals.of(*outcome) > 0).collect();
    html! {
        section #steps {
            h2 { "Steps" }
            div .card .scroll tabindex="0" role="region" aria-label="Steps" {
                table .wide .steps {
                    thead { tr {
                        th scope="col" { "Step" }
                        th scope="col" .number { "sent" }
                        @for outcome in &occurred {
                            th scope="col" .number {
                                span .dot .fill .(class(*outcome)) aria-hidden="true" {} (outcome.as_str())
                            }
                        }
                        th scope="col" { "time" }
                        @for (name, _) in TIMES { th scope="col" .number { (name) } }
                    } }
                    @for step in load.steps.iter().take(STEPS) { (group(step, &occurred)) }
                }
                @if load.steps.len() > STEPS {
                    p .note { (load.steps.len() - STEPS) " more steps are in the JSON report." }
                }
            }
        }
    }
}

fn group(step: &LoadStep, occurred: &[LoadOutcome]) -> Markup {
    let times = |times: &Percentiles, name: &str| {
        html! {
            td .kind { (name) }
            @for (_, of) in TIMES {
                td .number { @if times.count > 0 { (micros(of(times))) } @else { "–" } }
            }
        }
    };
    html! {
        tbody {
            tr {
                th scope="row" rowspan="2" {
                    (clean::line(&step.name))
                    @if step.line > 0 { small { "line " (step.line) } }
                    (values("", &step.statuses))
                    (values("", &step.codes))
                    (values("failure: ", &step.failures))
                    @if let Some(failure) = &step.failure { small { (clean::line(failure)) } }
                }
                td .number rowspan="2" { (count(step.counts.sent)) }
                @for outcome in occurred { td .number rowspan="2" { (count(step.counts.of(*outcome))) } }
                (times(&step.latency, "latency"))
            }
            tr { (times(&step.service, "service")) }
        }
    }
}

/// `200 ×730`, each as a tag.
fn values(begin: &str, values: &IndexMap<String, u64>) -> Markup {
    html! {
        @if !values.is_empty() {
            span .tags {
                @for (value, times) in values.iter().take(VALUES) {
                    span .tag { (begin) (clean::line(value)) " ×" (count(*times)) }
                }
                @if values.len() > VALUES { span .tag { "and " (values.len() - VALUES) " more" } }
            }
        }
    }
}
