//! The end of the report for people: totals, coverage, and the verdict as the last line.

use super::paint::{Paint, Tone};
use super::{Style, baseline, clean, words};
use crate::model::{Coverage, Finding, FindingCounts, Kind, Report, Severity, Verdict};

/// Columns of the labels on the left.
const LABEL: usize = 12;

/// The sign of a verdict.
pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Inconclusive => "?",
        Verdict::Skipped => "-",
    }
}

/// Sign and word of a verdict, the word filled up to `width` columns.
pub(super) fn verdict(verdict: Verdict, width: usize, paint: Paint) -> String {
    paint.tone(Tone::of_verdict(verdict), &format!("{} {:width$}", mark(verdict), verdict.as_str()))
}

/// Totals, findings and coverage; `hidden` findings were not shown above.
pub(super) fn draw(report: &Report, hidden: u64, style: Style) -> String {
    let paint = Paint { colour: style.colour };
    let width = style.width.max(40) - LABEL - 2;
    let summary = &report.summary;
    let mut rows: Vec<(String, Vec<String>)> = vec![
        ("target".into(), vec![clean::line(&report.target).into_owned()]),
        // An empty row is none.
        ("against".into(), report.against.iter().map(|other| clean::line(other).into_owned()).collect()),
        ("scenarios".into(), vec![format!("{}: {}", summary.scenarios, scenarios(report))]),
        ("steps".into(), vec![format!("{}: {}", summary.steps, steps(report))]),
        ("requests".into(), vec![format!("{} in {}", summary.requests, words::time(summary.duration_ms))]),
        ("findings".into(), findings(report, hidden, width, style)),
    ];
    let known = baseline::lines(report);
    if !known.is_empty() {
        rows.push(("baseline".into(), known));
    }
    if report.repeat > 1 {
        rows.insert(4, ("repeated".into(), vec![repeated(report)]));
    }
    // Load repeats few requests and provokes what it can; it is no measure of a suite.
    let covers = report.kind != Kind::Load;
    for (contract, coverage) in report.coverage.iter().filter(|_| covers) {
        rows.push(("coverage".into(), covered(contract, coverage, width, paint)));
    }
    let mut text = String::from("\n");
    for (label, lines) in rows {
        let mut label = paint.tone(Tone::Dim, &format!("{label:LABEL$}"));
        for line in lines {
            text.push_str(&format!("  {label}{line}\n"));
            label = " ".repeat(LABEL);
        }
    }
    text.push('\n');
    text
}

/// The verdict on the run with the numbers that explain it.
pub(super) fn closing_line(report: &Report, paint: Paint) -> String {
    let summary = &report.summary;
    let mut parts = vec![format!("{}: {}", words::count(summary.scenarios, "scenario"), scenarios(report))];
    let findings = by_severity(&summary.findings);
    if !findings.is_empty() {
        parts.push(findings.join(", "));
    }
    let accepted = summary.accepted.error + summary.accepted.warning + summary.accepted.note;
    if accepted > 0 {
        parts.push(format!("{accepted} accepted"));
    }
    parts.push(words::time(summary.duration_ms));
    if report.interrupted {
        parts.push("interrupted".into());
    }
    format!("{}  {}\n", verdict(summary.verdict, 0, paint), parts.join("; "))
}

/// How many scenarios have which verdict.
fn scenarios(report: &Report) -> String {
    let count =
        |verdict| report.scenarios.iter().filter(|scenario| scenario.verdict == verdict).count() as u64;
    let all = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::Skipped];
    by_verdict(all.map(count))
}

/// How many steps have which verdict.
fn steps(report: &Report) -> String {
    let summary = &report.summary;
    by_verdict([summary.passed, summary.failed, summary.inconclusive, summary.skipped])
}

/// How often each scenario was run, and how many steps did not always do the same.
fn repeated(report: &Report) -> String {
    let steps = report.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let flaky = steps.filter(|step| step.flaky).count() as u64;
    let flaky = if flaky > 0 { format!("; {}", words::count(flaky, "flaky step")) } else { String::new() };
    format!("{} times{flaky}", report.repeat)
}

/// `118 passed, 1 failed, 1 skipped`; parts that are nought are left out.
fn by_verdict([passed, failed, inconclusive, skipped]: [u64; 4]) -> String {
    let parts =
        [(passed, "passed"), (failed, "failed"), (inconclusive, "inconclusive"), (skipped, "skipped")];
    let parts: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(number, word)| format!("{number} {word}")).collect();
    if parts.is_empty() { "none judged".to_owned() } else { parts.join(", ") }
}

/// `1 error`, `2 notes`; severities that are nought are left out.
fn by_severity(counts: &FindingCounts) -> Vec<String> {
    let all = [(counts.error, "error"), (counts.warning, "warning"), (counts.note, "note")];
    all.iter().filter(|one| one.0 > 0).map(|(number, word)| words::count(*number, word)).collect()
}

/// Findings by severity, the notes that were not drawn by rule, and how many were too many to show.
fn findings(report: &Report, hidden: u64, width: usize, style: Style) -> Vec<String> {
    let counts = by_severity(&report.summary.findings);
    let mut lines = vec![if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }];
    if style.leaves_out(Severity::Note) {
        let mut notes: indexmap::IndexMap<(&str, &str), u64> = indexmap::IndexMap::new();
        let is_left_out = |finding: &&Finding| finding.severity == Severity::Note && !finding.accepted;
        for note in report.findings.iter().filter(is_left_out) {
            *notes.entry((&note.rule, &note.name)).or_default() += note.count;
        }
        let items: Vec<String> = notes
            .iter()
            .map(|((rule, name), times)| format!("{} {} ×{times}", clean::line(rule), clean::line(name)))
            .collect();
        if !items.is_empty() {
            let how = if report.kind == Kind::Load { "--report json=PATH" } else { "-v" };
            lines.push(format!("notes, in full with {how}:"));
            lines.extend(words::wrap(&items, width - 2).into_iter().map(|line| format!("  {line}")));
        }
    }
    if hidden > 0 {
        lines.push(format!(
            "{} not shown above, in full with --report json=PATH",
            words::count(hidden, "finding")
        ));
    }
    lines
}

/// How much of a catalogue was provoked, and what never was.
fn covered(contract: &str, coverage: &Coverage, width: usize, paint: Paint) -> Vec<String> {
    let (never, provoked): (Vec<_>, Vec<_>) = coverage.codes.iter().partition(|(_, times)| **times == 0);
    let (total, contract) = (coverage.codes.len(), clean::line(contract));
    let mut lines =
        vec![format!("{contract}: {} of {} provoked", provoked.len(), words::count(total as u64, "code"))];
    let provoked: Vec<String> =
        provoked.iter().map(|(code, times)| format!("{} ×{times}", clean::line(code))).collect();
    lines.extend(words::wrap(&provoked, width - 2).into_iter().map(|line| format!("  {line}")));
    if !never.is_empty() {
        let never: Vec<String> = never.iter().map(|(code, _)| clean::line(code).into_owned()).collect();
        lines.push("never provoked:".into());
        let wrapped = words::wrap(&never, width - 2);
        lines.extend(wrapped.into_iter().map(|line| format!("  {}", paint.tone(Tone::Doubt, &line))));
    }
    lines
}
