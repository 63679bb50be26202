//! Files that exist in memory only, for tests of everything that reads and writes files.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Files, ends_with};

/// A set of files in memory; clones share it. Folders exist as far as files stand in them.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: Arc<Mutex<BTreeMap<PathBuf, Vec<u8>>>>,
}

impl MemoryFiles {
    /// These files: path and text.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (plain(Path::new(path)), text.as_bytes().to_vec()));
        Self { files: Arc::new(Mutex::new(files.collect())) }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.lock().get(&plain(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.lock().insert(plain(path), bytes.to_vec());
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.lock().remove(&plain(path));
        Ok(())
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        if self.exists(path) { Ok(plain(path)) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn list(&self, folder: &Path, ends: &[&str]) -> io::Result<Vec<PathBuf>> {
        if !self.is_folder(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside = plain(folder);
        let shown = |path: &Path| {
            !path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
        };
        let files = self.lock();
        let below = files.keys().filter_map(|path| path.strip_prefix(&inside).ok());
        Ok(below.filter(|path| ends_with(path, ends) && shown(path)).map(|path| folder.join(path)).collect())
    }

    fn exists(&self, path: &Path) -> bool {
        self.lock().contains_key(&plain(path)) || self.is_folder(path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        let path = plain(path);
        self.lock().keys().any(|file| *file != path && file.starts_with(&path))
    }
}

/// The path without `.` and with `..` taken back, as a disk would understand it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}
