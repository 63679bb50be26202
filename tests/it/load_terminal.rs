//! The line of `tollgate load` on a real terminal: it fits, follows the width, and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Pty, open};

const PATIENCE: Duration = Duration::from_secs(30);
const LINES: u16 = 24;

/// A terminal with a load in it.
struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: mpsc::Receiver<Vec<u8>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
}

impl Terminal {
    fn load(columns: u16, environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(LINES, columns)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.arg("load").args(arguments).env_remove("CI").env_remove("NO_COLOR").env_remove("COLUMNS");
        command.env("TERM", "xterm-256color").envs(environment.iter().copied());
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
        Self { pty, child, output, parser: vt100::Parser::new(LINES, columns, 0), raw: Vec::new() }
    }

    /// Takes in what the program writes until the screen is as wished.
    fn until(&mut self, wish: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.parser.screen().contents();
            if wish(&shown) {
                return shown;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(why) => {
                    drop(self.child.kill());
                    panic!("the screen is not as wished ({why}), but\n{shown}");
                }
            }
        }
    }

    fn resize(&mut self, columns: u16) {
        self.pty.resize(Size::new(LINES, columns)).unwrap();
        self.parser.screen_mut().set_size(LINES, columns);
    }

    /// The screen and the exit code after the end.
    fn ends(mut self) -> (String, Option<i32>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    drop(self.child.kill());
                    panic!("the load does not end");
                }
            }
        }
        (self.parser.screen().contents(), self.child.wait().unwrap().code())
    }
}

#[test]
fn the_line_fits_follows_the_width_and_is_gone_after_ctrl_c() {
    let mut terminal = Terminal::load(40, &[], &["--rate", "20/s", "--duration", "1h"]);
    let narrow = terminal.until(|shown| shown.contains("/3600 s"));
    assert!(!narrow.contains('[') && !terminal.parser.screen().row_wrapped(0), "{narrow}");
    terminal.resize(160);
    let wide = terminal.until(|shown| shown.contains("[----------]") && shown.contains(" in flight"));
    let drawn: Vec<&str> = wide.lines().filter(|line| line.contains("/3600 s")).collect();
    assert_eq!(drawn.len(), 1, "one line is redrawn: {wide}");
    assert!(drawn[0].contains("/s of 20/s") && drawn[0].contains(" p99 "), "{wide}");
    assert!(String::from_utf8_lossy(&terminal.raw).contains("\u{1b}[32m"), "colours");
    (&*terminal.pty).write_all(b"\x03").unwrap();
    let (shown, code) = terminal.ends();
    assert!(!shown.contains("/3600 s") && !shown.contains("^C"), "{shown}");
    assert_eq!(code, Some(130), "{shown}");
}

#[test]
fn no_color_is_honoured_and_quiet_shows_no_line() {
    let arguments = ["--rate", "20/s", "--duration", "3s"];
    let mut terminal = Terminal::load(100, &[("NO_COLOR", "1")], &arguments);
    terminal.until(|shown| shown.contains("/3 s"));
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("\u{1b}[3"), "no colours");
    let (shown, _) = terminal.ends();
    assert!(!shown.contains("/3 s"), "{shown}");
    let quiet = Terminal::load(100, &[], &["--rate", "20/s", "--duration", "1500ms", "--quiet"]);
    let (shown, _) = quiet.ends();
    assert!(!shown.is_empty() && !shown.contains("/2 s"), "{shown}");
}
