//! The snapshots that ship with the product: complete, still true, and broken by every change of an answer. What a
//! change shows is kept under `tests/drift/`; `UPDATE=1 cargo test --test it drift` writes the files anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tollgate::model::{Diff, DiffKind, Finding, Report, Verdict};
use tollgate::reference;

use crate::consistency::{run, start};
use crate::tool;

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
const CONTRACTS: [&str; 2] = ["lead-management-v1", "propertybase-v1"];
const FILES: [&str; 2] =
    ["scenarios/lead-management-v1/every-answer.yaml", "scenarios/propertybase-v1/every-answer.yaml"];

/// Defects, and the rules that find them in these files beside the snapshots.
const DEFECTS: [(&str, &[&str]); 6] = [
    // A text is another one.
    ("leak-sql", &["LEA002"]),
    // Members have other names.
    ("details-keys-renamed", &["DET003", "DET007", "ENV001"]),
    // A boolean is a number.
    ("success-number", &["ENV009"]),
    // There is a member more, of two types.
    ("member-type-of-one-route", &["CON004"]),
    // Header lines come and go, and only snapshots see it.
    ("location-missing", &[]),
    ("limit-headers-missing-when-used-up", &[]),
];

/// Changes of snapshots, as if the answers had been so: the file, what stands there, what stood there.
const EDITS: [(&str, &str, &str); 8] = [
    // A text, the name of a member, a type, a member more, a member less, the order of a list, a status, a type of a shape.
    ("propertybase-v1/every-answer/an-unknown-lead", "Lead not found", "No such lead"),
    ("propertybase-v1/every-answer/shows-a-lead", "\"email\":", "\"mail\":"),
    ("lead-management-v1/every-answer/an-amount-of-nothing", "\"value\": 0", "\"value\": \"0\""),
    ("lead-management-v1/every-answer/a-fault-inside", "\"details\": {},\n  ", ""),
    ("propertybase-v1/every-answer/health", "\"ok\"", "\"ok\",\n    \"version\": 1"),
    (
        "propertybase-v1/every-answer/a-page-without-numbers",
        "      {\n        \"field\": \"limit\",\n        \"message\": \"Must be between 1 and 100\"\n      },\n      {\n        \"field\": \"offset\",\n        \"message\": \"Must be between 0 and 1000000\"\n      }\n",
        "      {\n        \"field\": \"offset\",\n        \"message\": \"Must be between 0 and 1000000\"\n      },\n      {\n        \"field\": \"limit\",\n        \"message\": \"Must be between 1 and 100\"\n      }\n",
    ),
    ("propertybase-v1/every-answer/the-same-again", "201 Created", "200 OK"),
    ("lead-management-v1/every-answer/lists-leads", "\"total\": \"number\"", "\"total\": \"string\""),
];

/// A copy of what a project has, snapshots aside.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in FILES {
        let to = folder.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(Path::new(PROJECT).join(file), to).unwrap();
    }
    folder
}

