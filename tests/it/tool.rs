//! The real binary as a child process: bounded in time, freed of the surroundings' variables.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Longest time that a test waits for the binary.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the binary ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// The binary with arguments, in a folder.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        if text.starts_with("TOLLGATE_") || text.ends_with("_PROXY") || text == "COLUMNS" || text == "CI" {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the binary to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    ended(command(folder, arguments).spawn().unwrap())
}

/// Waits for the end; a child that outlives the test's patience is killed and fails the test.
pub(crate) fn ended(mut child: Child) -> Ended {
    let started = Instant::now();
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let left = || PATIENCE.saturating_sub(started.elapsed());
    let texts = stdout.recv_timeout(left()).and_then(|out| Ok((out, stderr.recv_timeout(left())?)));
    let Ok((stdout, stderr)) = texts else {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("the binary did not end within {PATIENCE:?}");
    };
    let code = child.wait().unwrap().code();
    Ended { code, stdout, stderr, took: started.elapsed() }
}

/// Reads a stream to its end in a thread of its own.
fn reader(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).unwrap();
        }
        drop(send.send(String::from_utf8_lossy(&bytes).into_owned()));
    });
    receive
}
