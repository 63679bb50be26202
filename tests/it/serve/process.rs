//! A `tollgate serve` of its own process, and the plainest client for it. Nothing waits longer than [`PATIENCE`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub(super) const PATIENCE: Duration = Duration::from_secs(30);

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.arg("serve").args(args);
    command
}

/// A command that ends by itself.
pub(super) fn run(args: &[&str]) -> Output {
    command(args).stdin(Stdio::null()).output().unwrap()
}

/// A server that said it is ready. Dropped, it is killed.
pub(super) struct Process {
    child: Child,
    lines: Receiver<String>,
    complaints: Option<JoinHandle<String>>,
    /// Its first line, line end and all.
    pub(super) ready: String,
}

impl Process {
    /// A server on a free port.
    pub(super) fn start(args: &[&str]) -> Self {
        Self::start_at("0", args)
    }

    pub(super) fn start_at(port: &str, args: &[&str]) -> Self {
        let mut command = command(&["--port", port]);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (said, lines) = channel();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut line = String::new();
            while stdout.read_line(&mut line).is_ok_and(|length| length > 0) {
                let _ = said.send(std::mem::take(&mut line));
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let ready = lines.recv_timeout(PATIENCE).unwrap_or_default();
        Self { child, lines, complaints: Some(complaints), ready }
    }

    pub(super) fn address(&self) -> SocketAddr {
        let origin = self.ready.strip_prefix("ready http://").and_then(|rest| rest.strip_suffix('\n'));
        origin.unwrap_or_else(|| panic!("not ready: {:?}", self.ready)).parse().unwrap()
    }

    /// Sends `TERM` or `INT`.
    #[cfg(unix)]
    pub(super) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Its memory in use, in MiB, as the kernel counts it.
    #[cfg(target_os = "linux")]
    pub(super) fn resident_mebibytes(&self) -> usize {
        let pages = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096 / (1024 * 1024)
    }

    /// Waits for its end: exit code, what else it wrote to stdout, and all of stderr.
    pub(super) fn end(mut self) -> (Option<i32>, String, String) {
        let mut rest = String::new();
        // The lines end when the process does.
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => rest.push_str(&line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("does not end"),
            }
        }
        let code = self.child.wait().unwrap().code();
        (code, rest, self.complaints.take().unwrap().join().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer that was read to the end of its connection.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) body: String,
}

/// Sends bytes and keeps the connection.
pub(super) fn send(address: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    stream
}

/// Everything until the server closes.
pub(super) fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// A request after which the server closes the connection.
pub(super) fn request(line: &str, key: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

pub(super) fn read(stream: TcpStream) -> Answer {
    let text = rest(stream);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("cut: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().to_owned();
    Answer { status, body: body.to_owned() }
}

pub(super) fn ask(address: SocketAddr, line: &str, key: &str, body: &str) -> Answer {
    read(send(address, &request(line, key, body)))
}
