//! From the log to the whole judgement: verdicts, timeline, the limiter, the cost. Recomputed, it is the same.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::log::{Head, Log, Probe, Protocol, Scope, Semantics};
use super::rules::{Rule, Verdict, all, keys_share};
use super::view::{Fate, Seen, View};
use crate::contract::Compiled;
use crate::model::{
    DeclaredLimit, Event, Finding, KeyTimeline, Kind, LimitModel, LimitReport, LimitVerdict, Outcome,
    ProbeCost, RejectedModel, Report, ScenarioResult, Severity, Slice, StepResult, Timeline, Tool,
    UndoneProbe, Verdict as Judged,
};
use crate::report::Fold;

/// Slices of a timeline at most.
const SLICES: i64 = 600;

/// Everything that can be said about a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// What reports show.
    pub limit: LimitReport,
    /// The target's origin.
    pub target: String,
    /// The seed of the probe.
    pub seed: u64,
    /// Requests sent.
    pub requests: u64,
    /// From the start to the last answer, in milliseconds.
    pub duration_ms: u64,
    /// Why the probing ended before its end, if it did.
    pub cut: Option<String>,
}

/// Judges a log; the rules about envelopes need the contract. A pure function: the same log gives the same judgement.
pub fn judge(log: &Log, contract: Option<&Compiled>) -> Judgement {
    let view = View::new(log, contract);
    let head = &log.head;
    let again = again(head, contract);
    let verdicts = all().map(|rule| told(rule, weighed(&view, rule), &again)).collect();
    Judgement {
        limit: LimitReport {
            scenario: String::new(),
            file: String::new(),
            request: head.request.clone(),
            contract: head.contract.clone(),
            keys: head.keys.clone(),
            declared: declared(head),
            model: model(&view),
            verdicts,
            timeline: timeline(&view),
            cost: cost(&view),
            undone: log
                .undone
                .iter()
                .map(|(probe, why)| UndoneProbe { probe: probe.name().to_owned(), reason: why.clone() })
                .collect(),
        },
        target: head.target.clone(),
        seed: head.seed,
        requests: log.records.len() as u64,
        duration_ms: millis(view.seen.iter().map(|seen| seen.e).max().unwrap_or_default()),
        cut: log.cut.clone(),
    }
}

/// Rules that build on a key's limit being its own.
const OF_ONE_KEY: [&str; 22] = [
    "CC001", "CC002", "CC003", "CT001", "CT004", "GP001", "HD004", "HD005", "HD006", "IS002", "IS003",
    "IS006", "PF002", "RC001", "RC002", "RC003", "RC004", "RC005", "RC006", "RC008", "ST003", "WS001",
];

/// The one rule that a verified promise is judged by.
const VERIFIED: &str = "DQ005";

/// What a rule says. Where keys share a limit, probes of other keys explain whatever a rule about one key sees.
fn weighed(view: &View<'_>, rule: &Rule) -> Verdict {
    if view.log.head.armed.is_some() && rule.info.code != VERIFIED {
        return Verdict::skip("one request, sent for DQ005, is all there is");
    }
    let verdict = (rule.judge)(view);
    let is_broken = matches!(verdict.outcome, Outcome::Fail | Outcome::Warning);
    if is_broken && OF_ONE_KEY.contains(&rule.info.code) && keys_share(view) {
        return Verdict::guarded("G3: keys share a limit (see IS001): others may have used it".to_owned());
    }
    verdict
}

impl Judgement {
    /// The report. Verdicts that fail become findings, errors, and warnings become warnings; what weighs as much as
    /// `fail_on` fails. A log that was cut off cannot pass.
    pub fn report(&self, tool: Tool, fail_on: Severity, cut: Option<&str>) -> Report {
        let cut = cut.or(self.cut.as_deref());
        let mut fold = Fold::new(tool, IndexMap::new());
        let mut steps = Vec::new();
        let name = format!("Rate limit of {}", self.limit.request);
        for verdict in &self.limit.verdicts {
            let finding = self.finding(verdict, &name);
            let step = StepResult {
                name: format!("{} {}", verdict.rule, verdict.name),
                line: 0,
                verdict: verdict_of(verdict.verdict, fail_on),
                attempts: 0,
                duration_ms: 0,
                reason: Some(verdict.measured.clone()),
                contract: None,
                codes: Vec::new(),
                code_counts: IndexMap::default(),
                flaky: false,
                findings: Vec::new(),
            };
            fold.event(&Event::StepFinished {
                scenario: 0,
                step: step.clone(),
                findings: finding.into_iter().collect(),
            });
            steps.push(step);
        }
        let whole = cut.map(|_| Judged::Inconclusive);
        let verdict = Judged::of_parts(steps.iter().map(|step| step.verdict).chain(whole));
        let scenario = ScenarioResult {
            name,
            file: String::new(),
            contract: self.limit.contract.clone(),
            verdict,
            duration_ms: self.duration_ms,
            reason: cut.map(str::to_owned),
            steps,
        };
        fold.event(&Event::ScenarioFinished { index: 0, scenario });
        let mut report = fold.report(self.duration_ms, false);
        report.kind = Kind::Limits;
        report.target.clone_from(&self.target);
        report.seed = self.seed;
        report.summary.requests = self.requests;
        report.limits = vec![self.limit.clone()];
        report
    }

