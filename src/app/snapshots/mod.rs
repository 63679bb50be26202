//! `tollgate snapshots`: what waits for a person's word, and that word.

mod decide;
mod list;
mod prune;
mod referenced;
mod review;

use std::sync::Arc;

use super::{print, refuse, refused, show_mistakes};
use crate::cli::{Exit, SnapshotsCommand};
use crate::env::Env;
use crate::redact::Redactor;
use crate::store::{self, Entry, State, Store};

/// How many names a message lists.
const NAMES: usize = 10;

pub(super) fn run(env: &mut Env, command: &SnapshotsCommand) -> Exit {
    let store = Store::new(Arc::clone(&env.files), store::FOLDER);
    let entries = match store.list() {
        Ok(entries) => entries,
        Err(mistake) => return show_mistakes(env, &[*mistake]),
    };
    match command {
        SnapshotsCommand::List(args) => list::run(env, &store, entries, args),
        SnapshotsCommand::Prune(args) => match prune::run(env, &store, &entries, args) {
            Ok(exit) => exit,
            Err(refusal) => refused(env, refusal, &Redactor::new()),
        },
        SnapshotsCommand::Accept(args) => {
            decide::run(env, &store, &entries, &args.filter, decide::Word::Accept)
        }
        SnapshotsCommand::Reject(args) => {
            decide::run(env, &store, &entries, &args.filter, decide::Word::Reject)
        }
        SnapshotsCommand::Review(args) => review::run(env, &store, &entries, &args.filter),
    }
}

/// The pending snapshots that the filters choose.
///
/// # Errors
/// There are some, and the filters choose none of them.
fn pending(store: &Store, entries: &[Entry], filters: &[String]) -> Result<Vec<Entry>, String> {
    let pending: Vec<&Entry> = entries.iter().filter(|entry| entry.state != State::Accepted).collect();
    let chosen: Vec<Entry> = pending
        .iter()
        .filter(|entry| is_chosen(store, &entry.name, filters, entries))
        .map(|entry| (*entry).clone())
        .collect();
    if chosen.is_empty() && !pending.is_empty() {
        return Err(nothing_chosen(filters, "pending ", pending.iter().map(|entry| entry.name.as_str())));
    }
    Ok(chosen)
}

/// Whether one of the texts is in the name or the path, case ignored, as in `tollgate run --filter`. A text that is the
/// whole name of a snapshot means this one alone: the command that a run prints must not accept its neighbours.
fn is_chosen(store: &Store, name: &str, filters: &[String], entries: &[Entry]) -> bool {
    let path = store.pending_path(name).to_string_lossy().replace('\\', "/").to_lowercase();
    let chooses = |text: &String| {
        let is_name = entries.iter().any(|entry| entry.name == *text);
        if is_name { name == text } else { path.contains(&text.to_lowercase()) }
    };
    filters.is_empty() || filters.iter().any(chooses)
}

fn nothing_chosen<'a>(filters: &[String], what: &str, names: impl Iterator<Item = &'a str>) -> String {
    let flags: Vec<String> = filters.iter().map(|text| format!("`--filter {text}`")).collect();
    let names: Vec<&str> = names.collect();
    let shown = names.iter().take(NAMES).copied().collect::<Vec<_>>().join("\n  ");
    let more =
        if names.len() > NAMES { format!("\n  … {} more", names.len() - NAMES) } else { String::new() };
    format!("no {what}snapshot matches {}; there are\n  {shown}{more}", flags.join(" or "))
}
