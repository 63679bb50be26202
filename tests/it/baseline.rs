//! `--baseline` with the real binary: a gate for an API that is not clean, from the first file to the last fix.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tollgate::model::{Report, Severity, Verdict};
use tollgate::reference::{self, Options, Server};

use crate::tool;

const LEADS: &str = "\
name: Leads
contract: propertybase-v1
requires: [api_key]
defaults: { headers: { authorization: \"Bearer {{ api_key }}\" } }
steps:
  - name: a lead that is not there
    request: { get: \"/leads/lead_{{ uuid() }}\" }
    expect: { status: 404 }
  - name: wrong fields
    request: { post: /leads, json: { name: Ada, email: nope } }
    expect: { status: 422 }
  - name: after that
    request: { get: /leads }
    expect: { status: 200 }
";

/// A folder with a scenario, and servers to run it against.
struct Setup {
    folder: TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Setup {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("leads.yaml"), LEADS).unwrap();
        Self { folder, runtime: tokio::runtime::Runtime::new().unwrap() }
    }

    fn server(&self, defect: &str) -> Server {
        let defect = (!defect.is_empty()).then(|| reference::find_defect(defect).unwrap());
        self.runtime.block_on(reference::start(Options { defect, ..Options::default() })).unwrap()
    }

    /// Runs with the baseline against a server with that defect; the exit code and the report.
    fn run(&self, defect: &str, more: &[&str]) -> (Option<i32>, Report) {
        let server = self.server(defect);
        let origin = server.origin();
        let (name, key) = &reference::variables(server.keys())[0];
        let key = format!("{name}={key}");
        let mut arguments = vec!["run", "leads.yaml", "--target", &origin, "--var", &key];
        arguments.extend([
            "--baseline",
            "known.yaml",
            "--report",
            "json=report.json",
            "--report",
            "junit=junit.xml",
        ]);
        arguments.extend(more);
        let ended = tool::run(self.folder.path(), &arguments);
        let report = serde_json::from_str(&self.read("report.json"))
            .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
        (ended.code, report)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }
}

fn rules(report: &Report) -> Vec<(&str, bool)> {
    let failing = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    failing.map(|finding| (finding.rule.as_str(), finding.accepted)).collect()
}

#[test]
fn a_gate_is_adopted_guards_and_is_tidied_up() {
    let setup = Setup::new();
    let (exit, report) = setup.run("message-empty", &["--update-baseline"]);
    assert_eq!(exit, Some(0), "{:?}", report.findings);
    assert_eq!(rules(&report), [("ENV011", true), ("ENV011", true)]);
    let updated = report.baseline.unwrap().updated.unwrap();
    assert_eq!((updated.added, updated.entries), (2, 2));
    let first = setup.read("known.yaml");

    // The same faults again, under other ids and on other lines.
    setup.write("leads.yaml", &format!("# moved\n\n{LEADS}"));
    let (exit, report) = setup.run("message-empty", &[]);
    assert_eq!(exit, Some(0), "{:?}", report.findings);
    assert_eq!((report.summary.findings.error, report.summary.accepted.error), (0, 2));
    assert_eq!(report.summary.verdict, Verdict::Pass);
    let junit = setup.read("junit.xml");
    assert!(junit.contains(r#"failures="0""#) && junit.contains("accepted: error[ENV011"), "{junit}");

    // Another fault is new; the old ones are gone.
    let (exit, report) = setup.run("message-is-code", &[]);
    assert_eq!(exit, Some(1));
    assert!(
        rules(&report).iter().all(|(rule, accepted)| *rule == "ENV012" && !accepted),
        "{:?}",
        rules(&report)
    );
    assert_eq!(report.baseline.unwrap().fixed.len(), 2);
    assert_eq!(setup.read("known.yaml"), first, "only --update-baseline writes");

    let (exit, report) = setup.run("", &["--update-baseline"]);
    assert_eq!(exit, Some(0));
    assert_eq!(report.baseline.unwrap().updated.unwrap().dropped, 2);
    assert!(setup.read("known.yaml").ends_with("findings: []\n"));
}

#[test]
fn an_accepted_expectation_passes_and_nothing_is_said_of_what_stands_behind_it() {
    let setup = Setup::new();
    let (_, report) = setup.run("message-empty", &["--update-baseline"]);
    assert_eq!(report.baseline.unwrap().updated.unwrap().entries, 2);
    let (exit, report) = setup.run("missing-lead-is-200", &["--update-baseline", "--expires", "30d"]);
    assert_eq!(exit, Some(0), "{:?}", report.findings);
    let verdicts: Vec<_> = report.scenarios[0].steps.iter().map(|step| step.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Skipped, Verdict::Skipped]);
    let reason = report.scenarios[0].steps[1].reason.as_deref().unwrap();
    assert!(reason.contains("which the baseline accepts"), "{reason}");
    let baseline = report.baseline.unwrap();
    // The first step got another answer than it wants, the second one was not run: neither entry is called fixed.
    assert_eq!((baseline.fixed.len(), baseline.unjudged, baseline.updated.unwrap().dropped), (0, 2, 0));
    assert!(setup.read("known.yaml").contains("rule: EXP001"));
    let (exit, report) = setup.run("missing-lead-is-200", &[]);
    assert_eq!((exit, report.summary.skipped), (Some(0), 2));
    // Repeated, what was accepted is still told apart from what passed.
    let (exit, report) = setup.run("missing-lead-is-200", &["--repeat", "2"]);
    assert_eq!((exit, report.summary.skipped), (Some(0), 2));
    let reason = report.scenarios[0].steps[0].reason.as_deref().unwrap();
    assert!(reason.contains("which the baseline accepts"), "{reason}");
    // So it is behind an include.
    setup.write("other.yaml", "name: Other\nsteps:\n  - include: leads.yaml\n  - request: { get: /x }\n");
    let server = setup.server("missing-lead-is-200");
    let (origin, variables) = (server.origin(), reference::variables(server.keys()));
    let key = format!("{}={}", variables[0].0, variables[0].1);
    let arguments = ["run", "other.yaml", "--target", &origin, "--var", &key, "--baseline", "known.yaml"];
    let ended = tool::run(setup.folder.path(), &arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 step not run behind accepted expectations"), "{}", ended.stdout);
}

#[test]
fn days_and_reasons_are_kept_and_only_expires_renews() {
    let setup = Setup::new();
    setup.write(
        "known.yaml",
        "version: 1\nfindings:\n  - { rule: message-empty, file: ./leads.yaml, expires: 2001-02-03, reason: API-7 }\n",
    );
    let (exit, report) = setup.run("message-empty", &[]);
    assert_eq!(exit, Some(1));
    assert!(report.findings[0].message.ends_with("(accepted until 2001-02-03, which is over)"));
    assert!(report.findings[0].help.contains("known.yaml:3"), "{}", report.findings[0].help);
    assert_eq!(report.baseline.unwrap().expired.len(), 1);

    let (exit, _) = setup.run("message-empty", &["--update-baseline"]);
    assert_eq!(exit, Some(1), "what expired is renewed by --expires only");
    let (exit, report) = setup.run("message-empty", &["--update-baseline", "--expires", "10d"]);
    assert_eq!((exit, report.baseline.unwrap().updated.unwrap().renewed), (Some(0), 1));
    let file = setup.read("known.yaml");
    assert!(
        file.contains("reason: API-7") && !file.contains("2001") && file.matches("rule:").count() == 1,
        "{file}"
    );
    let (exit, report) = setup.run("message-empty", &[]);
    assert_eq!((exit, report.baseline.unwrap().expiring.len()), (Some(0), 1));
}

#[test]
fn doubt_and_selection_drop_nothing() {
    let setup = Setup::new();
    setup.run("message-empty", &["--update-baseline"]);
    let other = LEADS.replace("name: Leads", "name: Others\ntags: [others]");
    setup.write("others.yaml", &other);
    let first = setup.read("known.yaml");
    let (exit, report) = setup.run("", &["others.yaml", "--tag", "others", "--update-baseline"]);
    assert_eq!(exit, Some(0));
    assert_eq!(report.baseline.unwrap().unjudged, 2);
    assert_eq!(setup.read("known.yaml"), first);
    // A server that is not there.
    let gone = setup.server("").origin();
    let arguments =
        ["run", "leads.yaml", "--target", &gone, "--var", "api_key=none", "--baseline", "known.yaml"];
    let ended = tool::run(setup.folder.path(), &[&arguments[..], &["--update-baseline"]].concat());
    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
    assert_eq!(setup.read("known.yaml"), first);
}

#[test]
fn a_pipeline_accepts_nothing_by_itself() {
    let setup = Setup::new();
    let arguments = ["run", "leads.yaml", "--baseline", "known.yaml", "--update-baseline"];
    let child = tool::command(setup.folder.path(), &arguments).env("CI", "true").spawn().unwrap();
    let ended = tool::ended(child);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    assert!(ended.stderr.contains("refused where CI is set"), "{}", ended.stderr);
    assert!(!Path::new(&setup.folder.path().join("known.yaml")).exists());
}

#[test]
fn a_file_that_cannot_be_written_is_no_success() {
    let setup = Setup::new();
    setup.write("file", "");
    let server = setup.server("message-empty");
    let (name, key) = &reference::variables(server.keys())[0];
    let key = format!("{name}={key}");
    let origin = server.origin();
    let arguments =
        ["run", "leads.yaml", "--target", &origin, "--var", &key, "--baseline", "file/known.yaml"];
    let ended = tool::run(setup.folder.path(), &[&arguments[..], &["--update-baseline"]].concat());
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    assert!(ended.stderr.contains("the baseline file/known.yaml cannot be written"), "{}", ended.stderr);
}
