//! The texts that commands print for people, kept as snapshots: `INSTA_UPDATE=always` takes them anew.

use std::path::Path;
use std::process::Command;

/// What the real binary prints to stdout, run in the repository.
fn stdout(args: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate")).current_dir(root).args(args).output();
    let output = output.expect("the binary runs");
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn contracts_are_listed_and_shown() {
    insta::assert_snapshot!("contract-list", stdout(&["contract", "list"]));
    insta::assert_snapshot!("contract-show", stdout(&["contract", "show", "lead-management-v1"]));
}

#[test]
fn a_rule_is_explained_by_code_and_by_name() {
    let text = stdout(&["explain", "RTA004"]);
    assert_eq!(text, stdout(&["explain", "Retry-After-Form"]));
    insta::assert_snapshot!("explain", text);
}

#[test]
fn a_plan_is_printed() {
    let file = "scenarios/propertybase-v1/conflicts.yaml";
    insta::assert_snapshot!("dry-run", stdout(&["run", "--dry-run", file]));
}
