//! Answers as real stacks write them, and answers that are as they should be: `tests/judged/<group>/*.http`.
//!
//! A case begins with `### ` and its name; below stand one line `# contract: CODES` for each contract it is judged by
//! (`none` for no contract, `-` for silence, notes in brackets, behind a semicolon who wrote the answer), then the request if it matters, and the answer.
//! `UPDATE=1` writes the codes anew: read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use super::docs::parse;
use super::*;
use crate::model::Severity;

/// The rules that say who wrote the answer; their words are compared as well.
const NAMING: [&str; 2] = ["LEA005", "ENV015"];

/// Every file of every group, sorted.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judged");
    let inside = |folder: PathBuf| {
        fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect::<Vec<_>>()
    };
    let mut files: Vec<_> = inside(root).into_iter().flat_map(inside).collect();
    files.sort();
    files
}

/// The codes of the rules that speak, those of notes in brackets.
fn codes(text: &str, contract: Option<&Compiled>) -> String {
    let judged = judge(&parse(text), contract, &Seen::default());
    let mut codes: Vec<_> = judged
        .observations
        .iter()
        .map(|found| match found.severity {
            Severity::Note => format!("({})", found.rule.code),
            _ => found.rule.code.to_owned(),
        })
        .collect();
    codes.sort_unstable();
    let named = |found: &&crate::model::Observation| NAMING.contains(&found.rule.code);
    let named = judged.observations.iter().find(named).map(|found| format!("; {}", found.message));
    if codes.is_empty() { "-".to_owned() } else { codes.join(" ") + &named.unwrap_or_default() }
}

/// A case with the codes that are true today in place of those that stand in it.
fn judged(case: &str, contracts: &[(&str, Option<Compiled>)]) -> String {
    let (named, answer): (Vec<&str>, Vec<&str>) =
        case.split_inclusive('\n').skip(1).partition(|line| line.starts_with("# "));
    let answer = answer.concat();
    let mut text = case.split_inclusive('\n').take(1).collect::<String>();
    for line in named {
        let name = line[2..].split(':').next().expect("a name");
        let (_, contract) = contracts.iter().find(|(known, _)| *known == name).expect("a contract");
        text.push_str(&format!("# {name}: {}\n", codes(answer.trim_end(), contract.as_ref())));
    }
    text + &answer
}

#[test]
fn every_answer_is_judged_as_expected() {
    let mut contracts: Vec<_> = ["propertybase-v1", "lead-management-v1", "problem-details"]
        .map(|name| (name, Some(contract(name))))
        .into();
    contracts.push(("none", None));
    let (mut seen, mut wrong) = (0, Vec::new());
    for path in files() {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let mut now = String::new();
        for (index, case) in text.split("### ").enumerate() {
            if index == 0 {
                now.push_str(case);
                continue;
            }
            seen += 1;
            let told = judged(case, &contracts);
            if told != case {
                let lines = case.lines().zip(told.lines()).filter(|(old, new)| old != new);
                let lines: Vec<_> =
                    lines.map(|(old, new)| format!("\n  expected {old}\n  found    {new}")).collect();
                let name = case.lines().next().unwrap_or_default();
                wrong.push(format!("{}, {name}:{}", path.display(), lines.concat()));
            }
            now.push_str("### ");
            now.push_str(&told);
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, now).expect("the file can be written");
        }
    }
    assert!(seen > 500, "{seen} cases");
    assert!(wrong.is_empty() || std::env::var_os("UPDATE").is_some(), "{}", wrong.join("\n"));
}
