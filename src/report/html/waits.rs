//! How long throttled clients were told to wait, and what became of those who did not.

use maud::{Markup, html};

use super::number::{count, percent, rate, share};
use crate::model::LoadThrottling;
use crate::report::words;

/// Most values of `Retry-After` that have a row.
const ROWS: usize = 40;

/// Draws it; nothing where nothing was throttled and no limit was declared.
pub(super) fn draw(throttling: &LoadThrottling) -> Markup {
    let told = throttling.retry_after.iter().map(|wait| wait.count).fold(0, u64::saturating_add);
    let all = told.saturating_add(throttling.without_seconds);
    if all == 0 && throttling.limit.is_none() {
        return html! {};
    }
    let most = throttling.retry_after.iter().map(|wait| wait.count).max().unwrap_or(0);
    let most = most.max(throttling.without_seconds).max(1);
    html! {
        section #throttling {
            h2 { "Throttling" }
            div .two {
                div .card {
                    h3 { "Goodput" }
                    (sums(throttling))
                }
                div .card {
                    h3 { "Retry-After" }
                    @if all == 0 {
                        p .nothing { "Nothing was throttled." }
                    } @else {
                        table .bars {
                            caption { "Throttled answers by the seconds they told to wait" }
                            thead { tr {
                                th scope="col" { "wait" }
                                th scope="col" .number { "answers" }
                                th scope="col" .number { "share" }
                                th scope="col" aria-hidden="true" {}
                            } }
                            tbody {
                                @for wait in throttling.retry_after.iter().take(ROWS) {
                                    (row(&format!("{} s", count(wait.seconds)), wait.count, (all, most)))
                                }
                                @if throttling.without_seconds > 0 {
                                    (row("no seconds", throttling.without_seconds, (all, most)))
                                }
                            }
                        }
                        @if throttling.retry_after.len() > ROWS {
                            p .note { (throttling.retry_after.len() - ROWS) " more values are in the JSON report." }
                        }
                    }
                }
            }
        }
    }
}

fn row(name: &str, number: u64, (all, most): (u64, u64)) -> Markup {
    let width = number as f64 * 100.0 / most as f64;
    html! {
        tr {
            th scope="row" { (name) }
            td .number { (count(number)) }
            td .number { (share(number, all)) }
            td .bar aria-hidden="true" { span .fill .throttled style=(format!("width:{width:.1}%")) {} }
        }
    }
}

fn sums(throttling: &LoadThrottling) -> Markup {
    let mut sums = vec![("Admitted", format!("{}/s", rate(throttling.goodput_per_s)))];
    sums.extend(throttling.goodput.map(|share| ("Of what the limit allows", percent(share))));
    sums.extend(throttling.waste.map(|waste| ("Throttled for each admitted", format!("{waste:.2}"))));
    if let (Some(most), Some(limit)) = (throttling.admitted_at_most, throttling.limit) {
        let limit = format!("{}, limit {}", count(most), count(limit.limit));
        sums.push(("Most admitted within any one window's time", limit));
    }
    if throttling.early > 0 {
        let admitted =
            format!("{}, {} of them admitted", count(throttling.early), count(throttling.early_admitted));
        sums.push(("Sent before the told wait was over", admitted));
    }
    if let Some(herd) = throttling.herd {
        sums.push(("Within 100 ms after a reset, for each user", format!("{herd:.2}")));
    }
    if throttling.windows_seen > 0 {
        sums.push(("Windows seen", words::count(throttling.windows_seen, "window")));
    }
    html! {
        dl .sums { @for (name, value) in sums { div { dt { (name) } dd { (value) } } } }
    }
}
