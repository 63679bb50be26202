//! The house stays a house: who may import whom, which outside crate lives in which room, how files begin.

use std::fs;
use std::path::{Path, PathBuf};

/// Floors from the bottom up. A room may import rooms of lower floors, and those named for it below.
const FLOORS: [&[&str]; 7] = [
    &["mask", "model", "spelling"],
    &[
        "contract",
        "jsonpath",
        "limiter",
        "matcher",
        "openapi",
        "redact",
        "report",
        "rules",
        "scenario",
        "snapshot",
        "template",
        "threshold",
        "yaml",
    ],
    &["baseline", "census", "edges", "expect", "judge", "plan", "project"],
    &["env", "store", "transport"],
    &["input", "limits", "load", "reference", "runner"],
    &["mutants"],
    &["app", "catalogue", "cli"],
];

/// Imports between rooms of one floor, each with its reason.
const NEIGHBOURS: &[(&str, &str)] = &[
    // Files are read with tables of keys.
    ("contract", "yaml"),
    ("openapi", "yaml"),
    ("project", "yaml"),
    ("scenario", "yaml"),
    ("snapshot", "yaml"),
    // Steps and contracts say in the same keys what a snapshot keeps; places in it are JSONPaths.
    ("contract", "snapshot"),
    ("scenario", "snapshot"),
    ("snapshot", "jsonpath"),
    // What a template made up and every secret stay out of snapshots.
    ("snapshot", "redact"),
    ("snapshot", "template"),
    // Rates and bounds are texts with times in them, on the command line and in files.
    ("threshold", "yaml"),
    ("scenario", "threshold"),
    // The parser knows the matchers' names and arguments.
    ("scenario", "matcher"),
    // What was compiled once is kept.
    ("jsonpath", "matcher"),
    // Snapshots are files.
    ("store", "env"),
    // The facts of a run are what was found out about each answer.
    ("census", "judge"),
    // The pages show the command line; the commands show the pages' rules and schemas.
    ("catalogue", "cli"),
    ("app", "catalogue"),
    ("app", "cli"),
];

/// Rooms that must stay strangers though their floors would allow it.
const STRANGERS: &[(&str, &str)] = &[
    ("runner", "reference"),
    ("load", "runner"),
    ("load", "reference"),
    ("load", "report"),
    ("reference", "contract"),
    ("reference", "scenario"),
    ("transport", "contract"),
];

/// Outside crates and the only rooms that may name them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("reqwest", &["transport"]),
    ("hyper", &["transport"]),
    ("hyper_util", &["transport"]),
    ("http_body_util", &["transport"]),
    ("mio", &["transport"]),
    ("httparse", &["transport"]),
    // Deadlines to the nanosecond, and the processor time of the process, on Linux.
    // And what ends a command with all that it began.
    ("rustix", &["transport", "app"]),
    // A page draws the curves of the histograms that a load kept.
    ("hdrhistogram", &["load", "report"]),
    ("maud", &["report"]),
    ("rustls", &["transport"]),
    ("wiremock", &["reference"]),
    ("rlimit", &["reference"]),
    ("jsonschema", &["contract"]),
    ("granit_parser", &["yaml"]),
    ("minijinja", &["template"]),
    ("serde_json_path", &["jsonpath"]),
    ("similar", &["snapshot"]),
    ("unicode_width", &["report"]),
    ("annotate_snippets", &["report"]),
    ("quick_junit", &["report"]),
    ("schemars", &["model", "report"]),
    ("aho_corasick", &["redact", "rules", "snapshot"]),
    ("sha2", &["snapshot"]),
    ("clap", &["cli", "app", "catalogue"]),
    ("crossterm", &["env"]),
    ("csv", &["input"]),
    ("sfv", &["limits"]),
    ("tokio", &["transport", "runner", "reference", "mutants", "load", "app"]),
    // Users of a load, and what has to be taken from goose: its log, and Ctrl-C.
    ("goose", &["load"]),
    ("log", &["load"]),
    ("ctrlc", &["app"]),
];

