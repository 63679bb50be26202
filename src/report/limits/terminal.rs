//! Verdicts on rate limits for people: a line a rule, failures with their evidence, the limiter, and a chart.

use std::cmp::Reverse;

use super::chart;
use crate::model::{LimitReport, LimitVerdict, Outcome, Report};
use crate::report::paint::{Paint, Tone};
use crate::report::{Style, clean, summary, words};

/// Columns of the labels on the left.
const LABEL: usize = 12;
/// Keys that are drawn.
const KEYS: usize = 6;

/// The sign of an outcome.
fn mark(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Pass => ("✓", Tone::Good),
        Outcome::Fail => ("✗", Tone::Bad),
        Outcome::Warning => ("!", Tone::Doubt),
        Outcome::Inconclusive => ("?", Tone::Doubt),
        Outcome::Skipped => ("-", Tone::Dim),
    }
}

/// The whole text.
pub(super) fn render(report: &Report, style: Style) -> String {
    let paint = Paint { colour: style.colour };
    let mut text = String::new();
    for limit in &report.limits {
        if !style.quiet {
            text.push_str(&head(report, limit, paint));
        }
        for verdict in &limit.verdicts {
            match verdict.verdict {
                Outcome::Pass if !style.quiet => text.push_str(&line(verdict, style, paint)),
                Outcome::Skipped if style.verbose => text.push_str(&line(verdict, style, paint)),
                Outcome::Pass | Outcome::Skipped => {}
                Outcome::Fail | Outcome::Warning | Outcome::Inconclusive => {
                    text.push_str(&entry(report, verdict, paint));
                }
            }
        }
        if !style.quiet {
            text.push_str(&foot(limit, style, paint));
        }
        text.push_str(&closing_line(report, limit, paint));
    }
    text
}

fn row(label: &str, value: &str, paint: Paint) -> String {
    format!("  {}{value}\n", paint.tone(Tone::Dim, &format!("{label:LABEL$}")))
}

/// What was probed, and what it is held to.
fn head(report: &Report, limit: &LimitReport, paint: Paint) -> String {
    let declared = &limit.declared;
    let numbers = match (declared.limit, declared.window_s) {
        (Some(limit), Some(window)) => format!("{limit} per {window} s"),
        (Some(limit), None) => format!("{limit} per unknown window"),
        _ => "nothing".to_owned(),
    };
    let daily = declared.daily.map_or(String::new(), |daily| format!(", {daily} per day"));
    let keys: Vec<_> = limit.keys.iter().map(|key| clean::line(key).into_owned()).collect();
    let mut text = row("target", &clean::line(&report.target), paint);
    text.push_str(&row("request", &clean::line(&limit.request), paint));
    if !limit.contract.is_empty() {
        text.push_str(&row("contract", &clean::line(&limit.contract), paint));
    }
    let (semantics, scope) = (&declared.semantics, &declared.scope);
    text.push_str(&row("declared", &format!("{numbers}{daily}; semantics {semantics}; per {scope}"), paint));
    text.push_str(&row("keys", &keys.join(", "), paint));
    text.push('\n');
    text
}

/// `  ✓ RC001 wait-sufficient               4 of 4 retries at the promise served`, in one line.
fn line(verdict: &LimitVerdict, style: Style, paint: Paint) -> String {
    let (mark, tone) = mark(verdict.verdict);
    let measured = clean::line(&verdict.measured);
    let space = style.width.saturating_sub(44).max(40);
    let short: String = measured.chars().take(space).collect();
    let more = if short.len() < measured.len() { "…" } else { "" };
    let tone_of_text = if verdict.verdict == Outcome::Skipped { Tone::Dim } else { Tone::Frame };
    format!(
        "  {} {} {:30} {}\n",
        paint.tone(tone, mark),
        paint.tone(tone_of_text, &verdict.rule),
        verdict.name,
        if verdict.verdict == Outcome::Skipped {
            paint.tone(Tone::Dim, &format!("{short}{more}"))
        } else {
            format!("{short}{more}")
        }
    )
}

