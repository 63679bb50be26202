//! The report for people: a line for each scenario, its findings, and a summary.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use super::limits::below_scenario;
use super::paint::{Paint, Tone};
use super::{Reporter, Style, clean, finding, load, summary, words};
use crate::model::{Event, Finding, LimitReport, Report, ScenarioResult, StepResult, Verdict};

/// How often one and the same finding is drawn in full; at one and the same place, as when a scenario has many
/// cases, it is once.
const SAME_IN_FULL: u32 = 2;
/// How often it is named in one line after that.
const SAME_IN_A_LINE: u32 = 20;
/// How many findings of one rule are drawn in full, whatever they say.
const RULE_IN_FULL: u32 = 25;
/// How many findings of one rule are named in one line after that.
const RULE_IN_A_LINE: u32 = 100;
/// How many causes a repeated run shows in full.
const CAUSES_IN_FULL: usize = 40;
/// How many it shows at all.
const CAUSES: usize = 200;
/// How many of a scenario's reasons are shown.
const REASONS: usize = 8;

/// How much of a finding is shown.
enum Show {
    Full,
    Line { again: bool },
    Nothing,
}

/// How often one and the same finding came up.
#[derive(Default)]
struct Same {
    times: u32,
    /// Where it came up last, hashed.
    place: Option<u64>,
}

/// How much space a rule has taken.
#[derive(Default)]
struct Space {
    full: u32,
    lines: u32,
}

/// Writes for people, scenario by scenario, in bounded space however broken the API is.
pub struct Terminal {
    style: Style,
    paint: Paint,
    /// The findings of the scenario at hand, drawn; its own line goes above them.
    pending: String,
    /// What was found out about the limit of the scenario at hand.
    limit: Option<Box<LimitReport>>,
    /// What is known of each finding, wherever it was found; the keys are hashes of rule, message and pointer.
    same: HashMap<u64, Same>,
    hasher: RandomState,
    /// The space each rule has taken.
    rules: HashMap<String, Space>,
    /// How many findings were shown nowhere.
    hidden: u64,
    /// Whether scenarios are repeated: then findings are shown by cause, below the scenarios.
    by_cause: bool,
}

impl Terminal {
    /// A report in that style.
    pub fn new(style: Style) -> Self {
        Self {
            style,
            paint: Paint { colour: style.colour },
            pending: String::new(),
            limit: None,
            same: HashMap::new(),
            hasher: RandomState::new(),
            rules: HashMap::new(),
            hidden: 0,
            by_cause: false,
        }
    }

    /// Whether findings are drawn as they come.
    fn tells_now(&self, verdict: Verdict) -> bool {
        let is_quiet = self.style.quiet && is_clear(verdict);
        !self.by_cause && !is_quiet
    }

    /// Draws the findings of a step, and the exchange once below those that share it.
    fn step(&mut self, findings: &[Finding]) {
        let mut exchange: Option<&Finding> = None;
        for found in findings {
            if self.style.leaves_out(found.severity) {
                continue;
            }
            if found.accepted {
                if self.style.verbose {
                    self.indented(&finding::draw_accepted(found, self.paint));
                }
                continue;
            }
            match self.how_to_show(found) {
                Show::Full => {
                    if let Some(last) = exchange.filter(|last| !is_same_exchange(last, found)) {
                        self.exchange(last);
                    }
                    exchange = Some(found);
                    self.pending.push('\n');
                    self.indented(&finding::draw(found, self.paint));
                }
                Show::Line { again } => self.indented(&finding::draw_line(found, again, self.paint)),
                Show::Nothing => self.hidden += 1,
            }
        }
        if let Some(last) = exchange {
            self.exchange(last);
        }
    }

