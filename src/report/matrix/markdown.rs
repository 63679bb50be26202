//! The kill matrix as a page: the same suite gives the same bytes, so it can be kept and compared.

use super::tally::{Tally, families, percent};
use crate::model::{Finding, Matrix, Mutant, Report};

/// The whole page.
pub(super) fn render(report: &Report) -> String {
    let Some(matrix) = &report.matrix else { return String::new() };
    let mut text = format!("# Kill matrix\n\n{}\n", head(report, matrix));
    text.push_str(
        "| family | defects | caught | by the rule that should | by an error | missed | in doubt |\n",
    );
    text.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for (family, mutants) in families(matrix) {
        text.push_str(&row(family, Tally::of(mutants)));
    }
    text.push_str(&row("**all**", Tally::of(&matrix.mutants)));
    text.push_str(&alarms(&matrix.false_alarms));
    for (family, mutants) in families(matrix) {
        text.push_str(&format!("\n## {family}\n\n"));
        text.push_str(
            "| defect | what is different | caught by | meant for | |\n| --- | --- | --- | --- | --- |\n",
        );
        text.extend(mutants.iter().map(defect));
    }
    text
}

fn head(report: &Report, matrix: &Matrix) -> String {
    let mut contracts: Vec<&str> = report
        .scenarios
        .iter()
        .map(|scenario| scenario.contract.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    contracts.sort_unstable();
    contracts.dedup();
    format!(
        "<!-- Made by `tollgate mutants --report markdown=FILE`. -->\n\n{} scenarios with {} steps, judged by {}, against the reference server with each of its seeded defects but those that only `tollgate limits` can see.\n\
         A defect is caught if the suite finds something that it does not find on the clean server, a note included;\n\
         without `--fail-on` only an error fails a run.\n\n\
         **{} caught**; false alarms on the clean server: {}.\n{}",
        report.summary.scenarios,
        report.summary.steps,
        if contracts.is_empty() { "no contract".to_owned() } else { contracts.join(" and ") },
        percent(matrix.score),
        matrix.false_alarms.len(),
        if report.interrupted {
            "\n**Interrupted**: the defects that are not listed were not tried.\n"
        } else {
            ""
        },
    )
}

fn row(name: &str, tally: Tally) -> String {
    let Tally { all, caught, named, errors, in_doubt } = tally;
    format!("| {name} | {all} | {caught} | {named} | {errors} | {} | {in_doubt} |\n", tally.missed())
}

fn alarms(alarms: &[Finding]) -> String {
    if alarms.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## False alarms\n\n");
    for Finding { rule, message, file, line, step, .. } in alarms {
        text.push_str(&format!("* {rule} at {file}:{line}, step {}: {}\n", cell(step), cell(message)));
    }
    text
}

fn defect(mutant: &Mutant) -> String {
    let codes = |codes: &[String]| if codes.is_empty() { "-".to_owned() } else { codes.join(", ") };
    let Mutant { defect, description, by, expected, concerns, caught_in, .. } = mutant;
    let word = match (mutant.caught, mutant.in_doubt()) {
        (true, _) if caught_in.len() < concerns.len() => format!("only in {}", caught_in.join(", ")),
        (true, _) if !mutant.named() && !expected.is_empty() => "by another rule".to_owned(),
        (true, _) => String::new(),
        (false, true) => "**in doubt**".to_owned(),
        (false, false) => "**missed**".to_owned(),
    };
    format!("| {defect} | {} | {} | {} | {word} |\n", cell(description), codes(by), codes(expected))
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
