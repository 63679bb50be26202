//! One connection of one user: an exchange at a time, awaited, and its answer read where it arrived.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::answer::{self, Answer, Limits};
use super::connection::{CHUNK, KEPT, Progress, broken};
use crate::model::{TransportError, TransportErrorKind};

/// The way the bytes go.
#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection. Nothing is sent over it but what its owner gives, and never twice.
#[derive(Debug)]
pub struct Line {
    stream: Stream,
    limits: Limits,
    room: Vec<u8>,
    start: usize,
    filled: usize,
    bodiless: bool,
}

impl Line {
    pub(super) fn plain(stream: TcpStream, limits: Limits) -> Self {
        Self::new(Stream::Plain(stream), limits)
    }

    pub(super) fn tls(stream: TlsStream<TcpStream>, limits: Limits) -> Self {
        Self::new(Stream::Tls(Box::new(stream)), limits)
    }

    fn new(stream: Stream, limits: Limits) -> Self {
        Self { stream, limits, room: Vec::new(), start: 0, filled: 0, bodiless: false }
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

    /// Whether the server left it open: it was not closed, and nothing came that was not asked for.
    pub async fn is_open(&mut self) -> bool {
        let mut byte = [0];
        poll_fn(|context| {
            let mut room = ReadBuf::new(&mut byte);
            let read = match &mut self.stream {
                Stream::Plain(stream) => Pin::new(stream).poll_read(context, &mut room),
                Stream::Tls(stream) => Pin::new(&mut **stream).poll_read(context, &mut room),
            };
            Poll::Ready(read.is_pending())
        })
        .await
    }

    /// Sends a request, and reads its answer to the end. `peek` sees the bytes of an answer before they are read as
    /// HTTP. `bodiless`: the answer has no body whatever its head says, as the one to HEAD.
    ///
    /// # Errors
    /// The exchange failed without an answer.
    pub async fn exchange(
        &mut self,
        request: &[u8],
        bodiless: bool,
        peek: &mut (dyn FnMut(&[u8]) -> bool + Send),
    ) -> Result<Progress, TransportError> {
        (self.start, self.filled, self.bodiless) = (0, 0, bodiless);
        if self.room.len() > KEPT {
            self.room.truncate(KEPT);
            self.room.shrink_to_fit();
        }
        match &mut self.stream {
            Stream::Plain(stream) => write(stream, request).await,
            Stream::Tls(stream) => write(&mut **stream, request).await,
        }
        .map_err(|error| broken(&error))?;
        let mut head = None;
        loop {
            let read = match self.read().await {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(TransportError {
                        kind: TransportErrorKind::Tls,
                        message: format!("TLS failed: {error}"),
                    });
                }
                Err(error) if self.filled == 0 && error.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(broken(&error));
                }
                // Whatever ends the connection, an answer that is whole stays one.
                Err(_) => 0,
            };
            if read > 0 && head.is_none() && peek(self.bytes()) {
                return Ok(Progress::Known);
            }
            let state = (bodiless, read == 0);
            let all = self.room.get(..self.filled).unwrap_or_default();
            if let Some(answer) = answer::read(all, &mut self.start, &mut head, state, self.limits)? {
                return Ok(Progress::Answer(Box::new(answer)));
            }
        }
    }

    /// Reads what there is, as far as there is room; 0 at the end.
    async fn read(&mut self) -> io::Result<usize> {
        if self.room.len() - self.filled < CHUNK / 4 {
            self.room.resize(self.filled + CHUNK, 0);
        }
        let room = self.room.get_mut(self.filled..).unwrap_or_default();
        let read = match &mut self.stream {
            Stream::Plain(stream) => stream.read(room).await,
            Stream::Tls(stream) => stream.read(room).await,
        };
        self.filled += read.as_ref().copied().unwrap_or_default();
        read
    }
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}
