//! The README's files work as they are printed there.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Writes every code block that follows a `<!-- file: PATH -->` line to that path.
fn project() -> TempDir {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("the README");
    let folder = TempDir::new().expect("a folder");
    let mut written = 0;
    for part in readme.split("<!-- file: ").skip(1) {
        let (path, rest) = part.split_once(" -->\n```").expect("a code block behind the name");
        let (_, rest) = rest.split_once('\n').expect("a block");
        let (text, _) = rest.split_once("\n```").expect("the end of the block");
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
        written += 1;
    }
    assert_eq!(written, 7);
    folder
}

fn tollgate(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(folder).args(args).output().expect("the binary runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_contract_is_good() {
    let folder = project();
    let checked = tollgate(&folder, &["contract", "check", "schemas/shop-v1"]);
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    let shown = tollgate(&folder, &["contract", "show", "shop-v1"]);
    assert!(said(&shown).contains("OUT_OF_STOCK"), "{}", said(&shown));
}

#[test]
fn the_snapshot_is_taken_accepted_and_compared() {
    let (readme, own) = (project(), TempDir::new().expect("a folder"));
    std::fs::create_dir(own.path().join("scenarios")).expect("made");
    let scenario = "scenarios/not-found.yaml";
    std::fs::copy(readme.path().join(scenario), own.path().join(scenario)).expect("copied");
    for (args, code) in [
        (&["run", scenario][..], 1),
        (&["run", scenario, "--update"], 1),
        (&["snapshots", "accept", "--filter", "not-found"], 0),
        (&["run", scenario], 0),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        let ended = command.current_dir(&own).env_remove("CI").args(args).output().expect("the binary runs");
        assert_eq!(ended.status.code(), Some(code), "{args:?}: {}", said(&ended));
    }
}

#[test]
fn the_scenario_and_the_project_are_good() {
    let folder = project();
    let secret = [
        "--secret",
        "api_key=sekret-sekret",
        "--secret",
        "limited_key=sekret-limited",
        "--var",
        "probe_limits=yes",
        "--secret",
        "second_limited_key=sekret-second",
        "--allow-load",
        "staging.example.com",
    ];
    let planned = ["run", "--env", "staging", "--baseline", "tollgate-baseline.yaml", "--dry-run"];
    let planned = tollgate(&folder, &[&planned[..], &secret].concat());
    assert_eq!(planned.status.code(), Some(0), "{}", said(&planned));
    let said = said(&planned);
    assert!(said.contains("https://staging.example.com") && said.contains("GET /orders/none"), "{said}");
    assert!(said.contains("limits     clean-trial") && said.contains("1 probe of a limit"), "{said}");
    assert!(said.contains("shop-v1") && !said.contains("sekret"), "{said}");
}
