//! Included files: what they require, under which contract they run, and mistakes in them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use tollgate::model::{Report, Verdict};

/// A folder with these files in it, made anew.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Exit code, standard output and standard error of a run there.
fn run(folder: &Path) -> (Option<i32>, Vec<u8>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["run", ".", "--report", "json=-"])
        .current_dir(folder)
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

const CREATE: &str = r#"
name: Shared lead
requires: [api_key]
steps:
  - request:
      post: /leads
      headers: { authorization: "Bearer {{ api_key }}" }
      json: { name: Ada, email: "{{ uuid() }}@example.com" }
    expect: { status: 2xx }
    capture: { lead_id: $.data.id }
"#;

const READ: &str = r#"
name: Reads it
contract: CONTRACT
requires: [api_key]
setup: [{ include: _lead.yaml }]
steps:
  - request: { get: "/leads/{{ lead_id }}", headers: { authorization: "Bearer {{ api_key }}" } }
    expect: { status: 200 }
"#;

#[test]
fn a_file_without_a_contract_runs_once_under_each_of_its_includers() {
    let flat = READ.replace("CONTRACT", "lead-management-v1");
    let nested = READ.replace("CONTRACT", "propertybase-v1");
    let files = [
        ("_lead.yaml", CREATE),
        ("a.yaml", &flat),
        ("b.yaml", &nested),
        ("c.yaml", &nested),
        ("d.yaml", &flat),
    ];
    let (exit, stdout, stderr) = run(&folder("include-contracts", &files));
    assert_eq!(exit, Some(0), "{stderr}{}", String::from_utf8_lossy(&stdout));
    let report: Report = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(report.summary.requests, 2 + 4);
}

#[test]
fn who_includes_a_file_requires_what_it_requires() {
    let shared = CREATE.replace("[api_key]", "[api_key, unheard_of]");
    let files = [("_lead.yaml", shared.as_str()), ("a.yaml", &READ.replace("CONTRACT", "propertybase-v1"))];
    let (exit, stdout, stderr) = run(&folder("include-requires", &files));
    assert_eq!(exit, Some(3), "{stderr}");
    let report: Report = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(report.scenarios[0].verdict, Verdict::Skipped);
    assert_eq!(report.scenarios[0].reason.as_deref(), Some("requires `unheard_of`, which is not given"));
    assert_eq!(report.summary.requests, 0);
}

#[test]
fn a_case_may_use_what_is_required() {
    let cases = r#"
name: Cases
contract: propertybase-v1
requires: [unheard_of]
cases: [{ key: "{{ unheard_of }}" }]
steps: [{ request: { get: "/leads/{{ key }}" } }]
"#;
    let (exit, stdout, stderr) = run(&folder("case-requires", &[("a.yaml", cases)]));
    assert_eq!(exit, Some(3), "{stderr}");
    let report: Report = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(report.scenarios[0].verdict, Verdict::Skipped);
}

#[test]
fn a_mistake_in_an_included_file_is_found_before_anything_is_sent() {
    let shared = CREATE.replace("uuid()", "uuidd");
    let read = READ.replace("CONTRACT", "propertybase-v1");
    let files = [("_lead.yaml", shared.as_str()), ("a.yaml", &read), ("b.yaml", &read)];
    let (exit, _, stderr) = run(&folder("include-mistake", &files));
    assert_eq!(exit, Some(2));
    assert!(
        stderr.contains("nobody sets the variable `uuidd`") && stderr.contains("_lead.yaml:8:"),
        "{stderr}"
    );
    assert!(stderr.contains("1 mistake; nothing was sent"), "{stderr}");
}

#[test]
fn a_header_name_may_be_a_template() {
    let header = r#"
name: Fault
contract: propertybase-v1
requires: [api_key]
vars: { header: NAME }
steps:
  - request: { get: /leads, headers: { authorization: "Bearer {{ api_key }}", "{{ header }}": unavailable } }
    expect: { status: 503 }
"#;
    let run_with = |name: &str| run(&folder("header-name", &[("a.yaml", &header.replace("NAME", name))]));
    let (exit, stdout, stderr) = run_with("x-tollgate-fault");
    assert_eq!(exit, Some(0), "{stderr}{}", String::from_utf8_lossy(&stdout));
    let (exit, stdout, _) = run_with("not a name");
    assert_eq!(exit, Some(3));
    assert!(String::from_utf8_lossy(&stdout).contains("the request cannot be sent"));
}
