//! The files on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Files, MAX_FILE, ends_with};

/// The real files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

/// Deepest nesting of folders that is looked into.
const MAX_DEPTH: usize = 64;

/// Drafts written so far, for their names.
static DRAFTS: AtomicU64 = AtomicU64::new(0);

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // One byte more than allowed tells "too large" from "just fits", whatever the file says of its size.
        File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX_FILE) {
            Ok(bytes)
        } else {
            Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {} MiB", MAX_FILE >> 20)))
        }
    }

    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // A link is followed, so that it stays a link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let old = fs::metadata(&path).ok();
        if old.as_ref().is_some_and(|meta| !meta.is_file()) {
            // A device or a pipe must not be replaced by a file.
            return OpenOptions::new().write(true).open(&path)?.write_all(bytes);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
        // Neither another process nor another thread that writes the same file has the same draft.
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let draft = folder.join(format!(".{}.{}-{number}.tmp", name.to_string_lossy(), std::process::id()));
        let written = File::create(&draft).and_then(|mut file| {
            file.write_all(bytes)?;
            old.map_or(Ok(()), |meta| file.set_permissions(meta.permissions()))?;
            file.sync_all()
        });
        let done = written.and_then(|()| fs::rename(&draft, &path));
        if done.is_err() {
            // The first error is the one worth telling.
            drop(fs::remove_file(&draft));
        }
        done
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn list(&self, folder: &Path, ends: &[&str]) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        walk(folder, ends, 0, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

fn walk(folder: &Path, ends: &[&str], depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(named)? {
        let entry = entry.map_err(named)?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // Links to folders are not followed: they can lead in circles.
        if entry.file_type().map_err(named)?.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, ends, depth + 1, found)?;
            }
        } else if ends_with(&path, ends) && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}
