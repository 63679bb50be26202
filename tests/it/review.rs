//! `tollgate snapshots`: its review in a real terminal, and the commands that ask nobody.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tollgate::snapshot::Snapshot;

use crate::tool;

/// A project with a new snapshot, a changed one and one that is as it was.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, pending: bool, contents: &str| {
        let path = folder.path().join("snapshots/house").join(path);
        let source = "scenarios/leads.yaml".to_owned();
        let description = format!("GET /leads ({})", path.file_stem().unwrap().to_string_lossy());
        let snapshot = Snapshot { source, line: 7, description, contents: contents.to_owned() };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, snapshot.write(pending)).unwrap();
    };
    write("leads/a-new.snap.new", true, "200\n\n{\n  \"id\": 1\n}");
    write("leads/changed.snap", false, "404\n\n{\n  \"code\": \"NOT_FOUND\"\n}");
    write("leads/changed.snap.new", true, "404\n\n{\n  \"code\": \"GONE\"\n}");
    write("same.snap", false, "204");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let listed = tool::run(folder, &["snapshots", "list", "--json"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let list: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(list["version"], 1);
    let states = list["snapshots"].as_array().unwrap().iter();
    states
        .map(|one| format!("{} {}", one["state"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect()
}

#[test]
fn snapshots_are_listed_accepted_and_rejected_without_a_person() {
    let folder = project();
    let path = folder.path();
    assert_eq!(names(path), ["new house/leads/a-new", "changed house/leads/changed", "ok house/same"]);
    let listed = tool::run(path, &["snapshots", "list", "--pending"]);
    let expected = "\
new      house/leads/a-new    scenarios/leads.yaml:7  GET /leads (a-new.snap)
changed  house/leads/changed  scenarios/leads.yaml:7  GET /leads (changed.snap)
2 snapshots: 1 new, 1 changed
";
    assert_eq!(listed.stdout, expected);
    let list: Value =
        serde_json::from_str(&tool::run(path, &["snapshots", "list", "--json"]).stdout).unwrap();
    let (new, same) = (&list["snapshots"][0], &list["snapshots"][2]);
    assert_eq!(new["pending_path"], "snapshots/house/leads/a-new.snap.new");
    assert_eq!((&new["path"], &new["line"]), (&"snapshots/house/leads/a-new.snap".into(), &7.into()));
    assert_eq!((&same["pending_path"], &same["line"]), (&Value::Null, &Value::Null));

    let nothing = tool::run(path, &["snapshots", "accept", "--filter", "deals"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("house/leads/a-new\n  house/leads/changed"), "{}", nothing.stderr);
    let accepted = tool::run(path, &["snapshots", "accept", "--filter", "LEADS/A-"]);
    assert_eq!((accepted.code, &*accepted.stdout), (Some(0), "accepted  house/leads/a-new\n1 accepted\n"));
    assert_eq!(names(path), ["ok house/leads/a-new", "changed house/leads/changed", "ok house/same"]);
    let mut ci = tool::command(path, &["snapshots", "reject"]);
    let rejected = tool::ended(ci.env("CI", "true").spawn().unwrap());
    assert_eq!((rejected.code, &*rejected.stdout), (Some(0), "rejected  house/leads/changed\n1 rejected\n"));
    assert_eq!(names(path), ["ok house/leads/a-new", "ok house/leads/changed", "ok house/same"]);
    for word in ["accept", "reject"] {
        let nothing = tool::run(path, &["snapshots", word]);
        assert_eq!((nothing.code, &*nothing.stdout), (Some(0), "nothing is pending\n"));
    }
}

#[test]
fn the_whole_name_of_a_snapshot_chooses_no_other() {
    let folder = project();
    let path = folder.path();
    fs::copy(
        path.join("snapshots/house/leads/changed.snap.new"),
        path.join("snapshots/house/leads/changed-twice.snap.new"),
    )
    .unwrap();
    for args in [&["accept"][..], &["list", "--pending"]] {
        let ended = tool::run(path, &[&["snapshots"], args, &["--filter", "house/leads/changed"]].concat());
        assert!(!ended.stdout.contains("changed-twice"), "{args:?}: {}", ended.stdout);
        assert!(ended.stdout.contains("house/leads/changed"), "{args:?}: {}{}", ended.stdout, ended.stderr);
        fs::copy(
            path.join("snapshots/house/leads/changed-twice.snap.new"),
            path.join("snapshots/house/leads/changed.snap.new"),
        )
        .unwrap();
    }
    let both = tool::run(path, &["snapshots", "reject", "--filter", "house/leads/change"]);
    assert!(both.stdout.ends_with("2 rejected\n"), "{}", both.stdout);
}

#[test]
fn a_file_that_is_broken_is_named_and_the_others_are_accepted() {
    let folder = project();
    let path = folder.path();
    fs::write(path.join("snapshots/house/leads/changed.snap.new"), "<<<<<<< HEAD\n").unwrap();
    let accepted = tool::run(path, &["snapshots", "accept"]);
    assert_eq!(accepted.code, Some(2));
    assert_eq!(accepted.stdout, "accepted  house/leads/a-new\n1 accepted, 1 left pending\n");
    assert!(accepted.stderr.contains("snapshots/house/leads/changed.snap.new:1:1"), "{}", accepted.stderr);
    assert_eq!(names_of_broken(path), Some(2));
    assert_eq!(tool::run(path, &["snapshots", "reject"]).code, Some(0));
    assert_eq!(names(path).len(), 3);
}

fn names_of_broken(path: &Path) -> Option<i32> {
    let listed = tool::run(path, &["snapshots", "list", "--json"]);
    let list: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(list["snapshots"][1]["state"], "changed");
    assert_eq!(list["snapshots"][1]["source"], Value::Null);
    listed.code
}

/// A project in which so many changed snapshots wait.
fn many(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("snapshots/house");
    fs::create_dir_all(&house).unwrap();
    for number in 0..count {
        let file = |text: &str| Snapshot { contents: text.repeat(500), ..Snapshot::default() };
        fs::write(house.join(format!("{number:04}.snap")), file("old ").write(false)).unwrap();
        fs::write(house.join(format!("{number:04}.snap.new")), file("new ").write(true)).unwrap();
    }
    folder
}

#[test]
fn two_programs_accept_at_the_same_time() {
    let folder = many(150);
    let both = [(); 2].map(|()| tool::command(folder.path(), &["snapshots", "accept"]).spawn().unwrap());
    let mut accepted = 0;
    for child in both {
        let ended = tool::ended(child);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        accepted += ended.stdout.matches("accepted  house/").count();
    }
    assert!(accepted >= 150, "{accepted}");
    assert_eq!(names(folder.path()).iter().filter(|name| name.starts_with("ok ")).count(), 150);
}

#[test]
fn a_killed_program_leaves_whole_files() {
    let folder = many(400);
    let house = folder.path().join("snapshots/house");
    let mut child = tool::command(folder.path(), &["snapshots", "accept"]).spawn().unwrap();
    let started = std::time::Instant::now();
    while house.join("0020.snap.new").exists() && started.elapsed().as_secs() < 30 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut drafts = 0;
    for entry in fs::read_dir(&house).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with('.') {
            drafts += 1;
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let contents = text.split_once("---\n").and_then(|(_, rest)| rest.split_once("---\n")).unwrap().1;
        assert!(["old ", "new "].iter().any(|word| contents == format!("{}\n", word.repeat(500).trim_end())));
    }
    assert!(drafts <= 1, "{drafts} drafts");
    let rest = tool::run(folder.path(), &["snapshots", "accept"]);
    assert_eq!(rest.code, Some(0), "{}", rest.stderr);
    assert_eq!(names(folder.path()).iter().filter(|name| name.starts_with("ok ")).count(), 400);
}

#[test]
fn without_a_terminal_review_says_what_to_do_instead() {
    let folder = project();
    let refused = tool::run(folder.path(), &["snapshots", "review"]);
    assert_eq!((refused.code, &*refused.stdout), (Some(2), ""));
    for command in ["snapshots list --pending", "snapshots accept --filter", "snapshots reject --filter"] {
        assert!(refused.stderr.contains(command), "{}", refused.stderr);
    }
}

#[cfg(unix)]
mod terminal {
    use std::io::{Read, Write};
    use std::path::PathBuf;
    use std::process::{Child, Command};
    use std::sync::{Arc, mpsc};
    use std::time::{Duration, Instant};

    use pty_process::Size;
    use pty_process::blocking::{Pty, open};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A terminal of 24 lines of 80 columns with a program in it.
    struct Terminal {
        pty: Arc<Pty>,
        child: Child,
        output: mpsc::Receiver<Vec<u8>>,
        parser: vt100::Parser,
    }

    impl Terminal {
        fn start(command: Command) -> Self {
            let (pty, pts) = open().unwrap();
            pty.resize(Size::new(24, 80)).unwrap();
            let child = pty_process::blocking::Command::from(command).spawn(pts).unwrap();
            let pty = Arc::new(pty);
            let (send, output) = mpsc::channel();
            let reading = Arc::clone(&pty);
            std::thread::spawn(move || {
                let mut buffer = [0; 4_096];
                // An error is the end: nobody has the other side open any more.
                while let Ok(length @ 1..) = (&*reading).read(&mut buffer) {
                    if send.send(buffer[..length].to_vec()).is_err() {
                        break;
                    }
                }
            });
            Self { pty, child, output, parser: vt100::Parser::new(24, 80, 0) }
        }

        /// Runs the review in a shell that says how it ended and how the terminal is then.
        fn review(folder: &Path) -> Self {
            let mut shell = plain("sh", folder);
            shell.arg("-c").arg("\"$0\" snapshots review; echo \"code $?\"; stty -a").arg(binary());
            Self::start(shell)
        }

        /// Runs the review without a shell around it.
        fn bare(folder: &Path) -> Self {
            let mut command = plain(&binary().to_string_lossy(), folder);
            command.args(["snapshots", "review"]);
            Self::start(command)
        }

        /// Waits until the screen shows a text.
        fn see(&mut self, text: &str) -> String {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let shown = self.parser.screen().contents();
                if shown.contains(text) {
                    return shown;
                }
                let left = deadline.saturating_duration_since(Instant::now());
                match self.output.recv_timeout(left) {
                    Ok(bytes) => self.parser.process(&bytes),
                    Err(why) => {
                        drop(self.child.kill());
                        panic!("`{text}` is not shown ({why}), but\n{shown}");
                    }
                }
            }
        }

        /// Waits until a whole page with a text on it is shown.
        fn page(&mut self, text: &str) -> String {
            self.see(text);
            self.see("? help")
        }

        fn press(&mut self, keys: &str) {
            (&*self.pty).write_all(keys.as_bytes()).unwrap();
        }

        /// The screen after the end, with the terminal given back.
        fn ends(&mut self, code: u8) -> String {
            self.see(&format!("code {code}\n"));
            let shown = self.see("icanon");
            assert!(
                shown.contains(" echo ") && !shown.contains("-icanon") && !shown.contains("-isig"),
                "{shown}"
            );
            assert!(!self.parser.screen().alternate_screen() && !self.parser.screen().hide_cursor());
            self.child.wait().unwrap();
            shown
        }
    }

    fn binary() -> PathBuf {
        env!("CARGO_BIN_EXE_tollgate").into()
    }

    /// A program without the surroundings' variables that would change what it says.
    fn plain(program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_remove("CI").env("NO_COLOR", "1").env("TERM", "xterm-256color");
        command
    }

    #[test]
    fn keys_decide_and_the_files_follow_at_once() {
        let folder = project();
        let mut terminal = Terminal::review(folder.path());
        let shown = terminal.page("1 of 2");
        assert!(terminal.parser.screen().alternate_screen());
        let expected = "\
new house/leads/a-new  1 of 2
 --> scenarios/leads.yaml:7
  = GET /leads (a-new.snap)
  = the whole answer

1 | 200
2 |
3 | {
4 |   \"id\": 1
5 | }

a accept  r reject  s skip  A R S all the rest  q quit  ? help";
        assert_eq!(shown, expected);
        terminal.press("a");
        let shown = terminal.page("2 of 2");
        assert!(
            folder.path().join("snapshots/house/leads/a-new.snap").exists(),
            "accepted before the next is shown"
        );
        let expected = "\
changed house/leads/changed  2 of 2
 --> scenarios/leads.yaml:7
  = GET /leads (changed.snap)
  = - accepted, + seen by the last run

1 1 |   404
2 2 |
3 3 |   {
4   | -   \"code\": \"NOT_FOUND\"
    |              ^^^^^^^^^
  4 | +   \"code\": \"GONE\"
    |              ^^^^
5 5 |   }

a accept  r reject  s skip  A R S all the rest  d whole answer  q quit  ? help";
        assert_eq!(shown, expected);
        terminal.press("d");
        terminal.page("d difference");
        terminal.press("\u{1b}");
        let shown = terminal.ends(0);
        assert!(shown.contains(
            "accepted  house/leads/a-new\nrejected  house/leads/changed\n1 accepted, 1 rejected\n"
        ));
        assert_eq!(names(folder.path()), ["ok house/leads/a-new", "ok house/leads/changed", "ok house/same"]);
    }

    #[test]
    fn ctrl_c_leaves_and_what_was_decided_stays() {
        let folder = project();
        let mut terminal = Terminal::review(folder.path());
        terminal.page("1 of 2");
        // Typed faster than it is read.
        terminal.press("a\u{3}");
        let shown = terminal.ends(130);
        assert!(shown.contains("1 accepted, 1 left pending"), "{shown}");
        assert_eq!(
            names(folder.path()),
            ["ok house/leads/a-new", "changed house/leads/changed", "ok house/same"]
        );
    }

    #[test]
    fn a_signal_leaves_as_ctrl_c_does() {
        let folder = project();
        let mut terminal = Terminal::bare(folder.path());
        terminal.page("1 of 2");
        let id = terminal.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        terminal.see("2 left pending");
        assert_eq!(terminal.child.wait().unwrap().code(), Some(130));
        assert!(!terminal.parser.screen().alternate_screen());
    }

    #[test]
    fn a_small_terminal_shows_a_part_and_follows_its_size() {
        let folder = project();
        let long: String = (1..=60).map(|n| format!("line {n} {}\n", "x".repeat(100))).collect();
        fs::write(folder.path().join("snapshots/house/leads/a-new.snap.new"), format!("---\n---\n{long}"))
            .unwrap();
        let mut terminal = Terminal::bare(folder.path());
        // Each line takes two rows.
        let shown = terminal.page("lines 1-9 of 60");
        assert!(shown.starts_with("new house/leads/a-new"), "the head is not scrolled away:\n{shown}");
        terminal.press("j\u{1b}[6~");
        terminal.page("lines 11-19 of 60");
        terminal.pty.resize(Size::new(12, 40)).unwrap();
        terminal.parser.screen_mut().set_size(12, 40);
        // Three rows each, and what stands below takes four.
        terminal.page("lines 11-11 of 60");
        terminal.press("q");
        terminal.see("2 left pending");
        assert_eq!(terminal.child.wait().unwrap().code(), Some(0));
    }
}
