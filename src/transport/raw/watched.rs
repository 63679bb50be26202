//! A stream whose first bytes and whose writes are seen: whether a server greets as HTTP/2 does, and what left when.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of the header of a frame (RFC 9113 section 4.1).
const FRAME: usize = 9;
/// The type of the frame that a server begins with (RFC 9113 section 6.5).
const SETTINGS: u8 = 4;
/// First bytes that are kept.
const KEPT: usize = 64;

/// What was seen of a stream.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    first: Vec<u8>,
    wrote: Option<Instant>,
    stuck: bool,
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the first bytes are a greeting of HTTP/2; none before there are enough.
    pub(super) fn greeting(&self) -> Option<bool> {
        let seen = self.seen();
        let head = seen.first.get(..FRAME)?;
        Some(head.get(3) == Some(&SETTINGS) && head.get(5..) == Some(&[0; 4]))
    }

    /// What came in place of a greeting, in words.
    pub(super) fn said(&self) -> String {
        let first = String::from_utf8_lossy(&self.seen().first).into_owned();
        let line = first.lines().next().unwrap_or_default();
        match line.starts_with("HTTP/") {
            true => format!("it answered `{}`", line.escape_debug()),
            false => "it answered with something else".to_owned(),
        }
    }

    /// From here on the first write is looked for.
    pub(super) fn arm(&self) {
        self.seen().wrote = None;
    }

    /// When the first bytes since then had been handed to the system.
    pub(super) fn first_write(&self) -> Option<Instant> {
        self.seen().wrote
    }

    /// Whether bytes wait that the system does not take.
    pub(super) fn stuck(&self) -> bool {
        self.seen().stuck
    }
}

/// The stream.
pub(super) struct Watched<S> {
    stream: S,
    watch: Arc<Watch>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, watch: Arc<Watch>) -> Self {
        Self { stream, watch }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let mut seen = self.watch.seen();
        let room = KEPT.saturating_sub(seen.first.len());
        if room > 0 {
            let new = buffer.filled().get(before..).unwrap_or_default();
            seen.first.extend(new.iter().take(room));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        let mut seen = self.watch.seen();
        seen.stuck = written.is_pending();
        if matches!(written, Poll::Ready(Ok(1..))) {
            seen.wrote.get_or_insert_with(Instant::now);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.watch.seen().stuck = flushed.is_pending();
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_of_http2_is_told_from_others() {
        let greeting = |bytes: &[u8]| {
            let watch = Watch::default();
            watch.seen().first = bytes.to_vec();
            (watch.greeting(), watch.said())
        };
        assert_eq!(greeting(&[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3]).0, Some(true));
        assert_eq!(greeting(&[0, 0, 0, 4, 0, 0, 0, 0]).0, None);
        let (greets, said) = greeting(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        assert_eq!((greets, said.as_str()), (Some(false), "it answered `HTTP/1.1 400 Bad Request`"));
        assert_eq!(greeting(b"SSH-2.0-x\r\n").1, "it answered with something else");
    }
}
