//! Both kinds of files must behave alike, so the same checks run over both.

const YAML: [&str; 2] = ["yaml", "yml"];

use super::*;

/// A folder, and what holds its files.
type World = (PathBuf, Box<dyn Files>);

/// A folder with some files on disk, and the same in memory.
fn both() -> (tempfile::TempDir, [World; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let worlds: [World; 2] = [
        (folder.path().to_owned(), Box::new(Disk)),
        (PathBuf::from("/virtual"), Box::new(MemoryFiles::default())),
    ];
    for (root, files) in &worlds {
        for path in
            ["b.yaml", "a/z.yml", "a/deep/er.YAML", "a/notes.txt", ".git/x.yaml", "a/.b.yaml", "ab.yaml"]
        {
            files.write_atomic(&root.join(path), path.as_bytes()).unwrap();
        }
    }
    (folder, worlds)
}

#[test]
fn files_are_written_read_and_replaced() {
    let (_folder, worlds) = both();
    for (root, files) in worlds {
        let path = root.join("b.yaml");
        assert_eq!(files.read(&path).unwrap(), b"b.yaml");
        assert_eq!(files.read(&root.join("a/../a/./z.yml")).unwrap(), b"a/z.yml");
        files.write_atomic(&path, b"new").unwrap();
        assert_eq!(files.read(&path).unwrap(), b"new");
        assert_eq!(files.read(&root.join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn files_are_removed_and_found_in_one_place() {
    let (_folder, worlds) = both();
    for (root, files) in worlds {
        let path = root.join("a/z.yml");
        assert_eq!(
            files.real_path(&root.join("a/./deep/../z.yml")).unwrap(),
            files.real_path(&path).unwrap()
        );
        files.remove(&path).unwrap();
        assert!(!files.exists(&path));
        files.remove(&path).unwrap();
        assert_eq!(files.real_path(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn many_threads_write_one_file_and_it_is_always_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/one.snap");
    let text = |thread: usize| format!("{thread}").repeat(100_000 + thread);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (path, text) = (&path, text(thread));
            scope.spawn(move || {
                for _ in 0..5 {
                    Disk.write_atomic(path, text.as_bytes()).unwrap();
                    let read = String::from_utf8(Disk.read(path).unwrap()).unwrap();
                    let writer = usize::from(read.as_bytes()[0] - b'0');
                    assert_eq!(read.len(), 100_000 + writer);
                    assert!(read.bytes().all(|byte| byte == read.as_bytes()[0]));
                }
            });
        }
    });
    let names = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["one.snap"]);
}

#[test]
fn lists_are_deep_and_sorted() {
    let (_folder, worlds) = both();
    for (root, files) in worlds {
        let expected: Vec<PathBuf> =
            ["a/deep/er.YAML", "a/z.yml", "ab.yaml", "b.yaml"].iter().map(|path| root.join(path)).collect();
        assert_eq!(files.list(&root, &YAML).unwrap(), expected);
        assert_eq!(files.list(&root.join("none"), &YAML).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn existence_knows_folders() {
    let (_folder, worlds) = both();
    for (root, files) in worlds {
        for (path, exists, folder) in [("a", true, true), ("a/z.yml", true, false), ("c", false, false)] {
            assert_eq!(files.exists(&root.join(path)), exists, "{path}");
            assert_eq!(files.is_folder(&root.join(path)), folder, "{path}");
        }
    }
}

#[test]
fn writing_leaves_no_draft_behind() {
    let (folder, _) = both();
    let target = folder.path().join("a");
    Disk.write_atomic(&target, b"a folder cannot be written").unwrap_err();
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with(".tmp")));
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    std::fs::File::create(&path).unwrap().set_len(MAX_FILE + 1).unwrap();
    assert_eq!(Disk.read(&path).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    std::fs::File::options().write(true).open(&path).unwrap().set_len(MAX_FILE).unwrap();
    assert_eq!(Disk.read(&path).unwrap().len() as u64, MAX_FILE);
}

#[cfg(unix)]
#[test]
fn links_and_devices_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    std::os::unix::fs::symlink(folder.path(), folder.path().join("circle.yaml")).unwrap();
    Disk.write_atomic(&file, b"1").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    Disk.write_atomic(&link, b"2").unwrap();
    assert_eq!(Disk.read(&file).unwrap(), b"2");
    assert!(link.is_symlink());
    assert!(Disk.list(folder.path(), &YAML).unwrap().is_empty());
    Disk.write_atomic(Path::new("/dev/null"), b"gone").unwrap();
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn the_real_world_has_a_working_directory() {
    let env = Env::real().unwrap();
    assert!(env.cwd.is_absolute() && !env.args.is_empty());
}
