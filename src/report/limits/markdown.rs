//! Verdicts on rate limits as a page.

use std::fmt::Write as _;

use crate::model::{LimitReport, Outcome, Report};
use crate::report::clean;

/// The whole page.
pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for limit in &report.limits {
        // Writing to a string cannot fail.
        let _ = write!(text, "# Rate limit of {}\n\n", cell(&limit.request));
        let (verdict, requests) = (report.summary.verdict.as_str(), report.summary.requests);
        let _ = write!(text, "Verdict: **{verdict}**, {requests} requests to {}.\n\n", cell(&report.target));
        let limiter = match limit.model.consistent.as_slice() {
            [] if limit.model.reason.is_empty() => "cannot tell: no model explains what was seen".to_owned(),
            [] => format!("cannot tell: {}", limit.model.reason),
            models => models.join(", or "),
        };
        let _ = write!(text, "Limiter: {}.\n\n", cell(&limiter));
        text.push_str("| rule | name | verdict | measured |\n| --- | --- | --- | --- |\n");
        for verdict in &limit.verdicts {
            let word = verdict.verdict.as_str();
            let word = if verdict.verdict == Outcome::Fail { format!("**{word}**") } else { word.to_owned() };
            let _ = writeln!(
                text,
                "| {} | {} | {word} | {} |",
                verdict.rule,
                verdict.name,
                cell(&verdict.measured)
            );
        }
        text.push_str(&proofs(limit));
    }
    text
}

fn proofs(limit: &LimitReport) -> String {
    let mut text = String::new();
    let told = |outcome| matches!(outcome, Outcome::Fail | Outcome::Warning | Outcome::Inconclusive);
    for verdict in limit.verdicts.iter().filter(|verdict| told(verdict.verdict)) {
        let _ = write!(
            text,
            "\n## {} {}: {}\n\n{}\n",
            verdict.rule,
            verdict.name,
            verdict.verdict.as_str(),
            cell(&verdict.measured)
        );
        if !verdict.evidence.is_empty() {
            text.push_str("\n```text\n");
            for line in &verdict.evidence {
                let _ = writeln!(text, "{}", clean::line(line).replace("```", "'''"));
            }
            text.push_str("```\n");
        }
    }
    text
}

/// A text that does not leave its cell, nor become markup.
fn cell(text: &str) -> String {
    clean::line(text).replace('|', "\\|").replace('<', "&lt;")
}
