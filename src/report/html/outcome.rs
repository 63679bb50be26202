//! How outcomes look: one class each, in every chart and table; and the bar of their shares.

use maud::{Markup, html};

use super::number::{count, share};
use crate::model::{LoadCounts, LoadOutcome};

/// The class by which an outcome has its colour.
pub(super) fn class(outcome: LoadOutcome) -> &'static str {
    match outcome {
        LoadOutcome::Admitted => "admitted",
        LoadOutcome::Throttled => "throttled",
        LoadOutcome::Error => "error",
        LoadOutcome::ContractBroken => "broken",
        LoadOutcome::Transport => "transport",
    }
}

/// What an outcome means, for people who see the word for the first time.
pub(super) fn meaning(outcome: LoadOutcome) -> &'static str {
    match outcome {
        LoadOutcome::Admitted => "below 400, contract kept",
        LoadOutcome::Throttled => "refused by the limit, contract kept",
        LoadOutcome::Error => "other answers of 400 and above, contract kept",
        LoadOutcome::ContractBroken => "an answer that breaks the contract",
        LoadOutcome::Transport => "no whole answer",
    }
}

/// One bar with the share of each outcome, and below it the counts.
pub(super) fn bar(counts: &LoadCounts) -> Markup {
    let ended = counts.ended();
    let of =
        |outcome: LoadOutcome| if ended > 0 { counts.of(outcome) as f64 * 100.0 / ended as f64 } else { 0.0 };
    html! {
        div .shares aria-hidden="true" {
            @for outcome in LoadOutcome::ALL {
                @if counts.of(outcome) > 0 {
                    span .fill .(class(outcome)) style=(format!("flex-grow:{:.3}", of(outcome).max(0.3))) {}
                }
            }
        }
        ul .outcomes {
            @for outcome in LoadOutcome::ALL {
                li .none[counts.of(outcome) == 0] {
                    span .dot .fill .(class(outcome)) aria-hidden="true" {}
                    b { (outcome.as_str()) }
                    span .number { (count(counts.of(outcome))) }
                    span .share { (share(counts.of(outcome), ended)) }
                    small { (meaning(outcome)) }
                }
            }
        }
    }
}
