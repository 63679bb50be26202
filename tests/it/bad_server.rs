//! A server for tests that does with some requests whatever it is told to, and answers the others properly.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Most connections of one server.
const MOST: usize = 256;

/// A server on a port of its own. A request whose path starts with `/healthy` gets a 200.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The process that is watched.
    pid: AtomicU32,
    /// Its largest resident size so far, in KiB.
    most_kib: AtomicU64,
    /// Requests that got no proper answer, so far.
    hostile: AtomicUsize,
    seen: Mutex<Vec<String>>,
}

impl Server {
    /// Starts it; `serve` gets each request that is not healthy with its number from 0.
    pub(crate) fn start(serve: impl Fn(&mut TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::reading(move |stream, number, _| serve(stream, number))
    }

    /// The same, for a `serve` that wants to see the request.
    pub(crate) fn reading(serve: impl Fn(&mut TcpStream, usize, &str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let (own, serve) = (Arc::clone(&shared), Arc::new(serve));
        std::thread::spawn(move || {
            for stream in listener.incoming().take(MOST).flatten() {
                let (shared, serve) = (Arc::clone(&own), Arc::clone(&serve));
                std::thread::spawn(move || shared.connection(stream, &*serve));
            }
        });
        Self { address, shared }
    }

    /// Watches the size of a process from now on.
    pub(crate) fn watch(&self, pid: u32) {
        self.shared.pid.store(pid, Ordering::SeqCst);
    }

    /// The largest resident size that the watched process had when its last healthy request came, in KiB; 0 where
    /// the system does not say.
    pub(crate) fn most_kib(&self) -> u64 {
        self.shared.most_kib.load(Ordering::SeqCst)
    }

    /// The request lines so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Shared {
    fn connection(&self, mut stream: TcpStream, serve: &dyn Fn(&mut TcpStream, usize, &str)) {
        let patience = Some(Duration::from_secs(5));
        stream.set_read_timeout(patience).unwrap();
        stream.set_write_timeout(patience).unwrap();
        let request = read_request(&mut stream);
        let line = request.lines().next().unwrap_or_default().to_owned();
        self.seen.lock().unwrap().push(line.clone());
        if line.contains(" /healthy") {
            self.measure();
            answer(&mut stream, "200 OK", "", "{}");
        } else {
            serve(&mut stream, self.hostile.fetch_add(1, Ordering::SeqCst), &request);
        }
    }

    fn measure(&self) {
        let status = format!("/proc/{}/status", self.pid.load(Ordering::SeqCst));
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        self.most_kib.fetch_max(kib.unwrap_or(0), Ordering::SeqCst);
    }
}

/// A whole and proper answer, the last of its connection.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ndate: Tue, 16 Jan 2024 10:30:00 GMT\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    // The client may have hung up already.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())));
}

/// Reads one request as far as it comes: its head, and as many bytes of a body as it announces.
fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            if bytes.len() >= end + 4 + length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                return text.into_owned();
            }
        }
        // A client that wants TLS (its first record is a handshake) says nothing that could be read here.
        if bytes.first() == Some(&0x16) {
            return String::new();
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
