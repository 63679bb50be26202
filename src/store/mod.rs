//! Snapshots on disk: accepted ones, and pending ones beside them that wait for a person's word.
//!
//! The snapshot `leads/shows-a-lead` is `leads/shows-a-lead.snap` in the folder of snapshots; what a run saw instead of
//! it is `leads/shows-a-lead.snap.new`, as insta names it. Every file is written whole or not at all, so a process that
//! is killed, or a second one beside it, leaves whole files and nothing else but, at most, a draft whose name begins
//! with a dot.

mod name;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use name::is_name;

use crate::env::{self, Files};
use crate::model::Diagnostic;
use crate::snapshot::Snapshot;

/// Where snapshots are, relative to the project's folder.
pub const FOLDER: &str = "snapshots";

/// What the name of an accepted snapshot's file ends with.
const ACCEPTED: &str = ".snap";
/// What the name of a pending snapshot's file ends with.
const PENDING: &str = ".snap.new";

/// How a snapshot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Accepted, and nothing waits.
    Accepted,
    /// A first one waits to be accepted.
    New,
    /// Another one waits to take the place of the accepted one.
    Changed,
}

/// A snapshot in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name: the path below the folder, with `/`, without the ending.
    pub name: String,
    /// How it stands.
    pub state: State,
}

/// The folder of snapshots; clones share its files.
#[derive(Clone)]
pub struct Store {
    files: Arc<dyn Files>,
    folder: PathBuf,
}

impl Store {
    /// The snapshots in a folder, which need not be there yet.
    pub fn new(files: Arc<dyn Files>, folder: impl Into<PathBuf>) -> Self {
        Self { files, folder: folder.into() }
    }

    /// The path of an accepted snapshot's file, to be shown.
    pub fn accepted_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{ACCEPTED}"))
    }

    /// The path of a pending snapshot's file, to be shown.
    pub fn pending_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{PENDING}"))
    }

    /// Every snapshot, by name.
    ///
    /// # Errors
    /// The folder is there and cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, Box<Diagnostic>> {
        if !self.files.is_folder(&self.folder) {
            return Ok(Vec::new());
        }
        let found = self.files.list(&self.folder, &["snap", "new"]).map_err(|error| {
            let title = format!("the folder cannot be listed: {error}");
            Diagnostic::file(&self.folder.display().to_string(), title)
        })?;
        let mut states: BTreeMap<String, State> = BTreeMap::new();
        for path in found {
            let Some(below) = path.strip_prefix(&self.folder).ok().and_then(slashed) else { continue };
            let (name, is_pending) = match (below.strip_suffix(PENDING), below.strip_suffix(ACCEPTED)) {
                (Some(name), _) => (name, true),
                (None, Some(name)) => (name, false),
                (None, None) => continue,
            };
            let state = if is_pending { State::New } else { State::Accepted };
            // Found twice: both files are there.
            states.entry(name.to_owned()).and_modify(|state| *state = State::Changed).or_insert(state);
        }
        Ok(states.into_iter().map(|(name, state)| Entry { name, state }).collect())
    }

    /// The accepted snapshot, if there is one.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn accepted(&self, name: &str) -> Result<Option<Snapshot>, Box<Diagnostic>> {
        self.load(&self.accepted_path(name))
    }

    /// The pending snapshot, if there is one.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn pending(&self, name: &str) -> Result<Option<Snapshot>, Box<Diagnostic>> {
        self.load(&self.pending_path(name))
    }

    /// Whether a snapshot is pending.
    pub fn is_pending(&self, name: &str) -> bool {
        self.files.exists(&self.pending_path(name))
    }

    fn load(&self, path: &Path) -> Result<Option<Snapshot>, Box<Diagnostic>> {
        if !self.files.exists(path) {
            return Ok(None);
        }
        Snapshot::parse(&env::source(self.files.as_ref(), path)?).map(Some)
    }

    /// Writes what a run saw, for a person to look at.
    ///
    /// # Errors
    /// The file cannot be written, or would stand outside of the folder.
    pub fn write_pending(&self, name: &str, snapshot: &Snapshot) -> Result<(), Box<Diagnostic>> {
        self.write(name, &self.pending_path(name), &snapshot.write(true))
    }

    /// Writes an accepted snapshot.
    ///
    /// # Errors
    /// As [`write_pending`](Self::write_pending).
    pub fn write_accepted(&self, name: &str, snapshot: &Snapshot) -> Result<(), Box<Diagnostic>> {
        self.write(name, &self.accepted_path(name), &snapshot.write(false))
    }

    /// Puts the pending snapshot in the place of the accepted one.
    ///
    /// # Errors
    /// There is none or it cannot be read; or a file cannot be written or removed. The pending file is removed last, so
    /// nothing is lost.
    pub fn accept(&self, name: &str) -> Result<(), Box<Diagnostic>> {
        let path = self.pending_path(name);
        let source = env::source(self.files.as_ref(), &path)?;
        let snapshot = Snapshot::parse(&source)?;
        self.write_accepted(name, &snapshot)?;
        // A run that has written anew meanwhile has something new to say.
        match self.files.read(&path) {
            Ok(bytes) if bytes != source.text.as_bytes() => Ok(()),
            _ => self.delete(name, &path),
        }
    }

    /// Removes the pending snapshot.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn reject(&self, name: &str) -> Result<(), Box<Diagnostic>> {
        self.delete(name, &self.pending_path(name))
    }

    /// Removes the accepted snapshot.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), Box<Diagnostic>> {
        self.delete(name, &self.accepted_path(name))
    }

    fn write(&self, name: &str, path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
        self.guard(name, path)?;
        self.files.write_atomic(path, text.as_bytes()).map_err(|error| cannot(path, "written", &error))
    }

    fn delete(&self, name: &str, path: &Path) -> Result<(), Box<Diagnostic>> {
        self.guard(name, path)?;
        self.files.remove(path).map_err(|error| cannot(path, "removed", &error))
    }

    /// Nothing outside of the folder is ever touched, neither through a name nor through a link in it.
    fn guard(&self, name: &str, path: &Path) -> Result<(), Box<Diagnostic>> {
        let refused = |why: &str| {
            let mistake = Diagnostic::file(&path.display().to_string(), why);
            Err(mistake.with_help("snapshots stay in their folder; rename or remove this one by hand").into())
        };
        if !is_name(name) {
            return refused("this is not the name of a snapshot");
        }
        let Ok(root) = self.files.real_path(&self.folder) else { return Ok(()) };
        // What is not there yet cannot be a link: the first part that is there decides.
        let there = path.ancestors().find_map(|part| self.files.real_path(part).ok());
        match there {
            Some(there) if !there.starts_with(&root) => {
                refused("a link leads out of the folder of snapshots")
            }
            _ => Ok(()),
        }
    }
}

fn cannot(path: &Path, what: &str, error: &io::Error) -> Box<Diagnostic> {
    let title = format!("the snapshot cannot be {what}: {error}");
    let help = "make its folder writable; what was there before is still there";
    Diagnostic::file(&path.display().to_string(), title).with_help(help).into()
}

/// A relative path with `/` between its parts; none if it is not Unicode.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests;
