//! Snapshots that come, are accepted, and go; and nothing else that does.

use super::*;
use crate::env::{Disk, MemoryFiles};

fn sample(contents: &str) -> Snapshot {
    Snapshot {
        source: "scenarios/leads.yaml".to_owned(),
        line: 7,
        description: "GET /leads (lists)".to_owned(),
        contents: contents.to_owned(),
    }
}

fn states(store: &Store) -> Vec<(String, State)> {
    store.list().unwrap().into_iter().map(|entry| (entry.name, entry.state)).collect()
}

#[test]
fn a_snapshot_is_new_then_accepted_then_changed_then_gone() {
    let folder = tempfile::tempdir().unwrap();
    let worlds: [(Arc<dyn Files>, PathBuf); 2] = [
        (Arc::new(Disk), folder.path().join(FOLDER)),
        (Arc::new(MemoryFiles::default()), PathBuf::from(FOLDER)),
    ];
    for (files, root) in worlds {
        let store = Store::new(files, root);
        let name = "flat/leads/lists";
        assert_eq!(states(&store), []);
        assert_eq!(store.accepted(name).unwrap(), None);
        store.write_pending(name, &sample("one")).unwrap();
        assert_eq!(states(&store), [(name.to_owned(), State::New)]);
        store.accept(name).unwrap();
        assert_eq!(states(&store), [(name.to_owned(), State::Accepted)]);
        assert_eq!(store.accepted(name).unwrap(), Some(Snapshot { line: 0, ..sample("one") }));
        assert_eq!(store.pending(name).unwrap(), None);
        store.write_pending(name, &sample("two")).unwrap();
        assert_eq!(states(&store), [(name.to_owned(), State::Changed)]);
        assert_eq!(store.pending(name).unwrap(), Some(sample("two")));
        store.reject(name).unwrap();
        assert_eq!(store.accepted(name).unwrap().unwrap().contents, "one");
        store.remove(name).unwrap();
        assert_eq!(states(&store), []);
    }
}

#[test]
fn a_pending_file_that_is_broken_or_missing_is_not_accepted() {
    let files =
        MemoryFiles::new([("snapshots/a.snap.new", "no header"), ("snapshots/a.snap", "---\n---\nold\n")]);
    let store = Store::new(Arc::new(files.clone()), FOLDER);
    assert_eq!(store.accept("a").unwrap_err().title, "this is not a snapshot");
    assert!(store.accept("b").unwrap_err().title.contains("cannot be read"));
    assert_eq!(states(&store), [("a".to_owned(), State::Changed)]);
    assert_eq!(store.accepted("a").unwrap().unwrap().contents, "old");
}

#[test]
fn names_and_endings_decide_what_is_a_snapshot() {
    let files = MemoryFiles::new([
        ("snapshots/README.md", ""),
        ("snapshots/a.new", ""),
        ("snapshots/.b.snap.12.tmp", ""),
        ("snapshots/.c.snap", ""),
        ("snapshots/d.snap", ""),
        ("other/e.snap", ""),
    ]);
    let store = Store::new(Arc::new(files), FOLDER);
    assert_eq!(states(&store), [("d".to_owned(), State::Accepted)]);
    for name in ["../other/e", "/etc/x", "a/../../e"] {
        assert!(store.write_pending(name, &sample("x")).is_err(), "{name}");
        assert!(store.remove(name).is_err(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join(FOLDER), folder.path().join("outside"));
    std::fs::create_dir_all(&root).unwrap();
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("x.snap"), "precious").unwrap();
    symlink(&outside, root.join("away")).unwrap();
    symlink(outside.join("x.snap"), root.join("y.snap")).unwrap();
    let store = Store::new(Arc::new(Disk), &root);
    for name in ["away/x", "away/new/z", "y"] {
        let refused = store.write_accepted(name, &sample("mine")).unwrap_err();
        assert!(refused.title.contains("a link leads out"), "{name}: {}", refused.title);
        assert!(store.remove(name).is_err(), "{name}");
    }
    assert_eq!(std::fs::read_to_string(outside.join("x.snap")).unwrap(), "precious");
    assert!(!outside.join("new").exists());
    // The folder itself may be a link.
    symlink(&root, folder.path().join("link")).unwrap();
    Store::new(Arc::new(Disk), folder.path().join("link")).write_pending("z", &sample("z")).unwrap();
    assert!(root.join("z.snap.new").exists());
}

#[test]
fn many_writers_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(Arc::new(Disk), folder.path().join(FOLDER));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..10 {
                    store.write_pending(&format!("deep/{thread}/{number}"), &sample("own")).unwrap();
                    store.write_pending("deep/shared", &sample(&"x".repeat(10_000))).unwrap();
                }
            });
        }
    });
    assert_eq!(store.list().unwrap().len(), 81);
    assert_eq!(store.pending("deep/shared").unwrap(), Some(sample(&"x".repeat(10_000))));
}
