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
    /// What was accepted unseen.
    accepted: HashMap<String, String>,
    /// What an answer was like.
    held: HashSet<String>,
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
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.accepted.get(name).or_else(|| self.accepted.get(name)).cloned()
    }

    fn unlike(&self, name: &str, new: &Snapshot) -> Result<Option<String>, String> {
        // Held until it is written: the same step in another repetition may have something else to say.
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if self.update == Some(Update::Accept)
            && (tally.accepted.contains_key(name) || tally.held.contains(name))
        {
            let help = "not accepted: in the same run this step had another answer; redact what differs, and run again";
            return Ok(Some(help.to_owned()));
        }
        let written = match self.update {
            Some(Update::Accept) => self.store.write_accepted(name, new).and_then(|()| self.clear(name)),
            Some(Update::Pending) => self.store.write_pending(name, new),
            None => Ok(()),
        };
        written.map_err(|mistake| format!("{}: {}", mistake.source.name, mistake.title))?;
        let counted = if self.accepted.contains_key(name) { &mut tally.changed } else { &mut tally.new };
        counted.insert(name.to_owned());
        Ok(match self.update {
            Some(Update::Accept) => {
                tally.accepted.insert(name.to_owned(), new.contents.clone());
                None
            }
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
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.held.insert(name.to_owned());
        // What this run has written itself is not out of date: the step answers now this, now that.
        let is_own = tally.changed.contains(name) || tally.new.contains(name);
        if self.update.is_some() && !is_own {
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
    use super::*;
    use crate::env::{Files, MemoryFiles};
    use crate::runner::Shelf as _;

    const NAME: &str = "house/leads/shows";

    fn shelf(files: &[(&str, &str)], update: Update) -> Shelf {
        let files: Arc<dyn Files> = Arc::new(MemoryFiles::new(files.iter().copied()));
        let store = Store::new(files, store::FOLDER);
        let accepted = store.accepted(NAME).expect("readable");
        let pending = store.is_pending(NAME).then(|| NAME.to_owned());
        Shelf {
            accepted: accepted.map(|accepted| (NAME.to_owned(), accepted.contents)).into_iter().collect(),
            pending: pending.into_iter().collect(),
            store,
            update: Some(update),
            command: "tollgate run".to_owned(),
            tally: Mutex::default(),
        }
    }

    fn answer(contents: &str) -> Snapshot {
        Snapshot { contents: contents.to_owned(), ..Snapshot::default() }
    }

    const BOTH: [(&str, &str); 2] = [
        ("snapshots/house/leads/shows.snap", "---\n{}\n---\nold\n"),
        ("snapshots/house/leads/shows.snap.new", "---\n{}\n---\noutdated\n"),
    ];

    #[test]
    fn what_a_run_writes_for_review_stays_although_another_repetition_answers_as_before() {
        let shelf = shelf(&BOTH, Update::Pending);
        shelf.unlike(NAME, &answer("new")).expect("written");
        shelf.like(NAME);
        let pending = shelf.store.pending(NAME).expect("readable").map(|pending| pending.contents);
        assert_eq!(pending.as_deref(), Some("new"));
    }

    #[test]
    fn what_is_out_of_date_goes_once_the_accepted_one_holds_again() {
        let shelf = shelf(&BOTH, Update::Pending);
        shelf.like(NAME);
        assert!(!shelf.store.is_pending(NAME));
    }

    #[test]
    fn of_two_answers_in_one_run_the_second_is_not_accepted_unseen() {
        let kept = |shelf: &Shelf| shelf.store.accepted(NAME).expect("readable").map(|kept| kept.contents);
        let first = shelf(&BOTH, Update::Accept);
        assert_eq!(first.unlike(NAME, &answer("new")), Ok(None));
        assert_eq!(first.accepted(NAME).as_deref(), Some("new"));
        assert!(
            matches!(first.unlike(NAME, &answer("old")), Ok(Some(help)) if help.contains("not accepted"))
        );
        assert_eq!((kept(&first).as_deref(), first.store.is_pending(NAME)), (Some("new"), false));
        let then = shelf(&BOTH, Update::Accept);
        then.like(NAME);
        assert!(matches!(then.unlike(NAME, &answer("new")), Ok(Some(_))));
        assert_eq!(kept(&then).as_deref(), Some("old"));
    }

    #[test]
    fn what_cannot_be_written_is_not_counted_as_written() {
        let shelf = shelf(&[], Update::Pending);
        assert!(shelf.unlike("../outside", &answer("new")).is_err());
        let tally = shelf.tally.lock().expect("unharmed");
        assert!(tally.new.is_empty() && tally.changed.is_empty());
    }

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
