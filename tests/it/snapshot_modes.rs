//! Snapshots with the real binary: what is written when, and that nothing is where nothing was asked for.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tollgate::model::{Report, Verdict};
use tollgate::reference::{self, Options, Server};

use crate::tool;

const LEADS: &str = "\
name: Leads
contract: propertybase-v1
defaults: { headers: { authorization: \"Bearer {{ api_key }}\" } }
steps:
  - name: creates
    request: { post: /leads, json: { name: Ada, email: \"{{ random_email() }}\" } }
    capture: { lead_id: $.data.id }
    snapshot: { redact: { \"$..created_at\": \"[timestamp]\", \"$..updated_at\": \"[timestamp]\" } }
  - name: shows
    request: { get: \"/leads/{{ lead_id }}\" }
    snapshot: { headers: [etag, date, x-ratelimit-remaining, \"x-re*\"], redact: { \"$..created_at\": \"[timestamp]\", \"$..updated_at\": \"[timestamp]\" } }
  - name: refuses
    request: { get: /leads/lead_nonexistent123 }
    expect: { status: 404 }
    snapshot: true
  - name: lists
    request: { get: /leads }
    snapshot: shape
";

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("scenarios")).unwrap();
    fs::write(folder.path().join("scenarios/leads.yaml"), LEADS).unwrap();
    folder
}

/// The files below a folder with their texts, by path below it.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn snapshots(project: &TempDir) -> BTreeMap<String, String> {
    files(&project.path().join("snapshots"))
}

fn run(project: &TempDir, more: &[&str]) -> tool::Ended {
    tool::run(project.path(), &[&["run"], more].concat())
}

#[test]
fn a_run_writes_nothing_until_it_is_asked_to() {
    let project = project();
    let first = run(&project, &[]);
    assert_eq!(first.code, Some(1), "{}", first.stdout);
    assert!(
        first.stdout.contains("SNP002") && first.stderr.contains("nothing was written"),
        "{}",
        first.stderr
    );
    assert_eq!(snapshots(&project), BTreeMap::new());

    let pending = run(&project, &["--update"]);
    assert_eq!(pending.code, Some(1));
    let names: Vec<_> = snapshots(&project).into_keys().collect();
    let expected =
        ["creates", "lists", "refuses", "shows"].map(|step| format!("propertybase-v1/leads/{step}.snap.new"));
    assert_eq!(names, expected);

    let accepted = run(&project, &["--update=accept"]);
    assert_eq!(accepted.code, Some(0), "{}", accepted.stdout);
    let names: Vec<_> = snapshots(&project).into_keys().collect();
    let expected =
        ["creates", "lists", "refuses", "shows"].map(|step| format!("propertybase-v1/leads/{step}.snap"));
    assert_eq!(names, expected, "what waited is out of date and gone");
}

#[test]
fn every_run_takes_the_same_snapshots_byte_for_byte() {
    let project = project();
    run(&project, &["--update=accept"]);
    let first = snapshots(&project);
    assert_eq!(first.len(), 4);
    // Another seed, another port, other ids, other times; and as often as that.
    let again = run(&project, &["--repeat", "3", "--jobs", "4"]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);
    fs::remove_dir_all(project.path().join("snapshots")).unwrap();
    run(&project, &["--update=accept"]);
    assert_eq!(snapshots(&project), first);
}

#[test]
fn where_ci_is_set_nothing_is_written() {
    let project = project();
    for (value, code) in [("true", 2), ("1", 2), ("false", 1), ("", 1)] {
        let mut command = tool::command(project.path(), &["run", "--update"]);
        let ended = tool::ended(command.env("CI", value).spawn().unwrap());
        assert_eq!(ended.code, Some(code), "CI={value}: {}", ended.stderr);
        assert_eq!(snapshots(&project).is_empty(), code == 2);
    }
}

#[test]
fn two_runs_at_once_leave_whole_files() {
    let project = project();
    let start = || tool::command(project.path(), &["run", "--update=accept"]).spawn().unwrap();
    let both = [start(), start(), start()].map(tool::ended);
    for ended in both {
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    }
    assert_eq!(snapshots(&project).len(), 4);
    assert_eq!(run(&project, &[]).code, Some(0));
}

#[test]
fn what_no_step_names_any_more_is_listed_and_deleted() {
    let project = project();
    run(&project, &["--update=accept"]);
    let other = LEADS.replace("name: lists", "name: shows all").replace("name: Leads", "name: Others");
    fs::create_dir(project.path().join("elsewhere")).unwrap();
    fs::write(project.path().join("elsewhere/others.yaml"), &other).unwrap();
    run(&project, &["elsewhere/others.yaml", "--update"]);
    fs::write(project.path().join("scenarios/leads.yaml"), LEADS.replace("name: shows", "name: has"))
        .unwrap();

    let list = tool::run(project.path(), &["snapshots", "list"]);
    assert_eq!(
        list.stdout.lines().last(),
        Some("8 snapshots: 3 ok, 4 new, 1 unreferenced"),
        "{}",
        list.stdout
    );
    let listed = tool::run(project.path(), &["snapshots", "list", "--unreferenced"]);
    assert!(listed.stdout.starts_with("unreferenced propertybase-v1/leads/shows "), "{}", listed.stdout);
    let pruned = tool::run(project.path(), &["snapshots", "prune"]);
    assert_eq!(pruned.stdout, "deleted  propertybase-v1/leads/shows\n1 deleted\n");
    // A file of which nothing is known any more deletes nothing.
    fs::write(project.path().join("scenarios/leads.yaml"), "name: [").unwrap();
    let before = snapshots(&project);
    let refused = tool::run(project.path(), &["snapshots", "prune"]);
    assert_eq!((refused.code, snapshots(&project)), (Some(2), before), "{}", refused.stderr);
    let list = tool::run(project.path(), &["snapshots", "list"]);
    assert!(list.code == Some(0) && list.stderr.starts_with("note: "), "{}", list.stderr);
}

/// Servers to compare.
struct Servers {
    runtime: tokio::runtime::Runtime,
}

impl Servers {
    fn start(&self, defect: Option<&str>) -> Server {
        let defect = defect.map(|id| reference::find_defect(id).unwrap());
        self.runtime.block_on(reference::start(Options { defect, ..Options::default() })).unwrap()
    }

    /// Compares the second server with the first.
    fn compare(
        &self,
        project: &TempDir,
        before: &Server,
        now: &Server,
        more: &[&str],
    ) -> (Option<i32>, Report, String) {
        let keys = reference::variables(now.keys());
        let vars: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (before, now) = (before.origin(), now.origin());
        let mut arguments =
            vec!["run", "--target", &now, "--against", &before, "--report", "json=report.json"];
        arguments.extend(more);
        vars.iter().for_each(|var| arguments.extend(["--var", var]));
        let ended = tool::run(project.path(), &arguments);
        let report = fs::read(project.path().join("report.json")).unwrap();
        (ended.code, serde_json::from_slice(&report).unwrap(), ended.stderr)
    }
}

#[test]
fn two_targets_are_compared_step_by_step() {
    let project = project();
    let servers = Servers { runtime: tokio::runtime::Runtime::new().unwrap() };
    let (one, other) = (servers.start(None), servers.start(None));
    let (code, report, said) = servers.compare(&project, &one, &other, &[]);
    assert_eq!((code, report.findings.len()), (Some(0), 0), "{said}");
    assert_eq!(report.against.as_deref(), Some(&*one.origin()));
    assert!(said.contains(": 4 answers, 0 errors and 0 warnings of its own"), "{said}");
    let changed = servers.start(Some("code-lower-case"));
    let (code, report, _) = servers.compare(&project, &one, &changed, &[]);
    assert_eq!(code, Some(1));
    let [differs] = report.findings.iter().filter(|found| found.rule == "SNP003").collect::<Vec<_>>()[..]
    else {
        panic!("{:#?}", report.findings)
    };
    assert_eq!(differs.step, "refuses");
    let lines = &differs.diff.as_ref().unwrap().lines;
    assert!(lines.iter().any(|line| line.text().contains("\"not_found\"")), "{lines:?}");
    assert_eq!(snapshots(&project), BTreeMap::new());
}

#[test]
fn a_target_does_not_differ_from_itself_whatever_was_made_up_before_the_run() {
    let project = TempDir::new().unwrap();
    let write = |path: &str, text: &str| fs::write(project.path().join(path), text).unwrap();
    write("tollgate.yaml", "vars: { mail: \"{{ random_email() }}\" }\n");
    write("leads.yaml", &LEADS.replace("{{ random_email() }}", "{{ mail }}"));
    let servers = Servers { runtime: tokio::runtime::Runtime::new().unwrap() };
    let one = servers.start(None);
    let more = ["--edges", "--contract", "propertybase-v1", "leads.yaml"];
    let (code, report, said) = servers.compare(&project, &one, &one, &more);
    assert_eq!((code, report.findings.len()), (Some(0), 0), "{said}{:#?}", report.findings);
    assert!(report.summary.steps > 50, "{said}");
}

#[test]
fn a_target_that_does_not_answer_leaves_nothing_to_compare_with() {
    let project = project();
    let servers = Servers { runtime: tokio::runtime::Runtime::new().unwrap() };
    let (gone, now) = (servers.start(None), servers.start(None));
    let origin = gone.origin();
    drop(gone);
    let keys = reference::variables(now.keys());
    let vars: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let target = now.origin();
    let mut arguments = vec!["run", "--target", &target, "--against", &origin];
    arguments.extend(["--report", "json=report.json"]);
    vars.iter().for_each(|var| arguments.extend(["--var", var]));
    let ended = tool::run(project.path(), &arguments);
    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
    let report: Report =
        serde_json::from_slice(&fs::read(project.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report.summary.verdict, Verdict::Inconclusive);
    assert!(ended.stdout.contains("gave no answer to this step"), "{}", ended.stdout);
}