/// The snapshots of a project by name.
fn snapshots(project: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for contract in CONTRACTS {
        let folder = format!("{contract}/every-answer");
        for entry in fs::read_dir(project.join("snapshots").join(&folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            let name = name.strip_suffix(".snap").unwrap_or(&name);
            all.insert(format!("{folder}/{name}"), fs::read_to_string(&path).unwrap());
        }
    }
    all
}

fn write(project: &Path, snapshots: &BTreeMap<String, String>) {
    for (name, text) in snapshots {
        let path = project.join("snapshots").join(format!("{name}.snap"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A diff as lines, and what is changed in it.
fn told(diff: &Diff) -> (String, String) {
    let (mut whole, mut changed) = (String::new(), String::new());
    for line in &diff.lines {
        let sign = match line.kind {
            DiffKind::Context => ' ',
            DiffKind::Removed => '-',
            DiffKind::Added => '+',
            DiffKind::Gap => '…',
        };
        writeln!(whole, "{}", format!("  {sign} {}", line.text()).trim_end()).unwrap();
        if matches!(line.kind, DiffKind::Removed | DiffKind::Added) {
            writeln!(changed, "{sign} {}", line.text().trim()).unwrap();
        }
    }
    (whole, changed)
}

/// Every difference once, in full, and the steps that have it.
fn grouped(findings: &[&Finding]) -> String {
    let mut groups: Vec<(String, String, Vec<String>)> = Vec::new();
    let mut findings = findings.to_vec();
    findings.sort_by_key(|found| (&found.file, found.line));
    // A report shows the evidence of so many findings, and counts the others.
    let bare = findings.iter().filter(|found| found.diff.is_none()).count();
    for found in findings {
        let Some(diff) = found.diff.as_deref() else { continue };
        let place = format!("{}: {}", found.file, found.step);
        let (whole, changed) = told(diff);
        match groups.iter_mut().find(|(_, known, _)| *known == changed) {
            Some((_, _, places)) => places.push(place),
            None => groups.push((whole, changed, vec![place])),
        }
    }
    let mut text = String::new();
    for (whole, _, places) in groups {
        let places: String = places.iter().map(|place| format!("{place}\n")).collect();
        writeln!(text, "{places}{whole}").unwrap();
    }
    if bare > 0 {
        writeln!(text, "{bare} more").unwrap();
    }
    text
}

/// Compares a text with a file of `tests/drift/`.
fn check(name: &str, actual: &str) {
    let path: PathBuf = [PROJECT, "tests", "drift", &format!("{name}.txt")].iter().collect();
    if std::env::vars_os().any(|(name, _)| name == "UPDATE") {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{} differs; UPDATE=1 writes it anew:\n{actual}", path.display());
}

fn of<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    report.findings.iter().filter(|found| found.rule == rule).collect()
}

/// Runs a project's suite against the server inside.
fn inside(project: &Path, arguments: &[&str]) -> (Option<i32>, Report) {
    let ended = tool::run(project, &[&["run", "scenarios", "--report=json=-"], arguments].concat());
    let report = serde_json::from_str(&ended.stdout);
    (ended.code, report.unwrap_or_else(|error| panic!("{error}: {}", ended.stderr)))
}

#[test]
fn taking_all_snapshots_anew_gives_those_that_are_kept() {
    let project = copy();
    let kept = snapshots(Path::new(PROJECT));
    // The second run meets what the first one wrote, from many scenarios at once.
    for arguments in [&["--update=accept"][..], &["--update=accept", "--repeat=3", "--jobs=6"]] {
        let (exit, report) = inside(project.path(), arguments);
        assert_eq!((exit, report.summary.verdict), (Some(0), Verdict::Pass), "{:#?}", report.findings);
        let taken = snapshots(project.path());
        assert!(kept.keys().eq(taken.keys()), "steps and files of snapshots/ are not the same");
        for (name, text) in &kept {
            assert_eq!(taken.get(name), Some(text), "{name}");
        }
    }
    for contract in CONTRACTS {
        assert!(kept.keys().filter(|name| name.starts_with(contract)).count() >= 70);
    }
}

#[test]
fn what_was_kept_otherwise_is_told_with_its_difference_and_nothing_else_is() {
    let project = copy();
    let mut edited = snapshots(Path::new(PROJECT));
    for (name, now, before) in EDITS {
        let text = edited.get_mut(name).unwrap();
        assert_eq!(text.matches(now).count(), 1, "{name}: {now}");
        *text = text.replace(now, before);
    }
    write(project.path(), &edited);
    let (exit, report) = inside(project.path(), &[]);
    assert_eq!(exit, Some(1));
    let changed = of(&report, "SNP001");
    let others = report.findings.iter().filter(|found| found.rule != "SNP001" && found.rule != "COD003");
    assert_eq!((changed.len(), others.count()), (EDITS.len(), 0), "{:#?}", report.findings);
    check("edits", &grouped(&changed));
    assert_eq!(snapshots(project.path()), edited, "a run without `--update` writes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn defects_show_as_changes() {
    for (id, rules) in DEFECTS {
        let server = start(Some(reference::find_defect(id).unwrap())).await;
        let (exit, report) = run(&server, &FILES, &[]).await;
        assert_eq!(exit, Some(1), "{id}");
        let changed = of(&report, "SNP001");
        assert!(!changed.is_empty(), "{id}");
        let known =
            |found: &Finding| ["SNP001", "COD003"].contains(&&*found.rule) || rules.contains(&&*found.rule);
        let strange: Vec<_> = report.findings.iter().filter(|found| !known(found)).collect();
        assert!(strange.is_empty(), "{id}: {strange:#?}");
        check(id, &grouped(&changed));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clean_servers_do_not_differ_whatever_happened_to_one_before() {
    let (one, other) = (start(None).await, start(None).await);
    let (exit, _) = run(&other, &["scenarios"], &["--seed=7"]).await;
    assert_eq!(exit, Some(0));
    let against = format!("--against={}", one.origin());
    let (exit, report) = run(&other, &["scenarios"], &[&against, "--edges", "--jobs=4"]).await;
    assert_eq!((exit, report.summary.verdict), (Some(0), Verdict::Pass), "{:#?}", report.findings);
    assert!(report.findings.iter().all(|found| found.rule == "COD003"), "{:#?}", report.findings);
    assert_eq!(report.summary.inconclusive, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_difference_of_another_server_is_told() {
    let (one, other) = (start(None).await, start(reference::find_defect("location-missing")).await);
    let against = format!("--against={}", one.origin());
    let (exit, report) = run(&other, &["scenarios"], &[&against]).await;
    assert_eq!(exit, Some(1));
    let strange = report.findings.iter().filter(|found| {
        // The suites ask for the header themselves, in the file about the reference server.
        let asked = found.rule == "EXP005" && found.file.ends_with("as-the-reference.yaml");
        !asked && found.rule != "SNP003" && found.rule != "COD003"
    });
    assert_eq!(strange.count(), 0, "{:#?}", report.findings);
    check("against-location-missing", &grouped(&of(&report, "SNP003")));
}
