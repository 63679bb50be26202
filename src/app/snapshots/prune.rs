//! `tollgate snapshots prune`.

use std::collections::BTreeSet;

use super::super::gather::Refusal;
use super::referenced;
use super::{is_chosen, print, show_mistakes};
use crate::cli::{Exit, PruneArgs};
use crate::env::Env;
use crate::report;
use crate::store::{Entry, State, Store};

/// Deletes what no step names.
///
/// # Errors
/// It is not known what steps name.
pub(super) fn run(
    env: &mut Env,
    store: &Store,
    entries: &[Entry],
    args: &PruneArgs,
) -> Result<Exit, Refusal> {
    let Some(names) = referenced::names(env, &args.references, &sources(store, entries))? else {
        return Err(
            "there are no scenarios here, so that every snapshot would go; delete the folder by hand if \
                    that is meant"
                .to_owned()
                .into(),
        );
    };
    let (mut text, mut mistakes, mut deleted) = (String::new(), Vec::new(), 0);
    let unnamed = entries.iter().filter(|entry| !names.contains(&entry.name));
    for entry in unnamed.filter(|entry| is_chosen(store, &entry.name, &args.filter, entries)) {
        match delete(store, entry) {
            Ok(()) => {
                deleted += 1;
                text.push_str(&format!("deleted  {}\n", report::harmless(&entry.name)));
            }
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    text.push_str(&format!("{deleted} deleted\n"));
    let exit = print(env, &text);
    Ok(if mistakes.is_empty() { exit } else { show_mistakes(env, &mistakes) })
}

fn delete(store: &Store, entry: &Entry) -> Result<(), Box<crate::model::Diagnostic>> {
    if entry.state != State::Accepted {
        store.reject(&entry.name)?;
    }
    if entry.state != State::New {
        store.remove(&entry.name)?;
    }
    Ok(())
}

/// The scenario files that snapshots come from. One that cannot be read has none, and is not worth more than its name.
pub(super) fn sources(store: &Store, entries: &[Entry]) -> BTreeSet<String> {
    let read = entries.iter().filter_map(|entry| match entry.state {
        State::New => store.pending(&entry.name).ok().flatten(),
        State::Accepted | State::Changed => store.accepted(&entry.name).ok().flatten(),
    });
    read.map(|snapshot| snapshot.source).filter(|source| !source.is_empty()).collect()
}
