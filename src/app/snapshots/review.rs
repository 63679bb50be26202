//! `tollgate snapshots review`: one pending snapshot after the other, a key for each.

use std::io;
use std::time::Duration;

use super::decide::Word;
use super::{pending, print, refuse};
use crate::app::{ci, colour, runtime};
use crate::cli::Exit;
use crate::env::{Env, Key};
use crate::model::{Diagnostic, Diff};
use crate::report::{self, Pending, View};
use crate::runner::Stop;
use crate::snapshot::{self, Snapshot};
use crate::store::{Entry, Store};

/// How long a wish to stop from outside may go unnoticed.
const LISTEN: Duration = Duration::from_millis(200);
/// What to do where nobody can be asked.
const INSTEAD: &str = "look with `tollgate snapshots list --pending` and at the files, then decide with \
                       `tollgate snapshots accept --filter TEXT` or `tollgate snapshots reject --filter TEXT`";

pub(super) fn run(env: &mut Env, store: &Store, entries: &[Entry], filters: &[String]) -> Exit {
    if ci(env) {
        return refuse(env, &format!("`snapshots review` asks a person, and CI is set; {INSTEAD}"));
    }
    if !env.screen.is_there() {
        return refuse(env, &format!("`snapshots review` asks a person, and this is no terminal; {INSTEAD}"));
    }
    let chosen = match pending(store, entries, filters) {
        Ok(chosen) => chosen,
        Err(why) => return refuse(env, &why),
    };
    if chosen.is_empty() {
        return print(env, "nothing is pending\n");
    }
    let stop = Stop::default();
    let _listening = match runtime::listen(stop.clone()) {
        Ok(listening) => listening,
        Err(why) => return refuse(env, &why),
    };
    let coloured = colour(env, env.stdout_is_terminal);
    let mut review = Review { store, names: names(&chosen), at: 0, done: Vec::new(), coloured, stop };
    let ended = env.screen.open().and_then(|()| review.ask(env));
    env.screen.close();
    let mut text: String = review.done.iter().map(|(word, name)| word.done(name)).collect();
    let count = |wanted| review.done.iter().filter(|(word, _)| *word == wanted).count();
    let (accepted, rejected) = (count(Word::Accept), count(Word::Reject));
    let left = review.names.iter().filter(|name| review.is_left(name)).count();
    text.push_str(&report::outcome(accepted, rejected, left));
    text.push('\n');
    match (print(env, &text), ended) {
        (_, Err(error)) => {
            refuse(env, &format!("the terminal is gone: {error}; what was decided stays decided"))
        }
        (_, Ok(End::Interrupted)) => Exit::Interrupted,
        (exit, Ok(End::Done)) => exit,
    }
}

fn names(chosen: &[Entry]) -> Vec<String> {
    chosen.iter().map(|entry| entry.name.clone()).collect()
}

/// Why a review ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Interrupted,
}

/// A review on its way.
struct Review<'a> {
    store: &'a Store,
    names: Vec<String>,
    /// The one that is shown.
    at: usize,
    done: Vec<(Word, String)>,
    coloured: bool,
    stop: Stop,
}

/// A pending snapshot as it was read when it was shown.
struct Shown {
    pending: Result<Snapshot, String>,
    /// Whether there is an accepted one.
    is_new: bool,
    /// How they differ.
    diff: Option<Diff>,
    /// What is wrong with the accepted one.
    problem: String,
}

/// How it is shown.
#[derive(Default)]
struct Look {
    whole: bool,
    help: bool,
    /// The first line of the answer.
    first: usize,
    /// What just happened.
    notice: String,
}