    /// The same fault again and again, and the same rule again and again, take less and less space.
    fn how_to_show(&mut self, found: &Finding) -> Show {
        let key = self.hasher.hash_one((&found.rule, &found.message, &found.pointer));
        let place = self.hasher.hash_one((&found.file, found.line));
        let same = self.same.entry(key).or_default();
        same.times += 1;
        let moved = same.place.replace(place) != Some(place);
        let rule = self.rules.entry(found.rule.clone()).or_default();
        if moved && same.times <= SAME_IN_FULL && rule.full < RULE_IN_FULL {
            rule.full += 1;
            Show::Full
        } else if same.times <= SAME_IN_FULL + SAME_IN_A_LINE && rule.lines < RULE_IN_A_LINE {
            rule.lines += 1;
            Show::Line { again: same.times > 1 }
        } else {
            Show::Nothing
        }
    }

    /// Draws each cause with one specimen, the weightiest and the most frequent first.
    fn causes(&mut self, findings: &[Finding]) {
        let mut causes: Vec<&Finding> = findings.iter().collect();
        causes.sort_by_key(|found| (Reverse(found.severity), Reverse(found.count)));
        causes.retain(|found| !self.style.leaves_out(found.severity));
        let mut drawn: Vec<&Finding> = Vec::new();
        for (number, found) in causes.into_iter().enumerate() {
            if number < CAUSES_IN_FULL {
                self.pending.push('\n');
                self.indented(&finding::draw(found, self.paint));
                if drawn.iter().any(|other| is_same_exchange(other, found)) {
                    self.indented(&self.paint.tone(Tone::Dim, "answer: shown above"));
                } else {
                    self.exchange(found);
                    drawn.push(found);
                }
            } else if number < CAUSES {
                self.indented(&finding::draw_line(found, false, self.paint));
            } else {
                self.hidden += 1;
            }
        }
    }

    /// Draws the response, and the command as it is: an indented command may be another one.
    fn exchange(&mut self, found: &Finding) {
        // A diff has shown the answer already.
        if found.diff.is_none() || self.style.verbose {
            self.indented(&finding::draw_response(found, self.paint));
        }
        if !found.curl.is_empty() {
            let label = self.paint.tone(Tone::Dim, "repeat:");
            self.pending.push_str(&format!("  {label} {}\n", clean::text(&found.curl)));
        }
    }

    fn indented(&mut self, text: &str) {
        for line in text.lines() {
            self.pending.push_str("  ");
            self.pending.push_str(line);
            self.pending.push('\n');
        }
    }

    /// Writes a scenario: its line, what kept it from a pass, its findings.
    fn scenario(&mut self, scenario: &ScenarioResult, out: &mut dyn Write) -> io::Result<()> {
        let findings = std::mem::take(&mut self.pending);
        let limit = self.limit.take();
        if self.style.quiet && is_clear(scenario.verdict) {
            return Ok(());
        }
        let mut text = self.line(scenario);
        if self.style.verbose {
            text.extend(scenario.steps.iter().map(|step| self.step_line(step)));
        }
        // Of a rule that is not promised or was not probed the report says why; here it would be a list of them.
        let all = limit.is_none() || self.style.verbose;
        text.push_str(&self.reasons(scenario, |verdict| all || verdict != Verdict::Skipped));
        if let Some(limit) = limit.filter(|_| !self.style.quiet) {
            text.push_str(&below_scenario(&limit, self.style, self.paint));
        }
        text.push_str(&findings);
        if findings.starts_with('\n') {
            text.push('\n');
        }
        out.write_all(text.as_bytes())
    }

    /// `✓ pass            12 ms  Lead validation  scenarios/leads.yaml, 3 steps, 3 requests`.
    fn line(&self, scenario: &ScenarioResult) -> String {
        let steps = scenario.steps.len() as u64;
        let requests: u64 = scenario.steps.iter().map(|step| u64::from(step.attempts)).sum();
        // What was asked for on the command line has no file.
        let mut tail: Vec<_> = Some(clean::line(&scenario.file).into_owned())
            .filter(|file| !file.is_empty())
            .into_iter()
            .collect();
        if requests > 0 {
            tail.extend([words::count(steps, "step"), words::count(requests, "request")]);
        }
        if scenario.contract.is_empty() {
            tail.push("no contract: only HTTP itself was judged".to_owned());
        }
        format!(
            "{}  {:>9}  {}  {}\n",
            summary::verdict(scenario.verdict, 12, self.paint),
            words::time(scenario.duration_ms),
            self.paint.tone(Tone::Strong, &clean::line(&scenario.name)),
            self.paint.tone(Tone::Dim, &tail.join(", ")),
        )
    }

