//! `tollgate snapshots list`.

use std::io::Write;

use serde::Serialize;

use super::prune::sources;
use super::referenced;
use super::{is_chosen, nothing_chosen, print, refuse, refused, show_mistakes};
use crate::cli::{Exit, ListArgs};
use crate::env::Env;
use crate::redact::Redactor;
use crate::report;
use crate::snapshot::Snapshot;
use crate::store::{Entry, State, Store};

/// The document that `--json` writes. The field names are stable.
#[derive(Serialize)]
struct List<'a> {
    version: u32,
    snapshots: Vec<Listed<'a>>,
}

/// One snapshot in it.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    /// The accepted file, whether or not it is there yet.
    path: String,
    pending_path: Option<String>,
    state: &'static str,
    source: Option<String>,
    line: Option<u32>,
    description: Option<String>,
}

/// The words for how snapshots stand, in the order in which they are counted.
const WORDS: [&str; 4] = ["ok", "new", "changed", "unreferenced"];

pub(super) fn run(env: &mut Env, store: &Store, entries: Vec<Entry>, args: &ListArgs) -> Exit {
    let referenced = match referenced::names(env, &args.references, &sources(store, &entries)) {
        Ok(names) => names,
        Err(_) if !args.unreferenced => {
            let _ = writeln!(
                env.stderr,
                "note: there are mistakes in the scenarios, so it is not known which snapshots no step names; \
                 `tollgate run --dry-run` shows the mistakes"
            );
            None
        }
        Err(refusal) => return refused(env, refusal, &Redactor::new()),
    };
    let is_unreferenced = |name: &str| referenced.as_ref().is_some_and(|names| !names.contains(name));
    let known = entries.clone();
    let mut entries = entries;
    entries.retain(|entry| is_chosen(store, &entry.name, &args.filter, &known));
    if entries.is_empty() && !known.is_empty() {
        let names = known.iter().map(|entry| entry.name.as_str());
        return refuse(env, &nothing_chosen(&args.filter, "", names));
    }
    entries.retain(|entry| !args.pending || entry.state != State::Accepted);
    entries.retain(|entry| !args.unreferenced || is_unreferenced(&entry.name));
    let mut mistakes = Vec::new();
    let listed: Vec<Listed<'_>> = entries
        .iter()
        .map(|entry| {
            let read = match entry.state {
                State::Accepted => store.accepted(&entry.name),
                State::New | State::Changed => store.pending(&entry.name),
            };
            // A broken file is still a snapshot that stands somehow.
            let snapshot = read.map_err(|mistake| mistakes.push(*mistake)).ok().flatten();
            let word = if is_unreferenced(&entry.name) { WORDS[3] } else { word(entry.state) };
            listed(store, entry, word, snapshot.unwrap_or_default())
        })
        .collect();
    let text = if args.json { json(listed) } else { lines(&listed) };
    let exit = print(env, &text);
    if mistakes.is_empty() { exit } else { show_mistakes(env, &mistakes) }
}

fn listed<'a>(store: &Store, entry: &'a Entry, state: &'static str, snapshot: Snapshot) -> Listed<'a> {
    let shown = |path: std::path::PathBuf| path.to_string_lossy().replace('\\', "/");
    let some = |text: String| (!text.is_empty()).then_some(text);
    let is_pending = entry.state != State::Accepted;
    Listed {
        name: &entry.name,
        path: shown(store.accepted_path(&entry.name)),
        pending_path: is_pending.then(|| shown(store.pending_path(&entry.name))),
        state,
        source: some(snapshot.source),
        line: (snapshot.line > 0).then_some(snapshot.line),
        description: some(snapshot.description),
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Accepted => WORDS[0],
        State::New => WORDS[1],
        State::Changed => WORDS[2],
    }
}

fn json(snapshots: Vec<Listed<'_>>) -> String {
    let document = serde_json::to_string_pretty(&List { version: 1, snapshots });
    // Texts and numbers are always JSON.
    document.unwrap_or_default() + "\n"
}

/// A line for each snapshot, and how many there are.
fn lines(listed: &[Listed<'_>]) -> String {
    let width = listed.iter().map(|one| one.name.chars().count()).max().unwrap_or(0).min(60);
    let states = listed.iter().map(|one| one.state.len()).max().unwrap_or(0).max(WORDS[2].len() + 1);
    let mut text = String::new();
    for one in listed {
        let line = one.line.map(|line| format!(":{line}")).unwrap_or_default();
        let source = one.source.as_ref().map(|source| format!("  {source}{line}")).unwrap_or_default();
        let description = one.description.as_ref().map(|text| format!("  {text}")).unwrap_or_default();
        let whole = format!("{:<states$} {:<width$}{source}{description}", one.state, one.name);
        text.push_str(&format!("{}\n", report::harmless(whole.trim_end())));
    }
    let count = |word: &str| listed.iter().filter(|one| one.state == word).count();
    let states = WORDS.map(|word| (word, count(word)));
    text.push_str(&format!("{}\n", report::tally(&states)));
    text
}
