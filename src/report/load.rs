//! The load of a run on the terminal: counts, times, throttling, thresholds, generator.

use super::Style;
use super::paint::{Paint, Tone};
use super::{comparison, summary};
use crate::model::{LoadModel, LoadOutcome, LoadReport, Percentiles};

/// Most values of `Retry-After` that are listed.
const WAITS: usize = 6;

/// The lines of a load, from its model to its generator.
pub(super) fn draw(load: &LoadReport, style: Style) -> String {
    let paint = Paint { colour: style.colour };
    let mut text = String::new();
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<12}{value}\n"));
    let totals = &load.totals;
    line("sent", &sent(load));
    if let Some(walks) = &load.walks {
        let why = walks.reason.as_deref().map(super::clean::line);
        let why = why.map(|why| format!(", one because {why}")).unwrap_or_default();
        line("walks", &format!("{} whole, {} ended early{why}", walks.whole, walks.ended));
    }
    let lost = [("late", totals.late), ("dropped", totals.dropped), ("missed", totals.missed)];
    let lost: Vec<_> =
        lost.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    if !lost.is_empty() {
        line("", &lost.join(", "));
    }
    for outcome in LoadOutcome::ALL {
        let count = totals.of(outcome);
        let share = if totals.ended() > 0 { count as f64 * 100.0 / totals.ended() as f64 } else { 0.0 };
        if count > 0 {
            line(outcome.as_str(), &format!("{count:>9}  {share:>6.2} %"));
        }
    }
    for step in &load.steps {
        let statuses: Vec<_> =
            step.statuses.iter().map(|(status, count)| format!("{status} ×{count}")).collect();
        let failures = step.failures.iter().map(|(kind, count)| format!("{kind} ×{count}"));
        let all: Vec<_> = statuses.into_iter().chain(failures).collect();
        line("step", &format!("{}: {}", super::clean::line(&step.name), all.join(", ")));
        if let Some(failure) = &step.failure {
            line("  failure", &super::clean::line(failure));
        }
        if step.service.count > 0 {
            if load.model != LoadModel::Closed {
                line("  latency", &times(&step.latency));
            }
            line("  service", &times(&step.service));
        }
    }
    throttling(load, &mut line);
    generator(load, paint, &mut line);
    text.push_str(&thresholds(load, paint));
    if let Some(compare) = &load.compare {
        text.push_str(&comparison::draw(compare, paint));
    }
    text
}

/// What was sent, and who decided when.
fn sent(load: &LoadReport) -> String {
    let seconds = load.planned_ms.min(load.duration_ms) as f64 / 1e3;
    let who = match load.users {
        Some(1) => " by 1 user".to_owned(),
        Some(users) => format!(" by {users} users"),
        None => format!(" of {} intended", load.intended),
    };
    format!("{}{who}, {:.1}/s for {seconds:.1} s", load.totals.sent, load.rate_per_s)
}

/// How answers were judged, and whether the generator kept up.
fn generator(load: &LoadReport, paint: Paint, line: &mut dyn FnMut(&str, &str)) {
    let judging = &load.judging;
    if judging.unjudged == 0 {
        let ids = match (judging.ids, judging.ids_reused) {
            (0, _) => String::new(),
            (ids, 0) => format!("; {ids} request ids, none seen twice"),
            (ids, reused) => format!("; {ids} request ids, {reused} came twice"),
        };
        line(
            "judged",
            &format!(
                "{} answers, {} of them by every rule anew{ids}",
                judging.full + judging.known,
                judging.full
            ),
        );
    }
    let generator = &load.generator;
    let Percentiles { p50_us, p99_us, .. } = generator.lateness;
    let late = format!(", sends late by p50 {} p99 {}", time(p50_us), time(p99_us));
    // Only a schedule has times that could be missed.
    let late = if load.model == LoadModel::Open { &late } else { "" };
    line(
        "generator",
        &format!(
            "{:.0} % of a processor, {} connections{late}",
            generator.cpu_share * 100.0,
            generator.connections,
        ),
    );
    if !generator.reason.is_empty() {
        line("", &paint.tone(Tone::Doubt, &generator.reason));
    }
}

/// The thresholds, one a line.
fn thresholds(load: &LoadReport, paint: Paint) -> String {
    let mut text = String::new();
    for threshold in &load.thresholds {
        let windows = threshold.windows.map(|windows| {
            let first =
                windows.first_broken_ms.map(|at| format!(", the first at {at} ms")).unwrap_or_default();
            format!(" ({} of {} windows broken{first})", windows.broken, windows.judged)
        });
        let mark = paint.tone(Tone::of_verdict(threshold.verdict), summary::mark(threshold.verdict));
        let ended = if threshold.aborted { "; it ended the run" } else { "" };
        let actual = &threshold.actual;
        text.push_str(&format!(
            "  {mark} {}: {actual}{}{ended}\n",
            threshold.text,
            windows.unwrap_or_default()
        ));
    }
    text
}

fn throttling(load: &LoadReport, line: &mut dyn FnMut(&str, &str)) {
    let throttling = &load.throttling;
    if load.totals.refused == 0 && throttling.limit.is_none() {
        return;
    }
    let share = throttling.goodput.map(|share| format!(", {:.1} % of what the limit allows", share * 100.0));
    let waste = throttling.waste.map(|waste| format!("; {waste:.2} throttled for each of them"));
    line(
        "goodput",
        &format!(
            "{:.1}/s{}{}",
            throttling.goodput_per_s,
            share.unwrap_or_default(),
            waste.unwrap_or_default()
        ),
    );
    if let (Some(limit), Some(most)) = (throttling.limit, throttling.admitted_at_most) {
        let least = throttling.windows.iter().map(|window| window.admitted).min().unwrap_or(0);
        let greatest = throttling.windows.iter().map(|window| window.admitted).max().unwrap_or(0);
        line(
            "windows",
            &format!(
                "{} of {} ms: {least} to {greatest} admitted, limit {}; at most {most} within any such time",
                throttling.windows_seen, limit.window_ms, limit.limit
            ),
        );
    }
    let mut waits: Vec<_> =
        throttling.retry_after.iter().map(|wait| format!("{} s ×{}", wait.seconds, wait.count)).collect();
    if waits.len() > WAITS {
        let more = waits.len() - WAITS;
        waits.truncate(WAITS);
        waits.push(format!("and {more} more"));
    }
    if throttling.without_seconds > 0 {
        waits.push(format!("no seconds ×{}", throttling.without_seconds));
    }
    if !waits.is_empty() {
        line("retry-after", &waits.join(", "));
    }
    if let Some(herd) = throttling.herd {
        line(
            "waits",
            &format!("{}; {herd:.2} requests a user at once after them, at most", throttling.waits),
        );
    }
    if throttling.early > 0 {
        line(
            "early",
            &format!(
                "{} sent before the told wait was over, {} admitted",
                throttling.early, throttling.early_admitted
            ),
        );
    }
}

fn times(times: &Percentiles) -> String {
    format!(
        "p50 {}  p90 {}  p95 {}  p99 {}  p99.9 {}  max {}",
        time(times.p50_us),
        time(times.p90_us),
        time(times.p95_us),
        time(times.p99_us),
        time(times.p999_us),
        time(times.max_us)
    )
}

fn time(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} us"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}
