//! A load beside an earlier one: what changed, by more than the counts let it vary, and what cannot be told.

mod findings;
mod plan;
mod times;

use self::times::{Kept, by_outcome, by_step};
use crate::model::{
    Change, ComparedFigure, ComparedStep, ComparedThreshold, EarlierLoad, LoadComparison, LoadOutcome,
    LoadReport, LoadSeries, Percentiles, Report,
};

/// Standard deviations beyond which a difference is none of chance: one in a hundred at most is called so wrongly.
const SIGMAS: f64 = 2.576;
/// Least number of events that a rate or a share is compared by.
const EVENTS: u64 = 30;
/// Values that must lie beyond a percentile before it says something: p99 needs a thousand.
const BEYOND: f64 = 10.0;
/// Most points that are kept of the earlier series; it never has more.
const POINTS: usize = 3_600;
/// A percentile: its name, its rank, and where it stands.
type Percentile = (&'static str, f64, fn(&Percentiles) -> u64);

/// The percentiles of a step that are compared.
const PERCENTILES: [Percentile; 3] = [
    ("p50", 0.5, |times| times.p50_us),
    ("p90", 0.9, |times| times.p90_us),
    ("p99", 0.99, |times| times.p99_us),
];

/// What this run is beside the earlier one, whose report stands in `file`; none if one of them is no load.
pub fn compare(file: &str, earlier: &Report, now: &Report) -> Option<LoadComparison> {
    let (old, new) = (earlier.load.as_deref()?, now.load.as_deref()?);
    let mut doubts = plan::doubts(earlier, now);
    let (findings, left_out) = findings::compare(&earlier.findings, &now.findings);
    if left_out > 0 {
        doubts.push(format!("{left_out} more findings were too many to be listed"));
    }
    Some(LoadComparison {
        earlier: kept(file, earlier, old),
        plan: plan::differences(earlier, now),
        doubts,
        figures: figures(old, new),
        steps: steps(old, new),
        thresholds: thresholds(old, new),
        findings,
    })
}

fn kept(file: &str, report: &Report, load: &LoadReport) -> EarlierLoad {
    let points = load.series.points.iter().take(POINTS).copied().collect();
    EarlierLoad {
        file: file.to_owned(),
        tool_version: report.tool.version.clone(),
        verdict: report.summary.verdict,
        scenario: plan::scenario(report).to_owned(),
        target: report.target.clone(),
        model: load.model,
        started_at: load.started_at.clone(),
        duration_ms: load.duration_ms,
        sent: load.totals.sent,
        series: LoadSeries { interval_ms: load.series.interval_ms, points },
        times: by_outcome(load),
    }
}

/// A figure with its ratio; whether it changed is told by `change`, or why that is not to be told.
fn figure(name: &str, unit: &str, sides: [Option<f64>; 2], change: Result<Change, String>) -> ComparedFigure {
    let [earlier, now] = sides.map(|side| side.filter(|value| value.is_finite()));
    let ratio = earlier.zip(now).filter(|(earlier, _)| *earlier > 0.0).map(|(earlier, now)| now / earlier);
    let (change, doubt) =
        change.map_or_else(|doubt| (Change::Unclear, doubt), |change| (change, String::new()));
    ComparedFigure { name: name.to_owned(), unit: unit.to_owned(), earlier, now, ratio, change, doubt }
}

/// The direction, if the difference is greater than so many standard deviations.
fn direction(difference: f64, deviation: f64) -> Change {
    match difference {
        _ if difference.abs() <= SIGMAS * deviation => Change::Same,
        difference if difference > 0.0 => Change::Higher,
        _ => Change::Lower,
    }
}

/// The figures of the whole run.
fn figures(old: &LoadReport, new: &LoadReport) -> Vec<ComparedFigure> {
    let both = [old, new];
    let seconds = both.map(|load| load.planned_ms.min(load.duration_ms) as f64 / 1e3);
    let sent = both.map(|load| load.totals.sent);
    let admitted = both.map(|load| load.totals.admitted);
    let mut figures = vec![
        figure("rate", "/s", both.map(|load| Some(load.rate_per_s)), events(sent, seconds)),
        figure(
            "goodput",
            "/s",
            both.map(|load| Some(load.throttling.goodput_per_s)),
            events(admitted, seconds),
        ),
    ];
    if both.iter().any(|load| load.totals.refused > 0) {
        // Refused for each admitted: it changes as the share of the refused among both does.
        let refused = both.map(|load| load.totals.refused);
        let among = both.map(|load| load.totals.refused.saturating_add(load.totals.admitted));
        figures.push(figure("waste", "each", both.map(|load| load.throttling.waste), shares(refused, among)));
    }
    let ended = both.map(|load| load.totals.ended());
    for outcome in LoadOutcome::ALL {
        let counts = both.map(|load| load.totals.of(outcome));
        if counts != [0, 0] {
            let share = |load: &LoadReport| {
                let ended = load.totals.ended();
                (ended > 0).then(|| load.totals.of(outcome) as f64 / ended as f64)
            };
            figures.push(figure(outcome.as_str(), "share", both.map(share), shares(counts, ended)));
        }
    }
    figures
}

/// Whether a rate changed, taking events as independent.
fn events(counts: [u64; 2], seconds: [f64; 2]) -> Result<Change, String> {
    if counts == [0, 0] {
        return Ok(Change::Same);
    }
    if counts.iter().max() < Some(&EVENTS) {
        return Err(format!("{} and {} are too few; {EVENTS} are needed", counts[0], counts[1]));
    }
    if seconds.iter().any(|time| *time <= 0.0) {
        return Err("one of the runs has no length".to_owned());
    }
    let [old, new] = [0, 1].map(|run: usize| counts[run] as f64 / seconds[run]);
    Ok(direction(new - old, (old / seconds[0] + new / seconds[1]).sqrt()))
}

/// Whether a share changed: the difference of two shares, with their common variance.
fn shares(counts: [u64; 2], of: [u64; 2]) -> Result<Change, String> {
    if of.iter().min() < Some(&EVENTS) {
        return Err(format!("shares of {} and {} are too few; {EVENTS} are needed", of[0], of[1]));
    }
    let [old, new] = of.map(|all| all as f64);
    let common = (counts[0] as f64 + counts[1] as f64) / (old + new);
    let deviation = (common * (1.0 - common) * (1.0 / old + 1.0 / new)).max(0.0).sqrt();
    Ok(direction(counts[1] as f64 / new - counts[0] as f64 / old, deviation))
}

/// The steps of both runs, by name; of several with one name the first with the first.
fn steps(old: &LoadReport, new: &LoadReport) -> Vec<ComparedStep> {
    let (old_times, new_times) = (by_step(old), by_step(new));
    let mut taken = vec![false; old.steps.len()];
    let mut steps = Vec::new();
    for (place, step) in new.steps.iter().enumerate() {
        let mut partners = old.steps.iter().enumerate();
        let partner = partners
            .find(|(at, other)| other.name == step.name && taken.get(*at).is_some_and(|taken| !taken));
        let Some((at, other)) = partner else { continue };
        if let Some(taken) = taken.get_mut(at) {
            *taken = true;
        }
        let counts = [other.latency.count, step.latency.count];
        let both = [old_times.get(&at), new_times.get(&place)];
        let latency = PERCENTILES.iter().map(|(name, share, of)| {
            let sides =
                [&other.latency, &step.latency].map(|times| (times.count > 0).then(|| of(times) as f64));
            figure(name, "us", sides, percentile(name, *share, counts, both))
        });
        steps.push(ComparedStep {
            name: step.name.clone(),
            earlier_count: counts[0],
            count: counts[1],
            latency: latency.collect(),
        });
    }
    steps
}

/// Whether a percentile changed: whether the ranges overlap in which it lies, by the ranks of its neighbours.
fn percentile(name: &str, share: f64, counts: [u64; 2], both: [Option<&Kept>; 2]) -> Result<Change, String> {
    // Rounded up, whatever the share is in binary.
    let needed = (BEYOND / (1.0 - share)).round();
    let few: Vec<String> = counts
        .iter()
        .zip(["earlier", "now"])
        .filter(|(count, _)| (**count as f64) < needed)
        .map(|(count, when)| format!("{count} {when}"))
        .collect();
    if !few.is_empty() {
        return Err(format!("too few answers for {name}: {}, {needed} are needed", few.join(", ")));
    }
    let [Some(old), Some(new)] = both.map(|kept| kept.and_then(|kept| kept.range(share, SIGMAS))) else {
        return Err("a histogram cannot be read".to_owned());
    };
    Ok(match () {
        () if new.0 > old.1 => Change::Higher,
        () if new.1 < old.0 => Change::Lower,
        () => Change::Same,
    })
}

/// The thresholds of this run, then those that only the earlier one had.
fn thresholds(old: &LoadReport, new: &LoadReport) -> Vec<ComparedThreshold> {
    let own = new.thresholds.iter().map(|now| ComparedThreshold {
        text: now.text.clone(),
        earlier: old.thresholds.iter().find(|earlier| earlier.text == now.text).cloned(),
        now: Some(now.clone()),
    });
    let gone =
        old.thresholds.iter().filter(|earlier| new.thresholds.iter().all(|now| now.text != earlier.text));
    let gone = gone.map(|earlier| ComparedThreshold {
        text: earlier.text.clone(),
        earlier: Some(earlier.clone()),
        now: None,
    });
    own.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_must_be_greater_than_chance() {
        assert_eq!(shares([100, 108], [1_000, 1_000]), Ok(Change::Same));
        assert_eq!(shares([100, 200], [1_000, 1_000]), Ok(Change::Higher));
        assert_eq!(shares([1_000, 0], [1_000, 1_000]), Ok(Change::Lower));
        assert_eq!(shares([0, 0], [1_000, 1_000]), Ok(Change::Same));
        assert!(shares([1, 9], [10, 1_000]).is_err_and(|why| why.contains("10 and 1000")));
        assert_eq!(events([1_000, 1_000], [10.0, 5.0]), Ok(Change::Higher));
        assert_eq!(events([1_000, 1_020], [10.0, 10.0]), Ok(Change::Same));
        assert!(events([3, 9], [10.0, 10.0]).is_err() && events([99, 99], [0.0, 1.0]).is_err());
    }

    #[test]
    fn a_percentile_needs_answers_beyond_it() {
        for (share, few, enough) in [(0.5, 19, 20), (0.9, 99, 100), (0.99, 999, 1_000)] {
            let why = |counts| percentile("p", share, counts, [None, None]).unwrap_err();
            assert!(why([few, enough]).starts_with("too few answers for p: "), "{share}");
            assert!(why([enough, enough]).contains("cannot be read"), "{share}");
        }
    }

    #[test]
    fn a_ratio_needs_something_to_divide_by() {
        let ratio = |earlier, now| figure("x", "/s", [earlier, now], Ok(Change::Same)).ratio;
        assert_eq!(ratio(Some(2.0), Some(3.0)), Some(1.5));
        assert_eq!(
            [ratio(Some(0.0), Some(3.0)), ratio(None, Some(3.0)), ratio(Some(f64::NAN), Some(1.0))],
            [None; 3]
        );
    }
}