    /// One step, for those who want to see every one.
    fn step_line(&self, step: &StepResult) -> String {
        let mut tail = format!("line {}", step.line);
        if step.attempts > 1 {
            tail = format!("{tail}, {} requests", step.attempts);
        }
        format!(
            "  {}  {:>9}  {}  {}\n",
            summary::verdict(step.verdict, 12, self.paint),
            words::time(step.duration_ms),
            clean::line(&step.name),
            self.paint.tone(Tone::Dim, &tail),
        )
    }

    /// Why something was skipped or could not be judged: one line a reason, with the first step it holds for.
    fn reasons(&self, scenario: &ScenarioResult, wanted: impl Fn(Verdict) -> bool) -> String {
        let mut reasons: Vec<(Verdict, &str, Option<&str>, u64)> = Vec::new();
        for step in scenario.steps.iter().filter(|step| wanted(step.verdict)) {
            let Some(reason) = step.reason.as_deref() else { continue };
            match reasons.iter_mut().find(|known| known.0 == step.verdict && known.1 == reason) {
                Some(known) => known.3 += 1,
                None => reasons.push((step.verdict, reason, Some(&step.name), 0)),
            }
        }
        if let Some(reason) = scenario.reason.as_deref()
            && !reasons.iter().any(|known| known.1 == reason)
        {
            reasons.insert(0, (scenario.verdict, reason, None, 0));
        }
        let mut text = String::new();
        for (verdict, reason, step, more) in reasons.iter().take(REASONS) {
            let others =
                if *more > 0 { format!(" and {}", words::count(*more, "more step")) } else { String::new() };
            let subject = step.map(|name| format!("{}{others}: ", clean::line(name))).unwrap_or_default();
            let mark = self.paint.tone(Tone::of_verdict(*verdict), summary::mark(*verdict));
            text.push_str(&format!("    {mark} {subject}{}\n", clean::line(reason)));
        }
        if reasons.len() > REASONS {
            text.push_str(&format!(
                "    … {}\n",
                words::count((reasons.len() - REASONS) as u64, "more reason")
            ));
        }
        text
    }
}

impl Reporter for Terminal {
    fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        match event {
            Event::StepFinished { step, findings, .. } => {
                if self.tells_now(step.verdict) {
                    self.step(findings);
                }
            }
            Event::ScenarioFinished { scenario, .. } => return self.scenario(scenario, out),
            Event::RunStarted { repeat, .. } => self.by_cause = *repeat > 1,
            Event::RunJudged { findings, verdict } => {
                if self.tells_now(*verdict) {
                    self.step(findings);
                }
            }
            Event::LimitJudged { limit, .. } => self.limit = Some(limit.clone()),
            Event::LoadTick { .. } | Event::RunFinished { .. } => {}
        }
        Ok(())
    }

    fn finish(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        if self.by_cause && !(self.style.quiet && is_clear(report.summary.verdict)) {
            self.causes(&report.findings);
        }
        let mut text = std::mem::take(&mut self.pending);
        if text.starts_with('\n') && self.style.quiet {
            text.push('\n');
        }
        if !self.style.quiet {
            text.push_str(&summary::draw(report, self.hidden, self.style));
            if let Some(load) = &report.load {
                text.push_str(&load::draw(load, self.style));
                text.push('\n');
            }
        } else if report.summary.verdict == Verdict::Skipped {
            // A run that judged nothing fails, and this is why.
            for scenario in report.scenarios.iter().take(REASONS) {
                text.push_str(&format!("{}{}", self.line(scenario), self.reasons(scenario, |_| true)));
            }
        }
        text.push_str(&summary::closing_line(report, self.paint));
        out.write_all(text.as_bytes())
    }
}

/// Whether there is nothing in it that a quiet report tells.
fn is_clear(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::Skipped)
}

fn is_same_exchange(one: &Finding, other: &Finding) -> bool {
    one.curl == other.curl && one.response == other.response
}
