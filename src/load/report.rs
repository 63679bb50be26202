//! What was gathered becomes what reports show.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::plan::Plan;
use super::run::{Gathered, Outcome};
use super::tally::{Tally, Times};
use crate::model::{
    LoadCause, LoadCounts, LoadGenerator, LoadHistogram, LoadModel, LoadOutcome, LoadReport, LoadStep,
    LoadThrottling, LoadWindow, RetryAfterCount, Verdict,
};

/// Share of intended sends that may be missed before the generator is in doubt.
const MISSED: f64 = 0.01;
/// And so many are too few to doubt anything if they are less than a twentieth: a burst of sixty is whole enough without
/// two of its sends.
const FEW_MISSED: u64 = 2;
const MANY_MISSED: f64 = 0.05;
/// Lateness that one send in a hundred may have before what is measured may be the generator's, in microseconds.
const LATE: u64 = 5_000;
/// Share of exchanges that may be without an answer before the whole is in doubt.
const UNANSWERED: f64 = 0.01;
/// Shortest run of which the share of time that threads are busy tells anything.
const LONG_ENOUGH: Duration = Duration::from_secs(1);
/// Share of its threads' time that a generator is busy when it has nothing left to give.
const BUSY: f64 = 0.95;

pub(super) fn outcome(plan: &Plan, gathered: Gathered) -> Outcome {
    let Gathered {
        started,
        sending,
        totals,
        latency,
        series,
        windows,
        watch,
        tally,
        faults,
        judging,
        processor,
    } = gathered;
    let ran = Duration::from_nanos(tally.last).max(sending);
    let generator = generator(plan, &totals, &tally, processor, ran);
    let doubt = !generator.reason.is_empty();
    let seconds = sending.as_secs_f64();
    let mut throttling = throttling(plan, &totals, &tally, seconds);
    if let Some(limit) = plan.limit {
        let (listed, seen, most) = windows.listed(0);
        throttling.limit = Some(limit);
        // Users end their last walks a little later than planned: that is no whole window.
        let whole = whole_millis(plan.schedule.length()) / limit.window_ms.max(1);
        let seen = seen.min(whole);
        throttling.windows = listed
            .iter()
            .take(usize::try_from(whole).unwrap_or(usize::MAX))
            .map(|window| LoadWindow {
                at_ms: window.at_ms,
                sent: window.sent,
                admitted: window.admitted,
                throttled: window.throttled,
            })
            .collect();
        throttling.windows_seen = seen;
        throttling.admitted_at_most = Some(most);
    }
    let thresholds = watch.results(&totals, &latency, seconds, doubt);
    let millis = |nanos: u64| nanos / 1_000_000;
    let causes = faults.iter().enumerate().map(|(finding, fault)| LoadCause {
        finding,
        count: fault.count,
        first_ms: millis(fault.first),
        last_ms: millis(fault.last),
    });
    let report = LoadReport {
        model: plan.model,
        on_429: plan.on_429,
        started_at: OffsetDateTime::from(started).format(&Rfc3339).unwrap_or_default(),
        planned_ms: whole_millis(plan.schedule.length()),
        duration_ms: whole_millis(ran),
        stages: plan.stages.clone(),
        users: None,
        walks: None,
        intended: totals.sent + totals.dropped + totals.missed,
        totals,
        rate_per_s: if seconds > 0.0 { totals.sent as f64 / seconds } else { 0.0 },
        bytes_received: tally.bytes,
        steps: steps(plan, &tally),
        histograms: histograms(&tally),
        series: series.into_series(),
        causes: causes.collect(),
        judging,
        throttling,
        thresholds,
        generator,
        compare: None,
    };
    Outcome { report, faults }
}

fn whole_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn steps(plan: &Plan, tally: &Tally) -> Vec<LoadStep> {
    let steps = plan.steps.iter().zip(&tally.steps).enumerate().map(|(place, (step, seen))| {
        let (mut latency, mut service) = (Times::new(), Times::new());
        let mut statuses: IndexMap<String, u64> = IndexMap::new();
        for group in tally.groups.iter().filter(|group| group.step == place) {
            latency.merge(&group.latency);
            service.merge(&group.service);
            *statuses.entry(group.status.to_string()).or_default() += group.latency.percentiles().count;
        }
        statuses.sort_unstable_keys();
        LoadStep {
            name: step.name.clone(),
            line: step.line,
            counts: seen.counts,
            statuses,
            codes: seen.codes.clone(),
            failures: seen.failures.clone(),
            failure: seen.failure.clone(),
            latency: latency.percentiles(),
            service: service.percentiles(),
        }
    });
    steps.collect()
}

