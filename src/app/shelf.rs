//! The snapshots of a run: read before anything is sent, and written only where that was asked for.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::ci;
use super::gather::Refusal;
use crate::cli::{RunArgs, Update};
use crate::env::Env;
use crate::plan::Named;
use crate::redact::Redactor;
use crate::runner;
use crate::snapshot::{Snapshot, normal};
use crate::store::{self, State, Store};

/// The snapshots that the plan's steps name.
pub(super) struct Shelf {
    store: Store,
    accepted: HashMap<String, String>,
    /// Those of which something waits for review.
    pending: HashSet<String>,
    update: Option<Update>,
    /// The command that was typed, without secrets.
    command: String,
    tally: Mutex<Tally>,
}

/// What became of snapshots, by name: `--repeat` meets each more than once.
#[derive(Default)]
struct Tally {
    new: HashSet<String>,
    changed: HashSet<String>,
}

impl Shelf {
    /// Reads what was accepted for the steps of a suite.
    ///
    /// # Errors
    /// Every snapshot that cannot be read; or writing was asked for where it is not done.
    pub(super) fn open(
        env: &Env,
        args: &RunArgs,
        named: &[Named],
        redactor: &Redactor,
    ) -> Result<Self, Refusal> {
        if args.update.is_some() && ci(env) {
            return Err("`--update` is refused where CI is set: a pipeline that writes the snapshots it compares with \
                        guards nothing; run it on your machine and commit the files"
                .to_owned()
                .into());
        }
        let store = Store::new(Arc::clone(&env.files), store::FOLDER);
        let (mut accepted, mut mistakes) = (HashMap::new(), Vec::new());
        for Named { name, .. } in named {
            if accepted.contains_key(name) {
                continue;
            }
            match store.accepted(name) {
                Ok(Some(snapshot)) => {
                    accepted.insert(name.clone(), normal(&snapshot.contents));
                }
                Ok(None) => {}
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes.into());
        }
        let listed = if named.is_empty() { Vec::new() } else { store.list().map_err(|mistake| *mistake)? };
        let pending = listed.into_iter().filter(|entry| entry.state != State::Accepted);
        Ok(Self {
            pending: pending.map(|entry| entry.name).collect(),
            store,
            accepted,
            update: args.update,
            command: command(env, redactor),
            tally: Mutex::default(),
        })
    }

    /// Tells what became of the snapshots, and what to do about those that differ.
    pub(super) fn tell(&self, env: &mut Env) {
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
        let parts: Vec<_> = [count(tally.changed.len(), "changed"), count(tally.new.len(), "new")]
            .into_iter()
            .flatten()
            .collect();
        if parts.is_empty() {
            return;
        }
        let what = parts.join(", ");
        let _ = match self.update {
            Some(Update::Accept) => {
                writeln!(env.stderr, "snapshots: {what}; written as accepted, look at them before you commit")
            }
            Some(Update::Pending) => writeln!(
                env.stderr,
                "snapshots: {what}; written for review: `tollgate snapshots review`, or `tollgate snapshots accept`"
            ),
            None => writeln!(
                env.stderr,
                "snapshots: {what}; nothing was written. To accept what is meant:\n  {} --update\n  tollgate snapshots review",
                self.command
            ),
        };
    }
}

impl runner::Shelf for Shelf {
    fn accepted(&self, name: &str) -> Option<String> {
        self.accepted.get(name).cloned()
    }

    fn unlike(&self, name: &str, new: &Snapshot) -> Result<Option<String>, String> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = if self.accepted.contains_key(name) { &mut tally.changed } else { &mut tally.new };
        counted.insert(name.to_owned());
        drop(tally);
        let written = match self.update {
            None => Ok(()),
            Some(Update::Pending) => self.store.write_pending(name, new),
            Some(Update::Accept) => self.store.write_accepted(name, new).and_then(|()| self.clear(name)),
        };
        written.map_err(|mistake| format!("{}: {}", mistake.source.name, mistake.title))?;
        Ok(match self.update {
            Some(Update::Accept) => None,
            Some(Update::Pending) => {
                Some(format!("to accept it: `tollgate snapshots accept --filter {name}`"))
            }
            None => Some(format!(
                "to accept it: `{} --update`, then `tollgate snapshots accept --filter {name}`",
                self.command
            )),
        })
    }

    fn like(&self, name: &str) {
        if self.update.is_some() {
            // What cannot be removed is still there to be reviewed, and does no harm.
            let _ = self.clear(name);
        }
    }
}

impl Shelf {
    /// Removes what waits for review and is out of date.
    fn clear(&self, name: &str) -> Result<(), Box<crate::model::Diagnostic>> {
        if self.pending.contains(name) { self.store.reject(name) } else { Ok(()) }
    }
}

/// The command as a shell takes it, secrets left out.
fn command(env: &Env, redactor: &Redactor) -> String {
    let typed = env.args.iter().skip(1).map(|word| word.to_string_lossy());
    let words = typed.map(|word| quoted(&redactor.text(&word)));
    std::iter::once("tollgate".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_for_a_shell() {
        let table = [
            ("--target=http://127.0.0.1:80", "--target=http://127.0.0.1:80"),
            ("a b", "'a b'"),
            ("", "''"),
            ("it's", "'it'\\''s'"),
            ("$(x)", "'$(x)'"),
        ];
        for (word, expected) in table {
            assert_eq!(quoted(word), expected);
        }
    }
}
