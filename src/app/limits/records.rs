//! The logs of the limits that a run probes, each a file of one folder.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::env::Files;
use crate::limits::file;
use crate::limits::log::Log;

/// Where logs go. Clones write to the same place.
#[derive(Clone)]
pub(in super::super) struct Records {
    folder: PathBuf,
    files: Arc<dyn Files>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// How many logs a scenario's file has: one for each of its cases.
    times: HashMap<PathBuf, u32>,
    unwritten: Vec<String>,
}

impl Records {
    /// Nothing is written yet.
    ///
    /// # Errors
    /// No folder can be there.
    pub(in super::super) fn new(folder: &Path, files: Arc<dyn Files>) -> Result<Self, String> {
        let in_the_way = folder.ancestors().find(|above| files.exists(above) && !files.is_folder(above));
        match in_the_way {
            Some(file) => Err(format!(
                "no log can be kept in {}: {} is a file, not a folder; name another one",
                folder.display(),
                file.display()
            )),
            None => Ok(Self { folder: folder.to_owned(), files, kept: Arc::default() }),
        }
    }

    /// Keeps the log of a scenario. One that cannot be written is told at the end of the run.
    pub(super) fn keep(&self, scenario: &str, log: &Log) {
        let path = self.folder.join(self.next_name(scenario));
        if let Err(error) = self.files.write_atomic(&path, file::write(log).as_bytes()) {
            self.kept().unwritten.push(format!("the log {} cannot be written: {error}", path.display()));
        }
    }

    /// What could not be written.
    pub(in super::super) fn unwritten(&self) -> Vec<String> {
        std::mem::take(&mut self.kept().unwritten)
    }

    /// The scenario's own path with another end: `limits/orders.log`, then `limits/orders-2.log`. Nothing leads out of
    /// the folder.
    fn next_name(&self, scenario: &str) -> PathBuf {
        let inside = |part: Component<'_>| match part {
            Component::Normal(name) => Some(PathBuf::from(name)),
            _ => None,
        };
        let path: PathBuf = Path::new(scenario).components().filter_map(inside).collect();
        let mut kept = self.kept();
        let times = kept.times.entry(path.clone()).or_default();
        *times += 1;
        let stem = path.file_stem().map_or_else(|| "limits".into(), |stem| stem.to_string_lossy());
        let name = if *times == 1 { format!("{stem}.log") } else { format!("{stem}-{times}.log") };
        path.with_file_name(name)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Disk;

    #[test]
    fn each_probe_has_a_file_of_its_own_inside_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let records = Records::new(folder.path(), Arc::new(Disk)).expect("a folder");
        for (scenario, file) in [
            ("a/orders.yaml", "a/orders.log"),
            ("a/orders.yaml", "a/orders-2.log"),
            ("../../b.yaml", "b.log"),
            ("/c/d.yaml", "c/d.log"),
        ] {
            records.keep(scenario, &Log::default());
            assert!(folder.path().join(file).is_file(), "{file}");
        }
        assert!(records.unwritten().is_empty());
        let file = folder.path().join("b.log");
        assert!(
            Records::new(&file.join("x"), Arc::new(Disk)).err().expect("a file").contains("not a folder")
        );
    }
}
