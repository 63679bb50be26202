//! Reviews by a person made of a list of keys.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::*;
use crate::env::{Files, MemoryFiles, Screen};

/// Shows pages to nobody, presses keys, and does something to the files before each if told so.
#[derive(Default)]
struct Script {
    keys: VecDeque<Key>,
    pages: Arc<Mutex<Vec<String>>>,
    is_open: Arc<Mutex<bool>>,
    before: Option<Box<dyn FnMut() + Send>>,
}

impl Screen for Script {
    fn is_there(&self) -> bool {
        true
    }
    fn open(&mut self) -> io::Result<()> {
        *self.is_open.lock().unwrap() = true;
        Ok(())
    }
    fn close(&mut self) {
        *self.is_open.lock().unwrap() = false;
    }
    fn size(&self) -> (usize, usize) {
        (80, 12)
    }
    fn show(&mut self, lines: &[String]) -> io::Result<()> {
        self.pages.lock().unwrap().push(lines.join("\n"));
        Ok(())
    }
    fn key(&mut self, _: Duration) -> io::Result<Option<Key>> {
        if let Some(before) = &mut self.before {
            before();
        }
        self.keys.pop_front().map(Some).ok_or_else(|| io::Error::other("no more keys"))
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Seen {
    exit: Exit,
    pages: Vec<String>,
    stdout: String,
    stderr: String,
}

/// Three pending snapshots: `a` is new, `b` and `c` changed.
fn files() -> MemoryFiles {
    let pending =
        |text: &str| format!("---\nsource: s.yaml\nassertion_line: 3\ndescription: GET /x\n---\n{text}\n");
    let files = MemoryFiles::new([
        ("snapshots/b.snap", "---\n---\nstatus 404\n"),
        ("snapshots/c.snap", "---\n---\nold\n"),
    ]);
    for (name, text) in [("a", "first"), ("b", "status 500"), ("c", "new")] {
        let path = format!("snapshots/{name}.snap.new");
        files.write_atomic(path.as_ref(), pending(text).as_bytes()).unwrap();
    }
    files
}

fn review(files: &MemoryFiles, script: Script, vars: &[(&str, &str)], filters: &[&str]) -> Seen {
    let (stdout, stderr, pages, is_open) =
        (Sink::default(), Sink::default(), script.pages.clone(), script.is_open.clone());
    let mut env = Env {
        args: Vec::new(),
        vars: vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        stdout: Box::new(stdout.clone()),
        stderr: Box::new(stderr.clone()),
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        screen: Box::new(script),
        cwd: PathBuf::from("/"),
        files: Arc::new(files.clone()),
    };
    let store = Store::new(Arc::clone(&env.files), "snapshots");
    let filters: Vec<String> = filters.iter().map(|text| (*text).to_owned()).collect();
    let exit = run(&mut env, &store, &store.list().unwrap(), &filters);
    assert!(!*is_open.lock().unwrap(), "the terminal is given back");
    let text = |sink: Sink| String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let pages = pages.lock().unwrap().clone();
    Seen { exit, pages, stdout: text(stdout), stderr: text(stderr) }
}

fn press(keys: &[Key]) -> Script {
    Script { keys: keys.iter().copied().collect(), ..Script::default() }
}

fn names(files: &MemoryFiles) -> Vec<String> {
    let list = files.list("snapshots".as_ref(), &["snap", "new"]).unwrap();
    list.iter().map(|path| path.strip_prefix("snapshots").unwrap().display().to_string()).collect()
}

#[test]
fn each_key_is_a_word_on_the_snapshot_that_is_shown() {
    let files = files();
    let seen = review(&files, press(&[Key::Enter, Key::Char('r'), Key::Char(' ')]), &[], &[]);
    assert_eq!(seen.exit, Exit::Success);
    assert_eq!(seen.stdout, "accepted  a\nrejected  b\n1 accepted, 1 rejected, 1 left pending\n");
    assert_eq!(names(&files), ["a.snap", "b.snap", "c.snap", "c.snap.new"]);
    assert!(seen.pages[0].starts_with("new a  1 of 3\n --> s.yaml:3\n  = GET /x\n"), "{}", seen.pages[0]);
    assert!(
        seen.pages[1].contains("1   | - status 404\n    |          ^^^\n  1 | + status 500\n"),
        "{}",
        seen.pages[1]
    );
    let accepted = String::from_utf8(files.read("snapshots/a.snap".as_ref()).unwrap()).unwrap();
    assert_eq!(accepted, "---\nsource: s.yaml\ndescription: GET /x\n---\nfirst\n");
}

#[test]
fn capital_letters_speak_for_all_that_are_left() {
    for (keys, left, said) in [
        (vec![Key::Char('A')], vec!["a.snap", "b.snap", "c.snap"], "3 accepted\n"),
        (
            vec![Key::Char('s'), Key::Char('R')],
            vec!["a.snap.new", "b.snap", "c.snap"],
            "2 rejected, 1 left pending\n",
        ),
        (
            vec![Key::Char('a'), Key::Char('S')],
            vec!["a.snap", "b.snap", "b.snap.new", "c.snap", "c.snap.new"],
            "1 accepted, 2 left pending\n",
        ),
    ] {
        let files = files();
        let seen = review(&files, press(&keys), &[], &[]);
        assert_eq!(
            (seen.exit, names(&files)),
            (Exit::Success, left.into_iter().map(str::to_owned).collect())
        );
        assert!(seen.stdout.ends_with(said), "{}", seen.stdout);
    }
}

#[test]
fn leaving_keeps_what_was_decided() {
    for (key, exit) in [(Key::Char('q'), Exit::Success), (Key::Interrupt, Exit::Interrupted)] {
        let files = files();
        let seen = review(&files, press(&[Key::Char('a'), key]), &[], &[]);
        assert_eq!(seen.exit, exit);
        assert!(seen.stdout.ends_with("1 accepted, 2 left pending\n"), "{}", seen.stdout);
        assert_eq!(names(&files).len(), 5);
    }
    let files = files();
    let seen = review(&files, press(&[Key::Char('a')]), &[], &[]);
    assert_eq!(seen.exit, Exit::Usage);
    assert!(seen.stderr.contains("the terminal is gone"), "{}", seen.stderr);
    assert_eq!(names(&files).len(), 5);
}

#[test]
fn views_turn_and_help_decides_nothing() {
    let files = files();
    let keys = ['s', 'd', '?', 'a', 'd', 'q'].map(Key::Char);
    let seen = review(&files, press(&keys), &[], &["B", "c"]);
    assert_eq!(seen.pages.len(), 6);
    assert!(seen.pages[1].contains("- old") && seen.pages[2].contains("1 | new"), "{}", seen.pages[2]);
    assert!(seen.pages[3].contains("a, Enter") && seen.pages[4].contains("1 | new"));
    assert!(seen.pages[5].contains("+ new"));
    assert_eq!(seen.stdout, "2 left pending\n");
}

#[test]
fn long_answers_scroll_within_their_ends() {
    let files = files();
    let long: String = (1..=40).map(|n| format!("line {n}\n")).collect();
    files.write_atomic("snapshots/a.snap.new".as_ref(), format!("---\n---\n{long}").as_bytes()).unwrap();
    let keys = [
        Key::PageDown,
        Key::Down,
        Key::PageUp,
        Key::PageUp,
        Key::End,
        Key::PageDown,
        Key::PageUp,
        Key::Home,
        Key::Char('q'),
    ];
    let seen = review(&files, press(&keys), &[], &["a"]);
    let places: Vec<&str> = seen
        .pages
        .iter()
        .map(|page| {
            page.lines().find(|line| line.starts_with("lines ")).unwrap().split_once(" of").unwrap().0
        })
        .collect();
    assert_eq!(
        places,
        [
            "lines 1-7",
            "lines 8-14",
            "lines 9-15",
            "lines 2-8",
            "lines 1-7",
            "lines 34-40",
            "lines 34-40",
            "lines 27-33",
            "lines 1-7"
        ]
    );
    assert!(seen.pages.iter().all(|page| page.lines().count() <= 12));
}

#[test]
fn what_others_do_meanwhile_is_seen() {
    let files = files();
    let others = files.clone();
    let mut once = true;
    let before = move || {
        if std::mem::take(&mut once) {
            others.write_atomic("snapshots/a.snap.new".as_ref(), b"---\n---\nsecond\n").unwrap();
            others.remove("snapshots/b.snap.new".as_ref()).unwrap();
        }
    };
    let script =
        Script { before: Some(Box::new(before)), ..press(&[Key::Char('a'), Key::Char('a'), Key::Char('a')]) };
    let seen = review(&files, script, &[], &[]);
    assert!(seen.pages[1].starts_with("it was written anew meanwhile") && seen.pages[1].contains("second"));
    assert_eq!(seen.stdout, "accepted  a\naccepted  c\n2 accepted\n");
}

#[test]
fn broken_files_are_shown_and_can_be_thrown_away() {
    let files = files();
    files.write_atomic("snapshots/a.snap.new".as_ref(), b"<<<<<<< HEAD\n").unwrap();
    files.write_atomic("snapshots/b.snap".as_ref(), b"---\n[\n---\n").unwrap();
    let seen = review(&files, press(&['a', 'r', 'a', 'q'].map(Key::Char)), &[], &[]);
    assert!(seen.pages[0].starts_with("broken a") && seen.pages[0].contains("this is not a snapshot"));
    assert!(seen.pages[1].starts_with("error: this is not a snapshot"), "{}", seen.pages[1]);
    assert!(seen.pages[2].starts_with("the accepted snapshot cannot be read"), "{}", seen.pages[2]);
    assert!(seen.stdout.starts_with("rejected  a\naccepted  b\n"), "{}", seen.stdout);
    let accepted = String::from_utf8(files.read("snapshots/b.snap".as_ref()).unwrap()).unwrap();
    assert!(accepted.ends_with("---\nstatus 500\n"));
}

#[test]
fn nobody_is_asked_in_a_pipeline_and_filters_that_match_nothing_are_wrong() {
    let seen = review(&files(), press(&[]), &[("CI", "true")], &[]);
    assert!(
        seen.exit == Exit::Usage && seen.stderr.contains("tollgate snapshots accept --filter TEXT"),
        "{}",
        seen.stderr
    );
    let seen = review(&files(), press(&[Key::Char('q')]), &[("CI", "false")], &[]);
    assert_eq!(seen.exit, Exit::Success);
    let seen = review(&files(), press(&[]), &[], &["x", "y"]);
    assert_eq!(seen.exit, Exit::Usage);
    assert_eq!(
        seen.stderr,
        "error: no pending snapshot matches `--filter x` or `--filter y`; there are\n  a\n  b\n  c\n"
    );
    let seen = review(&MemoryFiles::default(), press(&[]), &[], &["x"]);
    assert_eq!((seen.exit, &*seen.stdout), (Exit::Success, "nothing is pending\n"));
}
