//! The one door to the world: arguments, variables, streams and files. Tests walk in with a world of their own.

mod disk;
mod memory;
mod screen;
mod text;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use disk::Disk;
pub use memory::MemoryFiles;
pub use screen::{Key, Screen, TerminalScreen};
pub use text::source;

/// Largest file that is read, in bytes. Scenario, contract and report files are far smaller.
pub const MAX_FILE: u64 = 64 << 20;

/// What a process is given.
pub struct Env {
    /// The command line, the program's name first.
    pub args: Vec<OsString>,
    /// The environment variables whose names and values are Unicode.
    pub vars: BTreeMap<String, String>,
    /// Where results go.
    pub stdout: Box<dyn Write + Send>,
    /// Where progress and complaints go.
    pub stderr: Box<dyn Write + Send>,
    /// Whether a person reads the results directly.
    pub stdout_is_terminal: bool,
    /// Whether a person reads the progress directly.
    pub stderr_is_terminal: bool,
    /// The terminal as a whole, for those who ask back.
    pub screen: Box<dyn Screen>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The files.
    pub files: Arc<dyn Files>,
}

impl Env {
    /// The real world.
    ///
    /// # Errors
    ///
    /// The working directory is gone or may not be read.
    pub fn real() -> io::Result<Self> {
        let unicode =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Ok(Self {
            args: std::env::args_os().collect(),
            vars: std::env::vars_os().filter_map(unicode).collect(),
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            screen: Box::new(TerminalScreen::default()),
            cwd: std::env::current_dir()?,
            files: Arc::new(Disk),
        })
    }
}

/// Access to files. Relative paths are relative to the working directory.
pub trait Files: Send + Sync {
    /// The whole file.
    ///
    /// # Errors
    ///
    /// It is missing or unreadable, or larger than [`MAX_FILE`] (kind `FileTooLarge`).
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Writes the whole file, folders above it included. Readers see the old file or the new one, never a half.
    ///
    /// # Errors
    ///
    /// It cannot be written; then the old file is still there.
    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Removes a file. That it is gone already is no error: it is as it should be.
    ///
    /// # Errors
    ///
    /// It is there and cannot be removed.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The path without links and `..`.
    ///
    /// # Errors
    ///
    /// There is nothing at this path.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;

    /// The files below a folder whose names end with a dot and one of `ends`, at any depth, sorted by path, each
    /// beginning with `folder`. What begins with a dot is left out.
    ///
    /// # Errors
    ///
    /// The folder is missing or unreadable, or one below it is.
    fn list(&self, folder: &Path, ends: &[&str]) -> io::Result<Vec<PathBuf>>;

    /// Whether there is such a file or folder.
    fn exists(&self, path: &Path) -> bool;

    /// Whether there is such a folder.
    fn is_folder(&self, path: &Path) -> bool;
}

fn ends_with(path: &Path, ends: &[&str]) -> bool {
    path.extension().is_some_and(|found| ends.iter().any(|end| found.eq_ignore_ascii_case(end)))
}

#[cfg(test)]
mod tests;
