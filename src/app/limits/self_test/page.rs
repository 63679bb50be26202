//! The table of the trial as a page of Markdown.

use std::fmt::Write as _;

use super::{Bench, Row, Score, Size};

/// The page: how it was made, the sum, a table of limiters and faults by size, and everything that was not as it should be.
pub(super) fn page(bench: &Bench<'_>, scores: &[Vec<Score>]) -> String {
    let mut total = Score::default();
    scores.iter().flatten().for_each(|score| total.absorb(score));
    let seeds = bench.seeds.end - bench.seeds.start;
    let mut text = format!(
        "# The trial of prober and judge

<!-- Made by `tollgate limits --self-test --seeds {seeds} --page FILE`. -->

Simulated limiters, each with four keys, are probed and judged in simulated time. Delays on the network, lateness of
timers and the place of the server's clock are drawn from a seed, and every limiter is tried with {seeds} of them at each
size. A clean limiter is good in a run if no rule fails or warns; one with a fault is good if a rule names the fault that
is meant for it, and no rule speaks that the fault gives no reason for. A verdict that could not be given is a doubt, and
neither good nor bad.

**{} limiters, {} runs: {} missed, {} false alarms; in {} runs some verdict was in doubt.**

| limiter or fault |",
        bench.rows.len(),
        total.runs,
        total.missed,
        total.alarmed,
        total.doubtful
    );
    for Size { limit, window } in &bench.sizes {
        let _ = write!(text, " {limit} in {} s |", window.as_secs_f64());
    }
    text.push_str(" missed | alarms | in doubt | named by |\n| --- |");
    text.push_str(&" ---: |".repeat(bench.sizes.len() + 3));
    text.push_str(" --- |\n");
    for (row, scores) in bench.rows.iter().zip(scores) {
        text.push_str(&line(bench, row, scores));
    }
    text.push_str(
        "\nA size marked with * is one at which the fault cannot be seen: there nothing may be said.\n",
    );
    text.push_str(&doubts(bench, scores));
    text
}

fn line(bench: &Bench<'_>, row: &Row, scores: &[Score]) -> String {
    let mut text = format!("| {} |", row.name);
    let mut total = Score::default();
    for (size, score) in bench.sizes.iter().zip(scores) {
        let hidden = if size.window < row.from_window { "*" } else { "" };
        let _ = write!(text, " {}/{}{hidden} |", score.good, score.runs);
        total.absorb(score);
    }
    let named: Vec<String> = total.named.iter().map(|(rule, runs)| format!("{rule} ×{runs}")).collect();
    let (missed, alarmed, doubtful) = (total.missed, total.alarmed, total.doubtful);
    let _ = writeln!(text, " {missed} | {alarmed} | {doubtful} | {} |", named.join(", "));
    text
}

/// Alarms, and verdicts that could not be given, each with the last reason.
fn doubts(bench: &Bench<'_>, scores: &[Vec<Score>]) -> String {
    let mut text = String::new();
    for (row, scores) in bench.rows.iter().zip(scores) {
        for (Size { limit, window }, score) in bench.sizes.iter().zip(scores) {
            let alarms = score.alarms.iter().map(|(rule, entry)| (rule, "false alarm", entry));
            let doubts = score.doubts.iter().map(|(rule, entry)| (rule, "in doubt", entry));
            for (rule, what, (runs, why)) in alarms.chain(doubts) {
                let seconds = window.as_secs_f64();
                let _ = writeln!(
                    text,
                    "* {}, {limit} in {seconds} s: {rule} {what} in {runs}: {}",
                    row.name,
                    why.replace('|', "/")
                );
            }
        }
    }
    if text.is_empty() { text } else { format!("\n## Alarms and doubts\n\n{text}") }
}
