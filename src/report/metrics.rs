//! A load so far as Prometheus metrics: the text exposition format, version 0.0.4.

use std::fmt::{Display, Write};

use crate::model::{LATENCY_BOUNDS_US, LoadLive, LoadModel, LoadOutcome, LoadStage};

/// The media type of [`metrics`].
pub const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What stays the same all the time.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The program's version.
    pub version: String,
    /// What is loaded: the scenario's name, or the command's.
    pub name: String,
    /// The contract; empty if there is none.
    pub contract: String,
    /// Who decides when to send.
    pub model: LoadModel,
    /// The schedule of the open model.
    pub stages: Vec<LoadStage>,
}

/// The metrics of a load so far.
pub fn metrics(about: &About, live: &LoadLive) -> String {
    let mut page = Page(String::new());
    let totals = &live.totals;
    page.family("tollgate_build_info", "gauge", "The program.");
    page.sample("tollgate_build_info", &[("version", &about.version)], 1);
    page.family("tollgate_load_info", "gauge", "What is loaded, and who decides when to send.");
    let model = match about.model {
        LoadModel::Open => "open",
        LoadModel::Closed => "closed",
        LoadModel::Saturation => "saturation",
    };
    let info = [("name", about.name.as_str()), ("contract", &about.contract), ("model", model)];
    page.sample("tollgate_load_info", &info, 1);
    page.single("tollgate_load_known_seconds", "gauge", "Time of the load that is counted.", {
        seconds(live.known_ms.saturating_mul(1_000))
    });
    if about.model == LoadModel::Open {
        let help = "Requests per second that the schedule asks for at the end of the time that is counted.";
        let rate = rate(&about.stages, live.known_ms);
        page.single("tollgate_load_target_requests_per_second", "gauge", help, rate);
    }
    page.single("tollgate_load_sent_total", "counter", "Requests sent.", totals.sent);
    page.family("tollgate_load_requests_total", "counter", "Exchanges that ended, by how they ended.");
    for outcome in LoadOutcome::ALL {
        let labels = [("outcome", word(outcome))];
        page.sample("tollgate_load_requests_total", &labels, totals.of(outcome));
    }
    page.single("tollgate_load_in_flight", "gauge", "Requests under way.", live.in_flight);
    for (name, help, count) in [
        ("late", "Requests sent more than a millisecond after their intended time.", totals.late),
        ("dropped", "Sends left out because as many as allowed were under way.", totals.dropped),
        ("missed", "Sends left out because the generator came too late for them.", totals.missed),
        ("refused", "Answers that throttled, whether or not they keep the contract.", totals.refused),
    ] {
        page.single(&format!("tollgate_load_{name}_total"), "counter", help, count);
    }
    page.latencies(about, live);
    page.family("tollgate_load_findings_total", "counter", "Findings about answers, by rule.");
    for found in &live.findings {
        let labels = [("rule", found.rule), ("severity", found.severity.as_str())];
        page.sample("tollgate_load_findings_total", &labels, found.count);
    }
    page.0
}

/// The word of the JSON report's totals.
fn word(outcome: LoadOutcome) -> &'static str {
    match outcome {
        LoadOutcome::ContractBroken => "contract_broken",
        other => other.as_str(),
    }
}

/// The rate of a schedule at a time, in requests per second; 0 after its end.
fn rate(stages: &[LoadStage], mut at_ms: u64) -> f64 {
    for stage in stages {
        if at_ms < stage.duration_ms {
            let part = at_ms as f64 / stage.duration_ms as f64;
            return stage.from_rate + (stage.to_rate - stage.from_rate) * part;
        }
        at_ms -= stage.duration_ms;
    }
    0.0
}

/// Microseconds in seconds.
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// The text so far.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // A String takes everything.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"", if place == 0 { '{' } else { ',' });
            for c in text.chars() {
                match c {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    // Readers may take it for the end of a line.
                    '\r' => self.0.push(' '),
                    c => self.0.push(c),
                }
            }
            self.0.push('"');
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn latencies(&mut self, about: &About, live: &LoadLive) {
        let name = "tollgate_load_latency_seconds";
        let help = match about.model {
            LoadModel::Open => "Time from the intended send to the end of the answer.",
            LoadModel::Closed | LoadModel::Saturation => "Time from the send to the end of the answer.",
        };
        self.family(name, "histogram", help);
        for times in &live.latency {
            let outcome = ("outcome", word(times.outcome));
            let bucket = format!("{name}_bucket");
            for (bound, within) in LATENCY_BOUNDS_US.iter().zip(times.within) {
                self.sample(&bucket, &[outcome, ("le", &seconds(*bound).to_string())], within);
            }
            self.sample(&bucket, &[outcome, ("le", "+Inf")], times.count);
            self.sample(&format!("{name}_sum"), &[outcome], seconds(times.sum_us));
            self.sample(&format!("{name}_count"), &[outcome], times.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LiveFindings, LiveLatency, LoadCounts, Severity};

    #[test]
    fn the_page_is_as_the_format_wants_it() {
        let stage = |from_rate, to_rate| LoadStage { from_rate, to_rate, duration_ms: 10_000 };
        let about = About {
            version: "1.2.3".to_owned(),
            name: "a \"name\"\\with\nall\rof it".to_owned(),
            contract: "propertybase-v1".to_owned(),
            model: LoadModel::Open,
            stages: vec![stage(0.5, 0.5), stage(0.0, 100.0)],
        };
        let mut times = LiveLatency::none(LoadOutcome::ContractBroken);
        times.within[1..].fill(2);
        (times.within[14], times.count, times.sum_us) = (3, 4, 41_001_500);
        let totals = LoadCounts {
            sent: 30,
            admitted: 15,
            throttled: 6,
            contract_broken: 4,
            transport: 2,
            late: 1,
            dropped: 8,
            missed: 9,
            refused: 7,
            ..LoadCounts::default()
        };
        let findings = vec![LiveFindings { rule: "ENV001", severity: Severity::Error, count: 4 }];
        let live = LoadLive { known_ms: 12_500, totals, in_flight: 3, latency: vec![times], findings };
        assert_eq!(metrics(&about, &live), include_str!("metrics.txt"));
        let closed = About { model: LoadModel::Closed, ..about };
        assert!(!metrics(&closed, &live).contains("target_requests_per_second"));
    }

    #[test]
    fn the_rate_follows_the_stages() {
        let stage = |from_rate, to_rate| LoadStage { from_rate, to_rate, duration_ms: 1_000 };
        let stages = [stage(10.0, 10.0), stage(10.0, 20.0), stage(5.0, 5.0)];
        let rates = [0, 999, 1_000, 1_500, 2_000, 3_000].map(|at| rate(&stages, at));
        assert_eq!(rates, [10.0, 10.0, 10.0, 15.0, 5.0, 0.0]);
    }
}
