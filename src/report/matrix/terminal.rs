//! The kill matrix for people: families, what was missed and why that matters, false alarms, the score.

use super::tally::{Tally, families, percent};
use crate::model::{Matrix, Mutant, Report, Verdict};
use crate::report::paint::{Paint, Tone};
use crate::report::{Style, clean, finding, summary, words};

/// A title, and which defects stand below it.
type List = (&'static str, fn(&Mutant) -> bool);

/// What there is to look at, worst first.
const LISTS: [List; 4] = [
    ("missed", |mutant| !mutant.caught && !mutant.in_doubt()),
    ("could not be judged", Mutant::in_doubt),
    ("caught, but by none of the rules that should", |mutant| {
        mutant.caught && !mutant.named() && !mutant.expected.is_empty()
    }),
    ("caught under one contract, and not under the other", |mutant| {
        mutant.caught && mutant.caught_in.len() < mutant.concerns.len()
    }),
];

/// The whole text.
pub(super) fn render(report: &Report, style: Style) -> String {
    let Some(matrix) = &report.matrix else { return String::new() };
    let paint = Paint { colour: style.colour };
    let mut text = String::new();
    if !style.quiet {
        text.push_str(&table(matrix, style.verbose, paint));
    }
    for (title, belongs) in LISTS {
        let mutants: Vec<&Mutant> = matrix.mutants.iter().filter(|mutant| belongs(mutant)).collect();
        let wanted = !style.quiet || mutants.iter().any(|mutant| !mutant.caught);
        if wanted && !mutants.is_empty() {
            text.push_str(&format!("\n  {}\n", paint.tone(Tone::Strong, title)));
            text.extend(mutants.into_iter().map(|mutant| entry(mutant, paint)));
        }
    }
    text.push_str(&alarms(matrix, paint));
    text.push_str(&closing_line(report, matrix, paint));
    text
}

/// One line a family; all of its defects with what caught them, for those who want to see every one.
fn table(matrix: &Matrix, verbose: bool, paint: Paint) -> String {
    let mut text = String::new();
    for (family, mutants) in families(matrix) {
        let Tally { all, caught, named, .. } = Tally::of(mutants);
        let tone = if caught == all { Tone::Good } else { Tone::Bad };
        let by_rule =
            if named < caught { format!(", {named} by the rule that should") } else { String::new() };
        let count = paint.tone(tone, &format!("{caught:>3} of {all:>3}"));
        text.push_str(&format!("  {:14}{count} caught{by_rule}\n", clean::line(family)));
        for mutant in mutants.iter().filter(|_| verbose) {
            let (mark, tone) = mark(mutant);
            let by = if mutant.by.is_empty() { "nothing".to_owned() } else { mutant.by.join(" ") };
            text.push_str(&format!("    {} {:38}{by}\n", paint.tone(tone, mark), mutant.defect));
        }
    }
    text
}

fn mark(mutant: &Mutant) -> (&'static str, Tone) {
    let verdict = match (mutant.caught, mutant.in_doubt()) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Inconclusive,
        (false, false) => Verdict::Fail,
    };
    (summary::mark(verdict), Tone::of_verdict(verdict))
}

/// A defect with what it does, what that breaks, and which rules are meant to see it.
fn entry(mutant: &Mutant, paint: Paint) -> String {
    let (mark, tone) = mark(mutant);
    let Mutant { defect, description, breaks, concerns, caught_in, expected, by, reason, .. } = mutant;
    let missed_in: Vec<&str> =
        concerns.iter().filter(|name| !caught_in.contains(name)).map(String::as_str).collect();
    let place =
        if missed_in.is_empty() { String::new() } else { format!(", not in {}", missed_in.join(", ")) };
    let mut text = format!(
        "    {} {}  {description}\n      {}\n",
        paint.tone(tone, mark),
        paint.tone(Tone::Strong, defect),
        paint.tone(Tone::Dim, &format!("breaks {breaks}{place}")),
    );
    let should = if expected.is_empty() { "no rule of its own".to_owned() } else { expected.join(" or ") };
    let found = if by.is_empty() { String::new() } else { format!("; found by {}", by.join(" ")) };
    text.push_str(&paint.tone(Tone::Dim, &format!("      meant for {should}{found}")));
    text.push('\n');
    if let Some(reason) = reason {
        text.push_str(&format!("      {}\n", clean::line(reason)));
    }
    text
}

fn alarms(matrix: &Matrix, paint: Paint) -> String {
    if matrix.false_alarms.is_empty() {
        return String::new();
    }
    let mut text = format!("\n  {}\n", paint.tone(Tone::Strong, "false alarms: found on the clean server"));
    for alarm in &matrix.false_alarms {
        for line in finding::draw(alarm, paint).lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

/// `✓ 98.3 %  340 of 346 defects caught, 338 by the rule that should, 320 by an error; no false alarm in 3 clean runs; 21.3 s`.
fn closing_line(report: &Report, matrix: &Matrix, paint: Paint) -> String {
    let tally = Tally::of(&matrix.mutants);
    let clean = matrix.false_alarms.is_empty() && report.summary.verdict == Verdict::Pass;
    let verdict = match (clean, tally.missed(), tally.in_doubt) {
        (false, ..) | (_, 1.., _) => Verdict::Fail,
        (_, _, 1..) => Verdict::Inconclusive,
        _ => Verdict::Pass,
    };
    let mut parts = vec![format!(
        "{} of {} defects caught, {} by the rule that should, {} by an error",
        tally.caught, tally.all, tally.named, tally.errors
    )];
    if tally.in_doubt > 0 {
        parts.push(format!("{} could not be judged", tally.in_doubt));
    }
    let runs = words::count(matrix.clean_runs.into(), "clean run");
    parts.push(match matrix.false_alarms.len() as u64 {
        0 => format!("no false alarm in {runs}"),
        number => format!("{} in {runs}", words::count(number, "false alarm")),
    });
    if report.summary.verdict == Verdict::Inconclusive {
        parts.push("the clean run could not be judged".into());
    }
    parts.push(words::time(report.summary.duration_ms));
    if report.interrupted {
        parts.push("interrupted".into());
    }
    let head = format!("{} {}", summary::mark(verdict), percent(matrix.score));
    format!("\n{}  {}\n", paint.tone(Tone::of_verdict(verdict), &head), parts.join("; "))
}