/// What only edges may touch: files, the process's environment, clocks, sockets.
const EDGES_ONLY: &[(&str, &[&str])] = &[
    ("std::fs", &["env"]),
    ("std::env", &["env"]),
    ("std::net", &["transport", "reference", "app", "cli"]),
    ("std::process", &["app", "env", "main"]),
    // Load is paced and timed where it is sent.
    ("SystemTime::now", &["transport", "reference", "load", "app"]),
    ("Instant::now", &["transport", "reference", "runner", "load", "app"]),
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn may_import(room: &str, target: &str) -> bool {
    let lower = matches!((floor(room), floor(target)), (Some(own), Some(other)) if other < own);
    let neighbour = NEIGHBOURS.contains(&(room, target));
    room == target || (lower || neighbour) && !STRANGERS.contains(&(room, target))
}

/// Every source file below `src` with its room and its text, tests inside it left out.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let below = path.strip_prefix(&root).expect("below src");
                let first = below.components().next().expect("a part").as_os_str().to_string_lossy();
                let room = first.trim_end_matches(".rs").to_owned();
                found.push((below.to_owned(), room, fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    found
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

/// The code without its test modules and comments.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The rooms that `use crate::...` and paths name, groups in braces included.
fn targets(code: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => top_level(group),
            None => vec![rest],
        };
        targets.extend(names.into_iter().map(first_word).filter(|name| !name.is_empty()));
    }
    targets
}

/// The entries of a group up to its closing brace, inner groups left whole.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut entries) = (0, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => {
                entries.push(group[start..at].trim());
                break;
            }
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                entries.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    entries
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether the code names a path, and not only a longer word that ends in it.
fn names(code: &str, path: &str) -> bool {
    let full = format!("{path}::");
    let found = |needle: &str| {
        code.match_indices(needle)
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    };
    found(&full) || path.contains("::") && found(path)
}

#[test]
fn rooms_import_downwards_only() {
    let mut wrong = Vec::new();
    for (path, room, text) in sources() {
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        assert!(floor(&room).is_some(), "src/{}: the room `{room}` has no floor", path.display());
        for target in targets(&code(&text)) {
            if !may_import(&room, &target) {
                wrong.push(format!("src/{}: `{room}` must not import `{target}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn outside_crates_and_edges_keep_to_their_rooms() {
    let mut wrong = Vec::new();
    for (path, room, text) in sources() {
        if is_test(&path) {
            continue;
        }
        let code = code(&text);
        for (name, rooms) in ONLY_IN.iter().chain(EDGES_ONLY) {
            if names(&code, name) && !rooms.contains(&room.as_str()) {
                wrong.push(format!("src/{}: `{name}` belongs to {rooms:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_begin_with_their_job_and_stay_readable() {
    for (path, _, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! "), "src/{}: the first line says the file's job", path.display());
        let lines = text.lines().count();
        assert!(lines <= 500, "src/{}: {lines} lines; what are its two jobs?", path.display());
    }
}

#[test]
fn the_map_names_every_room() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    for (number, rooms) in FLOORS.iter().enumerate() {
        let line =
            map.lines().find(|line| line.starts_with(&format!("//! | {number} |"))).expect("a floor's line");
        for room in *rooms {
            assert!(line.contains(&format!("`{room}`")), "floor {number} of the map lacks `{room}`");
        }
    }
}

#[test]
fn the_guard_sees_what_it_should_see() {
    assert_eq!(targets("use crate::{app::{run, x}, model::Span};"), ["app", "model"]);
    assert_eq!(targets("crate::report::render(x); use crate::yaml;"), ["report", "yaml"]);
    assert!(
        !may_import("model", "report") && !may_import("report", "runner") && !may_import("rules", "contract")
    );
    assert!(
        may_import("runner", "judge") && may_import("scenario", "yaml") && !may_import("yaml", "scenario")
    );
    assert!(names("let x = reqwest::Client::new();", "reqwest"));
    assert!(!names("let x = my_reqwest::Client::new();", "reqwest"));
    assert!(names("use std::fs::File;", "std::fs") && !names("crate::fs::x", "std::fs"));
}
