//! A load beside an earlier one on the terminal, and the words that every report has for it.

use super::clean;
use super::paint::{Paint, Tone};
use crate::model::{Change, ComparedFigure, LoadComparison, PlanDifference, Presence, ThresholdResult};

/// Most findings, and most steps, that are listed.
const FINDINGS: usize = 20;
const STEPS: usize = 40;

/// A figure's value with its unit.
pub(super) fn value(value: Option<f64>, unit: &str) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "none".to_owned() };
    match unit {
        "share" => format!("{:.2} %", value * 100.0),
        "us" if value < 1e3 => format!("{value:.0} us"),
        "us" if value < 1e6 => format!("{:.1} ms", value / 1e3),
        "us" => format!("{:.2} s", value / 1e6),
        "each" => format!("{value:.2}"),
        unit => format!("{value:.1}{unit}"),
    }
}

/// A ratio: `×1.25`; a dash where there is none.
pub(super) fn factor(ratio: Option<f64>) -> String {
    match ratio.filter(|ratio| ratio.is_finite()) {
        Some(ratio) if ratio >= 100.0 => format!("×{ratio:.0}"),
        Some(ratio) => format!("×{ratio:.2}"),
        None => "–".to_owned(),
    }
}

/// A part in which the plans differ, in words.
pub(super) fn plan_line(part: &PlanDifference) -> String {
    let said = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    format!("other {}: {} earlier, {} now", part.part, said(&part.earlier), said(&part.now))
}

/// The lines of a comparison.
pub(super) fn draw(compare: &LoadComparison, paint: Paint) -> String {
    let earlier = &compare.earlier;
    let mut text = format!(
        "  compared    with {}, {} of {} ({} sent)\n",
        clean::line(&earlier.file),
        earlier.verdict.as_str(),
        clean::line(&earlier.started_at),
        earlier.sent
    );
    let doubts = compare.plan.iter().map(plan_line).chain(compare.doubts.iter().cloned());
    for doubt in doubts {
        text.push_str(&format!("    {}\n", paint.tone(Tone::Doubt, &clean::line(&doubt))));
    }
    compare.figures.iter().for_each(|figure| text.push_str(&line(figure, paint)));
    for step in compare.steps.iter().take(STEPS) {
        text.push_str(&format!(
            "    step {}: {} answers earlier, {} now\n",
            clean::line(&step.name),
            step.earlier_count,
            step.count
        ));
        step.latency.iter().for_each(|figure| text.push_str(&line(figure, paint)));
    }
    if compare.steps.len() > STEPS {
        text.push_str(&format!("    {} more steps\n", compare.steps.len() - STEPS));
    }
    for threshold in &compare.thresholds {
        let [earlier, now] = [&threshold.earlier, &threshold.now].map(|result| measured(result.as_ref()));
        text.push_str(&format!("    {}: {earlier} earlier, {now} now\n", clean::line(&threshold.text)));
    }
    text + &findings(compare, paint)
}

/// `      p99          3.1 ms ->    4.0 ms  ×1.29  higher`.
fn line(figure: &ComparedFigure, paint: Paint) -> String {
    let [earlier, now] = [figure.earlier, figure.now].map(|side| value(side, &figure.unit));
    let change = match figure.change {
        Change::Unclear => paint.tone(Tone::Doubt, &format!("unclear: {}", clean::line(&figure.doubt))),
        change => change.as_str().to_owned(),
    };
    let (name, factor) = (&figure.name, factor(figure.ratio));
    format!("      {name:<16}{earlier:>11} -> {now:>11}  {factor:>7}  {change}\n")
}

fn measured(result: Option<&ThresholdResult>) -> String {
    result.map_or_else(
        || "not set".to_owned(),
        |it| format!("{} ({})", it.verdict.as_str(), clean::line(&it.actual)),
    )
}

fn findings(compare: &LoadComparison, paint: Paint) -> String {
    let of = |presence| compare.findings.iter().filter(move |finding| finding.presence == presence);
    let [new, gone, both] =
        [Presence::New, Presence::Gone, Presence::Both].map(|presence| of(presence).count());
    let mut text = format!("    findings: {new} new, {gone} gone, {both} in both\n");
    let changed = of(Presence::New).chain(of(Presence::Gone));
    for finding in changed.take(FINDINGS) {
        let tone = if finding.presence == Presence::New { Tone::Doubt } else { Tone::Dim };
        text.push_str(&format!(
            "      {} {}[{} {}] {} ({} earlier, {} now)\n",
            paint.tone(tone, &format!("{:<4}", finding.presence.as_str())),
            finding.severity.as_str(),
            clean::line(&finding.rule),
            clean::line(&finding.name),
            clean::line(&finding.message),
            finding.earlier_count,
            finding.count
        ));
    }
    if new + gone > FINDINGS {
        text.push_str(&format!("      {} more\n", new + gone - FINDINGS));
    }
    text
}