impl Review<'_> {
    /// Asks until all are decided or skipped, or somebody has enough.
    fn ask(&mut self, env: &mut Env) -> io::Result<End> {
        let mut notice = String::new();
        while let Some(name) = self.names.get(self.at).cloned() {
            let Some(shown) = read(self.store, &name) else {
                // Another program has decided meanwhile.
                self.at += 1;
                continue;
            };
            let mut look = Look { notice: std::mem::take(&mut notice), ..Look::default() };
            match self.look(env, &name, &shown, &mut look)? {
                Answer::Quit => return Ok(End::Done),
                Answer::Interrupt => return Ok(End::Interrupted),
                Answer::Skip { all: true } => return Ok(End::Done),
                Answer::Skip { all: false } => self.at += 1,
                Answer::Decide { word, all: false } => notice = self.decide(word, &name, &shown),
                Answer::Decide { word, all: true } => {
                    notice = self.decide(word, &name, &shown);
                    while notice.is_empty() && self.at < self.names.len() {
                        let name = self.names[self.at].clone();
                        match read(self.store, &name) {
                            Some(shown) => notice = self.decide(word, &name, &shown),
                            None => self.at += 1,
                        }
                    }
                }
            }
        }
        Ok(End::Done)
    }

    /// Keeps the word at once; what it returns is why that was not possible.
    fn decide(&mut self, word: Word, name: &str, shown: &Shown) -> String {
        let now = read(self.store, name);
        if word == Word::Accept && now.is_some_and(|now| now.pending != shown.pending) {
            return "it was written anew meanwhile; this is what it is now\n\n".to_owned();
        }
        match word.carry_out(self.store, name) {
            Ok(()) => {
                self.done.push((word, name.to_owned()));
                self.at += 1;
                String::new()
            }
            Err(mistake) => format!("{}\n\n", told(&mistake)),
        }
    }

    /// Whether nothing was decided about it.
    fn is_left(&self, name: &str) -> bool {
        self.done.iter().all(|(_, done)| done != name) && self.store.is_pending(name)
    }

    /// Shows one snapshot until there is an answer.
    fn look(&self, env: &mut Env, name: &str, shown: &Shown, look: &mut Look) -> io::Result<Answer> {
        let can_turn = shown.diff.is_some();
        loop {
            let page = self.page(name, shown, look);
            let (width, height) = env.screen.size();
            let notice = format!("{}{}", look.notice, shown.problem);
            let mut head: Vec<String> = notice.lines().map(str::to_owned).collect();
            head.extend(page.head(self.coloured));
            let body = page.body(self.coloured);
            let other = can_turn.then_some(if look.whole { "difference" } else { "whole answer" });
            let below = report::keys(0..1, body.len(), other, self.coloured);
            let rows = height.saturating_sub(rows_of(&head, width) + rows_of(&below, width));
            let last = report::last_page(&body, rows, width);
            look.first = look.first.min(last);
            let end = report::fitting(&body, look.first, rows, width);
            let lines = if look.help {
                report::help(self.coloured)
            } else {
                let below = report::keys(look.first..end, body.len(), other, self.coloured);
                head.into_iter().chain(body[look.first..end].iter().cloned()).chain(below).collect()
            };
            env.screen.show(&lines)?;
            look.notice.clear();
            let key = self.key(env)?;
            let page_down = end.max(look.first + 1).min(last);
            let page_up = (0..look.first)
                .rev()
                .find(|first| report::fitting(&body, *first, rows, width) < look.first)
                .map_or(0, |first| first + 1);
            match key {
                Key::Interrupt => return Ok(Answer::Interrupt),
                Key::Char('q') => return Ok(Answer::Quit),
                Key::Char('?') => look.help = !look.help,
                Key::Resized => {}
                // Whoever reads the help decides nothing yet.
                _ if look.help => look.help = false,
                Key::Char('a') | Key::Enter => return Ok(Answer::Decide { word: Word::Accept, all: false }),
                Key::Char('A') => return Ok(Answer::Decide { word: Word::Accept, all: true }),
                Key::Char('r') | Key::Escape => return Ok(Answer::Decide { word: Word::Reject, all: false }),
                Key::Char('R') => return Ok(Answer::Decide { word: Word::Reject, all: true }),
                Key::Char('s' | ' ') => return Ok(Answer::Skip { all: false }),
                Key::Char('S') => return Ok(Answer::Skip { all: true }),
                Key::Char('d') if can_turn => (look.whole, look.first) = (!look.whole, 0),
                Key::Down | Key::Char('j') => look.first = (look.first + 1).min(last),
                Key::Up | Key::Char('k') => look.first = look.first.saturating_sub(1),
                Key::PageDown => look.first = page_down,
                Key::PageUp => look.first = page_up,
                Key::Home => look.first = 0,
                Key::End => look.first = last,
                Key::Char(_) => {}
            }
        }
    }

    fn page<'s>(&'s self, name: &'s str, shown: &'s Shown, look: &Look) -> Pending<'s> {
        let view = match (&shown.pending, &shown.diff) {
            (Err(why), _) => View::Broken(why),
            (Ok(_), Some(diff)) if !look.whole => View::Diff(diff),
            (Ok(pending), _) => View::Whole { contents: &pending.contents, is_new: shown.is_new },
        };
        let known = shown.pending.as_ref().ok();
        Pending {
            number: self.at + 1,
            of: self.names.len(),
            name,
            source: known.map_or("", |known| &known.source),
            line: known.map_or(0, |known| known.line),
            description: known.map_or("", |known| &known.description),
            view,
        }
    }

    /// The next key; a signal that ends the program counts as Ctrl-C.
    fn key(&self, env: &mut Env) -> io::Result<Key> {
        loop {
            if self.stop.is_interrupted() {
                return Ok(Key::Interrupt);
            }
            if let Some(key) = env.screen.key(LISTEN)? {
                return Ok(key);
            }
        }
    }
}

/// What a person says about a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Decide { word: Word, all: bool },
    Skip { all: bool },
    Quit,
    Interrupt,
}

/// Reads a snapshot to be shown; none if nothing is pending any more.
fn read(store: &Store, name: &str) -> Option<Shown> {
    let pending = match store.pending(name) {
        Ok(pending) => Ok(pending?),
        Err(mistake) => Err(told(&mistake)),
    };
    let (accepted, problem) = match store.accepted(name) {
        Ok(accepted) => (accepted, String::new()),
        Err(mistake) => (None, format!("the accepted snapshot cannot be read:\n{}\n\n", told(&mistake))),
    };
    let diff = match (&pending, &accepted) {
        (Ok(pending), Some(accepted)) => Some(snapshot::diff(&accepted.contents, &pending.contents)),
        _ => None,
    };
    Some(Shown { pending, is_new: accepted.is_none() && problem.is_empty(), diff, problem })
}

fn told(mistake: &Diagnostic) -> String {
    report::render(mistake, false)
}

/// The rows that lines take on a terminal.
fn rows_of(lines: &[String], width: usize) -> usize {
    lines.iter().map(|line| report::columns(line).div_ceil(width).max(1)).sum()
}

#[cfg(test)]
mod tests;
