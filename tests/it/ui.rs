//! What people read: every folder under `tests/ui/<topic>/<case>/` is run by the real binary, and what it says is
//! compared with the folder's `expected.txt`. `UPDATE=1` writes the files anew.
//!
//! The command is `tollgate run scenario.yaml --seed 1 --jobs 1`. An `args.txt` that starts with `-` is added to it;
//! any other is the whole command. The target is the reference server inside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::tool;

/// What differs from run to run, and what stands for it.
const VOLATILE: &[(&str, &str)] = &[
    (r"127\.0\.0\.1:\d{5}", "127.0.0.1:PORT"),
    (r"\breq_[A-Za-z0-9]{8,}", "req_ID"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"(?m)date: .* GMT", "date: DATE"),
    (r"(?m)^(.*ratelimit-reset: )\d+", "${1}RESET"),
    (r"(?m)^( *[✓✗?-] [a-z]+) +[0-9.]+ (ms|s)  ", "${1}  DURATION  "),
    (r"(?m)\b(requests +\d+ in )[0-9.]+ (ms|s)$", "${1}DURATION"),
    (r"(?m)^([✓✗?-] .*; )[0-9.]+ (ms|s)$", "${1}DURATION"),
    (r"(took |actual:   )[0-9.]+(µs|ms|s)\b", "${1}DURATION"),
];

fn cases() -> Vec<PathBuf> {
    let folders = |path: &Path| {
        let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut cases: Vec<_> = folders(&root).iter().flat_map(|topic| folders(topic)).collect();
    cases.sort();
    cases
}

/// The arguments of a case.
fn arguments(case: &Path) -> Vec<String> {
    let given = fs::read_to_string(case.join("args.txt")).unwrap_or_default();
    let usual = "run scenario.yaml --seed 1 --jobs 1";
    let line = match given.trim() {
        given if given.is_empty() || given.starts_with('-') => format!("{usual} {given}"),
        given => given.to_owned(),
    };
    line.split_whitespace().map(str::to_owned).collect()
}

/// Everything that a case showed, volatile parts replaced.
fn shown(case: &Path, volatile: &[(Regex, &str)]) -> String {
    let arguments = arguments(case);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = tool::run(case, &arguments);
    let mut text = format!("$ tollgate {}\n", arguments.join(" "));
    for (name, part) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
        if !part.is_empty() {
            text.push_str(&format!("--- {name}\n{part}"));
        }
    }
    let code = ended.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    text.push_str(&format!("--- exit {code}\n"));
    // What a run writes belongs to the run.
    volatile.iter().fold(text, |text, (pattern, instead)| pattern.replace_all(&text, *instead).into_owned())
}

#[test]
fn every_case_shows_what_is_expected() {
    let volatile: Vec<_> =
        VOLATILE.iter().map(|(pattern, instead)| (Regex::new(pattern).unwrap(), *instead)).collect();
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 150, "{} cases", cases.len());
    for case in cases {
        let (shown, file) = (shown(&case, &volatile), case.join("expected.txt"));
        assert!(!shown.contains("panicked") && shown.contains("--- exit "), "{}: {shown}", case.display());
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if shown == expected {
            continue;
        }
        if update {
            fs::write(&file, shown).unwrap();
        } else {
            wrong.push(format!("{}\n--- expected\n{expected}\n--- shown\n{shown}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n\n"));
}
