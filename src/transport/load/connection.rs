//! One connection with at most one request under way.

use std::io::{self, Read, Write};

use mio::net::TcpStream;
use rustls::ClientConnection;

use super::answer::{self, Answer, Head, Limits};
use crate::model::{TransportError, TransportErrorKind};

/// Room for one read, in bytes: most answers come in one.
pub(super) const CHUNK: usize = 16 << 10;
/// Room that is kept between answers, in bytes.
pub(super) const KEPT: usize = 64 << 10;

/// How far an answer is.
#[derive(Debug)]
pub enum Progress {
    /// Nothing to do yet.
    Waiting,
    /// The answer that came equals one that `peek` knows; it is whole, and the connection stays.
    Known,
    /// The answer is whole, or will never be more.
    Answer(Box<Answer>),
    /// The server closed the connection while nothing was asked.
    Gone,
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    limits: Limits,
    /// What is to be written, from `written` on.
    out: Vec<u8>,
    written: usize,
    /// Room for the answer; what was read of it lies before `filled`, interim answers before `start`.
    room: Vec<u8>,
    start: usize,
    filled: usize,
    head: Option<Head>,
    bodiless: bool,
    asked: bool,
    ended: bool,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, tls: Option<Box<ClientConnection>>, limits: Limits) -> Self {
        Self {
            stream,
            tls,
            limits,
            out: Vec::new(),
            written: 0,
            room: Vec::new(),
            start: 0,
            filled: 0,
            head: None,
            bodiless: false,
            asked: false,
            ended: false,
        }
    }

    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// The bytes of the answer, as far as they came.
    pub fn bytes(&self) -> &[u8] {
        self.room.get(self.start..self.filled).unwrap_or_default()
    }

    /// The answer in the bytes, read anew.
    pub fn parsed(&self) -> Option<Answer> {
        let (mut start, mut head) = (0, None);
        answer::read(self.bytes(), &mut start, &mut head, (self.bodiless, false), self.limits).ok().flatten()
    }

    /// How much of an answer is taken.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Sends a request; what does not go out at once goes out as soon as it can. `bodiless`: the answer has no body
    /// whatever its head says, as the one to HEAD.
    ///
    /// # Errors
    /// The connection broke.
    pub fn send(&mut self, request: &[u8], bodiless: bool) -> Result<(), TransportError> {
        (self.start, self.filled) = (0, 0);
        if self.room.len() > KEPT {
            self.room.truncate(KEPT);
            self.room.shrink_to_fit();
        }
        (self.head, self.bodiless, self.asked) = (None, bodiless, true);
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(request).map_err(|error| broken(&error))?;
            return self.flush();
        }
        if self.written < self.out.len() {
            self.out.extend_from_slice(request);
            return Ok(());
        }
        match self.stream.write(request) {
            Ok(written) if written == request.len() => {}
            Ok(written) => self.keep(&request[written..]),
            Err(error) if is_not_yet(&error) => self.keep(request),
            Err(error) => return Err(broken(&error)),
        }
        Ok(())
    }

    fn keep(&mut self, rest: &[u8]) {
        self.out.clear();
        self.out.extend_from_slice(rest);
        self.written = 0;
    }

    /// Takes notice of news of the connection. `peek` sees the bytes of an answer before they are read as HTTP.
    ///
    /// # Errors
    /// The exchange failed without an answer.
    pub fn proceed(&mut self, peek: &mut dyn FnMut(&[u8]) -> bool) -> Result<Progress, TransportError> {
        self.flush()?;
        loop {
            let read = match self.read() {
                Ok(read) => read,
                Err(error) if is_not_yet(&error) => return Ok(Progress::Waiting),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(TransportError {
                        kind: TransportErrorKind::Tls,
                        message: format!("TLS failed: {error}"),
                    });
                }
                // Whatever ends the connection, an answer that is whole stays one.
                Err(error) if self.asked && self.filled == 0 => return Err(broken(&error)),
                Err(_) => 0,
            };
            self.ended |= read == 0;
            if !self.asked {
                // An answer to nothing is as good as none.
                return Ok(Progress::Gone);
            }
            if !self.ended && self.head.is_none() && peek(self.bytes()) {
                self.asked = false;
                return Ok(Progress::Known);
            }
            let state = (self.bodiless, self.ended);
            let all = self.room.get(..self.filled).unwrap_or_default();
            if let Some(answer) = answer::read(all, &mut self.start, &mut self.head, state, self.limits)? {
                self.asked = false;
                return Ok(Progress::Answer(Box::new(answer)));
            }
            // A read that did not fill its room has taken all there was, and new bytes are news.
            if self.tls.is_none() && self.filled < self.room.len() {
                return Ok(Progress::Waiting);
            }
        }
    }

    /// Reads what there is, as far as there is room; 0 at the end.
    fn read(&mut self) -> io::Result<usize> {
        if self.room.len() - self.filled < CHUNK / 4 {
            self.room.resize(self.filled + CHUNK, 0);
        }
        let room = &mut self.room[self.filled..];
        let read = match &mut self.tls {
            None => self.stream.read(room),
            Some(tls) => read_tls(tls, &mut self.stream, room),
        };
        self.filled += read.as_ref().copied().unwrap_or_default();
        read
    }

    /// Writes what waits to be written.
    fn flush(&mut self) -> Result<(), TransportError> {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                match tls.write_tls(&mut self.stream) {
                    Ok(_) => {}
                    Err(error) if is_not_yet(&error) => break,
                    Err(error) => return Err(broken(&error)),
                }
            }
            return Ok(());
        }
        while self.written < self.out.len() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(0) => break,
                Ok(written) => self.written += written,
                Err(error) if is_not_yet(&error) => break,
                Err(error) => return Err(broken(&error)),
            }
        }
        Ok(())
    }
}

/// Reads through TLS; the handshake's own words are answered on the way.
fn read_tls(tls: &mut ClientConnection, stream: &mut TcpStream, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match tls.reader().read(room) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // A server that ends without TLS's farewell has ended all the same.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
            other => return other,
        }
        if tls.read_tls(stream)? == 0 && !tls.is_handshaking() {
            return Ok(0);
        }
        tls.process_new_packets().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        while tls.wants_write() {
            match tls.write_tls(stream) {
                Ok(_) => {}
                Err(error) if is_not_yet(&error) => break,
                Err(error) => return Err(error),
            }
        }
    }
}

fn is_not_yet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::NotConnected
    )
}

/// What a broken connection means.
pub(super) fn broken(error: &io::Error) -> TransportError {
    let kind = match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable => TransportErrorKind::Connect,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => TransportErrorKind::Closed,
        io::ErrorKind::TimedOut => TransportErrorKind::Timeout,
        _ => TransportErrorKind::Other,
    };
    TransportError { kind, message: error.to_string() }
}