    /// What is found of each verdict, in their order; nothing for those that hold, or that could not be given.
    pub fn findings(&self) -> Vec<Option<Finding>> {
        self.limit.verdicts.iter().map(|verdict| self.finding(verdict, "")).collect()
    }

    /// Says that this command probes it again.
    pub fn reproduced_by(&mut self, command: &str) {
        let told = self.limit.verdicts.iter_mut().filter(|verdict| !verdict.reproduce.is_empty());
        told.for_each(|verdict| command.clone_into(&mut verdict.reproduce));
    }

    fn finding(&self, verdict: &LimitVerdict, scenario: &str) -> Option<Finding> {
        let severity = match verdict.verdict {
            Outcome::Fail => Severity::Error,
            Outcome::Warning => Severity::Warning,
            Outcome::Pass | Outcome::Inconclusive | Outcome::Skipped => return None,
        };
        let rule = all().find(|rule| rule.info.code == verdict.rule)?;
        Some(Finding {
            rule: verdict.rule.clone(),
            name: verdict.name.clone(),
            severity,
            source: rule.info.source.to_string(),
            message: verdict.measured.clone(),
            help: format!("`tollgate explain {}` says how it is tested", verdict.rule),
            file: String::new(),
            line: 0,
            column: 0,
            scenario: scenario.to_owned(),
            step: format!("{} {}", verdict.rule, verdict.name),
            pointer: String::new(),
            expected: rule.statement.to_owned(),
            actual: verdict.evidence.join("\n"),
            count: 1,
            accepted: false,
            spread: None,
            diff: None,
            curl: verdict.reproduce.clone(),
            response: String::new(),
            snippet: String::new(),
        })
    }
}

/// The verdict of a step.
fn verdict_of(outcome: Outcome, fail_on: Severity) -> Judged {
    match outcome {
        Outcome::Fail => Judged::Fail,
        Outcome::Warning if fail_on <= Severity::Warning => Judged::Fail,
        Outcome::Pass | Outcome::Warning => Judged::Pass,
        Outcome::Inconclusive => Judged::Inconclusive,
        Outcome::Skipped => Judged::Skipped,
    }
}

/// The command that probes the same again; keys are secrets, so they stay in the environment.
fn again(head: &Head, contract: Option<&Compiled>) -> String {
    let mut command = format!("tollgate limits --target {}", head.target);
    if head.protocol == Protocol::Http2 {
        command.push_str(" --http 2");
    }
    if !head.contract.is_empty() {
        command.push_str(&format!(" --contract {}", head.contract));
    }
    // What stands before the path of `--request` is known only with the contract that was probed by.
    if head.contract.is_empty() || contract.is_some() {
        let prefix = head.target.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        let prefix = prefix.map(|(_, path)| format!("/{}", path.trim_end_matches('/')));
        let base = contract.map_or("", |one| one.contract.base_path.as_str());
        let (method, target) = head.request.split_once(' ').unwrap_or(("GET", &head.request));
        let path = target.strip_prefix(&format!("{}{base}", prefix.unwrap_or_default())).unwrap_or(target);
        command.push_str(&format!(" --request '{method} {}'", path.replace('\'', "%27")));
    }
    if let (Some(limit), Some(window)) = (head.declared.limit, head.declared.window) {
        command.push_str(&format!(" --limit {limit}/{}s", window.as_secs_f64()));
    }
    if let Some(armed) = &head.armed {
        let daily = armed.daily.map_or_else(String::new, |daily| format!(" --daily {daily}"));
        command.push_str(&format!("{daily} --arm FILE"));
    }
    format!("{command} --seed {}", head.seed)
}