/// A verdict with what proves it.
fn entry(report: &Report, verdict: &LimitVerdict, paint: Paint) -> String {
    let (mark, tone) = mark(verdict.verdict);
    let word = verdict.verdict.as_str().to_uppercase();
    let finding = report.findings.iter().find(|finding| finding.rule == verdict.rule);
    let source = finding.map_or(verdict.class.as_str(), |finding| finding.source.as_str());
    let mut text = format!(
        "\n  {} {} [{}]  {}\n",
        paint.tone(tone, &format!("{mark} {word} {}", verdict.rule)),
        paint.tone(Tone::Strong, &verdict.name),
        clean::line(source),
        finding.map_or_else(|| clean::line(""), |finding| clean::line(&finding.expected)),
    );
    let mut put = |line: &str| text.push_str(&format!("      {line}\n"));
    put(&paint.tone(Tone::Strong, &clean::line(&verdict.measured)));
    for evidence in &verdict.evidence {
        put(&clean::line(evidence));
    }
    if let Some(guard) = verdict.guard.as_deref().filter(|guard| *guard != verdict.measured) {
        put(&format!("guard: {}", clean::line(guard)));
    }
    if !verdict.requests.is_empty() {
        let shown: Vec<String> = verdict.requests.iter().take(12).map(|seq| format!("#{seq}")).collect();
        let more = verdict.requests.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        put(&paint.tone(Tone::Dim, &format!("requests: {}{more}", shown.join(", "))));
    }
    if !verdict.reproduce.is_empty() {
        put(&paint.tone(Tone::Dim, &format!("reproduce: {}", clean::line(&verdict.reproduce))));
    }
    text.push('\n');
    text
}

/// What was skipped, the limiter, the cost, and the chart.
fn foot(limit: &LimitReport, style: Style, paint: Paint) -> String {
    let mut text = String::from("\n");
    let skipped: Vec<String> = limit
        .verdicts
        .iter()
        .filter(|verdict| verdict.verdict == Outcome::Skipped)
        .map(|verdict| verdict.rule.clone())
        .collect();
    if !skipped.is_empty() && !style.verbose {
        let wrapped = words::wrap(&skipped, style.width.saturating_sub(LABEL + 16).max(40));
        for (index, line) in wrapped.iter().enumerate() {
            let label = if index == 0 { "skipped" } else { "" };
            text.push_str(&row(label, line, paint));
        }
        text.push_str(&row("", "why, with -v", paint));
    }
    text.push_str(&limiter(limit, style, paint));
    text.push_str(&cost(limit, style, paint));
    text.push_str(&undone(limit, paint));
    text.push_str(&timeline(limit, style, paint));
    text
}

/// What a run tells of a scenario's limit beside its verdicts: the limiter and what was not done; cost and chart for
/// those who want to see more.
pub(in crate::report) fn below_scenario(limit: &LimitReport, style: Style, paint: Paint) -> String {
    let mut text = limiter(limit, style, paint);
    if style.verbose {
        text.push_str(&cost(limit, style, paint));
    }
    text.push_str(&undone(limit, paint));
    if style.verbose {
        text.push_str(&timeline(limit, style, paint));
    }
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}

/// Which limiter it is.
fn limiter(limit: &LimitReport, style: Style, paint: Paint) -> String {
    let mut text = String::new();
    let model = &limit.model;
    if model.consistent.is_empty() {
        let why = if model.reason.is_empty() { "no model explains what was seen" } else { &model.reason };
        text.push_str(&row("limiter", &format!("cannot tell: {}", clean::line(why)), paint));
    }
    for (index, name) in model.consistent.iter().enumerate() {
        let (label, or) = if index == 0 { ("limiter", "") } else { ("", "or ") };
        text.push_str(&row(label, &format!("{or}{name}"), paint));
    }
    if style.verbose || model.consistent.is_empty() {
        for rejected in &model.rejected {
            text.push_str(&row(
                "",
                &paint.tone(
                    Tone::Dim,
                    &format!("not {}: {}", rejected.model, clean::line(&rejected.contradiction)),
                ),
                paint,
            ));
        }
    }
    text
}