fn histograms(tally: &Tally) -> Vec<LoadHistogram> {
    let mut groups: Vec<_> = tally.groups.iter().collect();
    groups.sort_by_key(|group| (group.step, group.outcome, group.status));
    let histogram = |group: &&super::tally::Group| LoadHistogram {
        step: group.step,
        outcome: group.outcome,
        status: group.status,
        latency: group.latency.percentiles(),
        service: group.service.percentiles(),
        hdr: STANDARD.encode(group.latency.encoded()),
    };
    groups.iter().map(histogram).collect()
}

fn throttling(plan: &Plan, totals: &LoadCounts, tally: &Tally, seconds: f64) -> LoadThrottling {
    let goodput_per_s = if seconds > 0.0 { totals.admitted as f64 / seconds } else { 0.0 };
    let mut retry_after: Vec<RetryAfterCount> = tally
        .waits
        .iter()
        .map(|(seconds, count)| RetryAfterCount { seconds: *seconds, count: *count })
        .collect();
    retry_after.sort_by_key(|wait| wait.seconds);
    LoadThrottling {
        limit: None,
        goodput_per_s,
        goodput: plan.limit.filter(|limit| limit.limit > 0 && seconds > 0.0).map(|limit| {
            let windows = (seconds * 1e3 / limit.window_ms.max(1) as f64).max(1.0);
            let allowed = limit.limit as f64 * windows;
            totals.admitted as f64 / allowed
        }),
        waste: (totals.admitted > 0).then(|| totals.refused as f64 / totals.admitted as f64),
        early: tally.early,
        early_admitted: tally.early_admitted,
        retry_after,
        without_seconds: tally.without_seconds,
        ..LoadThrottling::default()
    }
}

/// Whether the generator kept up, and why not.
fn generator(
    plan: &Plan,
    totals: &LoadCounts,
    tally: &Tally,
    processor: Duration,
    ran: Duration,
) -> LoadGenerator {
    let intended = totals.sent + totals.dropped + totals.missed;
    let lateness = tally.lateness.percentiles();
    let seconds = ran.as_secs_f64();
    let share = if seconds > 0.0 { processor.as_secs_f64() / seconds } else { 0.0 };
    let missed = if intended > 0 { totals.missed as f64 / intended as f64 } else { 0.0 };
    let mut reasons = Vec::new();
    let undone = missed > MANY_MISSED || missed > MISSED && totals.missed > FEW_MISSED;
    if undone {
        reasons.push(format!("{} of {intended} sends were missed ({:.1} %)", totals.missed, missed * 100.0));
    }
    if plan.model == LoadModel::Open && lateness.p99_us > LATE {
        reasons.push(format!("one send in a hundred was {} ms late or more", lateness.p99_us / 1_000));
    }
    // A run of a moment is all beginning.
    if share > BUSY * plan.threads as f64 && ran >= LONG_ENOUGH {
        let threads = if plan.threads == 1 {
            "its thread was".to_owned()
        } else {
            format!("its {} threads were", plan.threads)
        };
        reasons.push(format!("{threads} busy all the time"));
    }
    // Late sends count into the latency from the intended time: a bound that holds all the same holds.
    let verdict = if undone { Verdict::Inconclusive } else { Verdict::Pass };
    let reason = if reasons.is_empty() {
        String::new()
    } else {
        format!("the generator, not the target, was the limit: {}", reasons.join("; "))
    };
    LoadGenerator {
        verdict,
        reason,
        threads: u32::try_from(plan.threads).unwrap_or(u32::MAX),
        connections: tally.connections,
        max_in_flight: u32::try_from(plan.max_in_flight).unwrap_or(u32::MAX),
        cpu_ms: whole_millis(processor),
        cpu_share: share,
        rss_kib: 0,
        lateness,
    }
}

/// The verdict on the whole: what failed outweighs what is in doubt. Exchanges without an answer were not judged; one in a
/// hundred may be missing.
pub fn verdict(report: &LoadReport) -> Verdict {
    let (ended, unanswered) = (report.totals.ended(), report.totals.of(LoadOutcome::Transport));
    // Walks that all ended before their end never did what they are for.
    let aimless = report.walks.as_ref().is_some_and(|walks| walks.whole == 0 && walks.ended > 0);
    let unjudged = ended == 0 || aimless || unanswered as f64 > ended as f64 * UNANSWERED;
    let doubts = [report.generator.verdict, if unjudged { Verdict::Inconclusive } else { Verdict::Pass }];
    Verdict::of_parts(report.thresholds.iter().map(|threshold| threshold.verdict).chain(doubts))
}