fn told(rule: &Rule, verdict: Verdict, again: &str) -> LimitVerdict {
    let restart = if rule.probe == Probe::Restart { " --restart-command COMMAND" } else { "" };
    let reproduce = match verdict.outcome {
        Outcome::Pass | Outcome::Skipped => String::new(),
        _ => format!("{again}{restart}"),
    };
    LimitVerdict {
        rule: rule.info.code.to_owned(),
        name: rule.info.name.to_owned(),
        class: rule.class.as_str().to_owned(),
        verdict: verdict.outcome,
        measured: verdict.measured,
        evidence: verdict.evidence,
        requests: verdict.requests,
        guard: verdict.guard,
        reproduce,
    }
}

fn declared(head: &Head) -> DeclaredLimit {
    let declared = &head.declared;
    DeclaredLimit {
        limit: declared.limit,
        window_s: declared.window.map(|window| window.as_secs_f64()),
        daily: declared.daily,
        semantics: match declared.semantics {
            Semantics::Unspecified => "unspecified".to_owned(),
            Semantics::FixedWindow => "fixed window".to_owned(),
            Semantics::AnyWindow => "any window".to_owned(),
            Semantics::Bucket { burst } => format!("bucket of {burst}"),
        },
        scope: match declared.scope {
            Scope::Key => "key".to_owned(),
            Scope::Endpoint => "endpoint".to_owned(),
        },
    }
}

fn model(view: &View<'_>) -> LimitModel {
    let models = &view.models;
    let first = models.consistent.first().map(|model| model.policy);
    let same = |policy: &crate::limiter::Policy| {
        models
            .consistent
            .iter()
            .all(|model| model.policy.limit == policy.limit && model.policy.window == policy.window)
    };
    let agreed = first.filter(same);
    LimitModel {
        consistent: models.consistent.iter().map(super::identify::Candidate::name).collect(),
        rejected: models
            .rejected
            .iter()
            .map(|(model, why)| RejectedModel { model: model.name(), contradiction: why.clone() })
            .collect(),
        limit: agreed.map(|policy| policy.limit),
        window_s: agreed.map(|policy| policy.window.as_secs_f64()),
        compared: models.compared,
        reason: models.why_not.clone(),
    }
}

fn millis(nanos: i64) -> u64 {
    u64::try_from(nanos / 1_000_000).unwrap_or_default()
}

fn timeline(view: &View<'_>) -> Timeline {
    let end = view.seen.iter().map(|seen| seen.s).max().unwrap_or_default() + 1;
    let least = (end / SLICES + 1).max(1_000_000);
    // Whole tenths of the window, so that the limit is a straight line.
    let slice = match view.window.map(|window| window / 10).filter(|tenth| *tenth > 0) {
        Some(tenth) => (least + tenth - 1) / tenth * tenth,
        None => (end / 120 + 1).max(least),
    };
    let count = usize::try_from(end / slice + 1).unwrap_or_default();
    let mut keys = Vec::new();
    for (key, seen) in view.keys() {
        let mut slices = vec![Slice::default(); count];
        for one in &seen {
            let place = usize::try_from(one.s / slice).unwrap_or_default();
            if let Some(slice) = slices.get_mut(place) {
                match one.fate {
                    Fate::Admitted => slice.admitted += 1,
                    Fate::Throttled => slice.throttled += 1,
                    Fate::Other | Fate::Unknown => slice.other += 1,
                }
            }
        }
        keys.push(KeyTimeline { key: view.alias(Some(key)).to_owned(), slices });
    }
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let limit =
        view.limit.zip(view.window).map(|(limit, window)| limit as f64 * slice as f64 / window.max(1) as f64);
    Timeline { slice_s: super::show::seconds(slice), limit, keys }
}

fn cost(view: &View<'_>) -> Vec<ProbeCost> {
    let mut costs: BTreeMap<Probe, Vec<&Seen<'_>>> = BTreeMap::new();
    for seen in &view.seen {
        costs.entry(seen.record.probe).or_default().push(seen);
    }
    let cost = |(probe, seen): (Probe, Vec<&Seen<'_>>)| {
        let count = |wanted: fn(&&&Seen<'_>) -> bool| seen.iter().filter(wanted).count() as u64;
        let start = seen.iter().map(|one| one.s).min().unwrap_or_default();
        let end = seen.iter().map(|one| one.e).max().unwrap_or_default();
        ProbeCost {
            probe: probe.name().to_owned(),
            requests: seen.len() as u64,
            throttled: count(|one| one.throttled()),
            unanswered: count(|one| one.fate == Fate::Unknown),
            duration_ms: millis(end - start),
        }
    };
    costs.into_iter().map(cost).collect()
}