fn cost(limit: &LimitReport, style: Style, paint: Paint) -> String {
    let mut text = String::new();
    let costs: Vec<String> =
        limit.cost.iter().map(|cost| format!("{} {}", cost.probe, cost.requests)).collect();
    for (index, line) in words::wrap(&costs, style.width.saturating_sub(LABEL + 4).max(40)).iter().enumerate()
    {
        text.push_str(&row(if index == 0 { "requests" } else { "" }, line, paint));
    }
    text
}

fn undone(limit: &LimitReport, paint: Paint) -> String {
    // Probes with one reason share a line.
    let told = |same: &[crate::model::UndoneProbe]| {
        let probes: Vec<&str> = same.iter().map(|undone| undone.probe.as_str()).collect();
        let reason = same.first().map_or("", |undone| undone.reason.as_str());
        row("not done", &format!("{}: {}", probes.join(", "), clean::line(reason)), paint)
    };
    limit.undone.chunk_by(|one, next| one.reason == next.reason).map(told).collect()
}

/// A key's alias as a label, cut where it is too long.
fn label_of(alias: &str) -> String {
    let alias = clean::line(alias);
    if alias.chars().count() < LABEL {
        return alias.into_owned();
    }
    alias.chars().take(LABEL - 2).chain(['…']).collect()
}

/// The busiest key as a chart, the others in a line each.
fn timeline(limit: &LimitReport, style: Style, paint: Paint) -> String {
    let width = style.width.saturating_sub(LABEL + 10).clamp(20, 120);
    let total = |slices: &[crate::model::Slice]| slices.iter().map(|slice| slice.admitted).sum::<u64>();
    let Some((place, busiest)) = limit
        .timeline
        .keys
        .iter()
        .enumerate()
        .max_by_key(|(place, key)| (total(&key.slices), Reverse(*place)))
    else {
        return String::new();
    };
    let mut text = String::from("\n");
    for (index, line) in chart::draw(&limit.timeline, busiest, width).iter().enumerate() {
        let label = if index == 0 { label_of(&busiest.key) } else { String::new() };
        text.push_str(&row(&label, line, paint));
    }
    let others = limit.timeline.keys.iter().enumerate().filter(|(other, _)| *other != place);
    for (_, key) in others.take(if style.verbose { usize::MAX } else { KEYS }) {
        let label = label_of(&key.key);
        text.push_str(&row(&label, &chart::spark(key, width), paint));
    }
    text
}

/// `✗ fail  58 rules: 40 passed, 1 failed, 17 skipped; 807 requests in 64.2 s`.
fn closing_line(report: &Report, limit: &LimitReport, paint: Paint) -> String {
    let count = |outcome| limit.verdicts.iter().filter(|verdict| verdict.verdict == outcome).count();
    let parts = [
        (count(Outcome::Pass), "passed"),
        (count(Outcome::Fail), "failed"),
        (count(Outcome::Warning), if count(Outcome::Warning) == 1 { "warning" } else { "warnings" }),
        (count(Outcome::Inconclusive), "inconclusive"),
        (count(Outcome::Skipped), "skipped"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let interrupted = if report.interrupted { "; interrupted" } else { "" };
    let cut = report.scenarios.iter().find_map(|scenario| scenario.reason.as_deref());
    let cut = cut.map_or(String::new(), |cut| format!("; {}", clean::line(cut)));
    format!(
        "\n{}  {}: {}; {} in {}{interrupted}{cut}\n",
        summary::verdict(report.summary.verdict, 0, paint),
        words::count(limit.verdicts.len() as u64, "rule"),
        parts.join(", "),
        words::count(report.summary.requests, "request"),
        words::time(report.summary.duration_ms),
    )
}
