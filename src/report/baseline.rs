//! What the report for people says about the baseline.

use super::{clean, words};
use crate::model::{BaselineEntry, BaselineReport, Report, StepResult, Verdict};

/// How many entries of one kind are listed.
const LISTED: usize = 20;

/// The lines, none without a baseline.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let Some(baseline) = &report.baseline else { return Vec::new() };
    let file = clean::line(&baseline.file);
    let counts = report.summary.accepted;
    let mut lines = vec![match counts.error + counts.warning + counts.note {
        0 => format!("no finding accepted by {file}"),
        accepted => format!("{} accepted by {file}, one by one with -v", words::count(accepted, "finding")),
    }];
    let dropped = baseline.updated.is_some();
    let removed = |what: &str| {
        if dropped {
            format!("{what}, dropped:")
        } else {
            format!("{what}; remove them with --update-baseline:")
        }
    };
    list(&baseline.fixed, &removed("fixed"), &mut lines);
    list(&baseline.gone, &removed("about steps that are no more"), &mut lines);
    let renew = "expired and not accepted; mend them, or renew them with --update-baseline --expires DAY:";
    list(&baseline.expired, renew, &mut lines);
    list(&baseline.expiring, "about to expire:", &mut lines);
    let behind = behind(report);
    if behind > 0 {
        lines.push(format!("{} not run behind accepted expectations", words::count(behind, "step")));
    }
    if baseline.unjudged > 0 {
        lines.push(format!("{} not judged in this run", entries(baseline.unjudged)));
    }
    lines.extend(written(baseline));
    lines
}

/// How many steps were left out since one before them failed as the baseline knows. Only such a step passes with a
/// reason.
fn behind(report: &Report) -> u64 {
    let is_known = |step: &StepResult| step.verdict == Verdict::Pass && step.reason.is_some();
    let ended = report.scenarios.iter().filter(|scenario| scenario.steps.iter().any(is_known));
    let steps = ended.flat_map(|scenario| &scenario.steps);
    steps.filter(|step| step.verdict == Verdict::Skipped).count() as u64
}

fn list(listed: &[BaselineEntry], what: &str, lines: &mut Vec<String>) {
    if listed.is_empty() {
        return;
    }
    lines.push(format!("{} {what}", entries(listed.len() as u64)));
    for entry in listed.iter().take(LISTED) {
        let parts = [&entry.file, &entry.step, &entry.message].into_iter().flatten();
        let parts: Vec<_> = parts.map(|part| clean::line(part).into_owned()).collect();
        let about = if parts.is_empty() { "anywhere".to_owned() } else { parts.join(", ") };
        lines.push(format!(
            "  {} {}: {about} (line {}, until {})",
            entry.rule, entry.name, entry.line, entry.expires
        ));
    }
    if listed.len() > LISTED {
        lines.push(format!("  … {} more, in full with --report json=PATH", listed.len() - LISTED));
    }
}

/// What was done to the file.
fn written(baseline: &BaselineReport) -> Option<String> {
    let done = baseline.updated?;
    let parts = [(done.added, "added"), (done.dropped, "dropped"), (done.renewed, "renewed")];
    let parts: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let what = if parts.is_empty() { "nothing to change".to_owned() } else { parts.join(", ") };
    Some(format!("{what}; {} in it now", entries(done.entries)))
}

fn entries(number: u64) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}
