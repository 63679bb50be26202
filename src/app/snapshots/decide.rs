//! `tollgate snapshots accept` and `reject`: one word for many, without asking.

use super::{pending, print, refuse, show_mistakes};
use crate::cli::Exit;
use crate::env::Env;
use crate::model::Diagnostic;
use crate::report;
use crate::store::{Entry, Store};

/// What becomes of a pending snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// It takes the place of the accepted one.
    Accept,
    /// It is thrown away.
    Reject,
}

impl Word {
    /// Does what the word says.
    pub(super) fn carry_out(self, store: &Store, name: &str) -> Result<(), Box<Diagnostic>> {
        match self {
            Self::Accept => store.accept(name),
            Self::Reject => store.reject(name),
        }
    }

    /// What was done, one line.
    pub(super) fn done(self, name: &str) -> String {
        let word = match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
        };
        format!("{word}  {}\n", report::harmless(name))
    }
}

pub(super) fn run(env: &mut Env, store: &Store, entries: &[Entry], filters: &[String], word: Word) -> Exit {
    let chosen = match pending(store, entries, filters) {
        Ok(chosen) => chosen,
        Err(why) => return refuse(env, &why),
    };
    let mut text = String::new();
    let (mut done, mut mistakes) = (0, Vec::new());
    for entry in &chosen {
        match word.carry_out(store, &entry.name) {
            Ok(()) => {
                done += 1;
                text.push_str(&word.done(&entry.name));
            }
            Err(mistake) if store.is_pending(&entry.name) => mistakes.push(*mistake),
            // Another program has decided meanwhile.
            Err(_) => {}
        }
    }
    let (accepted, rejected) = if word == Word::Accept { (done, 0) } else { (0, done) };
    text.push_str(&report::outcome(accepted, rejected, mistakes.len()));
    text.push('\n');
    let exit = print(env, &text);
    if mistakes.is_empty() { exit } else { show_mistakes(env, &mistakes) }
}
