//! HTTP/2 in our own hands: requests of one connection are let go at one moment, and the time is known.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::{Builder, ResponseFuture, SendRequest};
use http::Request;
use tokio::time::timeout;

use super::answer::{Answer, Reset, broken};
use super::clock::Clock;
use super::watched::{Watch, Watched};

/// Largest head of an answer, and largest body that is read at all, in bytes.
const HEAD_BYTES: u32 = 256 << 10;
const BODY_BYTES: u64 = 64 << 20;
/// What a server may send unasked, on one stream and on all of them.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
const LATE: &str = "no whole answer came in time";

/// Anything that bytes go through both ways.
pub(super) type Line = Box<dyn super::dial::Stream>;

/// A connection that speaks HTTP/2. It is driven by whoever waits for an answer, so that nothing leaves it before.
pub struct Http2 {
    sender: SendRequest<Bytes>,
    connection: h2::client::Connection<Watched<Line>, Bytes>,
    watch: Arc<Watch>,
    held: Option<Result<ResponseFuture, Failure>>,
    /// How the connection ended.
    end: Option<Failure>,
    usable: bool,
}

/// A request whose head can be sent.
#[derive(Debug)]
pub struct Whole {
    head: Request<()>,
    body: Bytes,
}

/// Why there is no answer, and the frame that came in its place.
#[derive(Debug, Clone)]
struct Failure {
    why: String,
    reset: Option<Reset>,
}

impl Whole {
    /// A request to an origin. The target is sent to the letter; names of header lines are sent in lower case, and
    /// `Host` becomes the authority (RFC 9113 section 8.3.1).
    ///
    /// # Errors
    /// What HTTP/2 has no room for.
    pub fn new(
        method: &str,
        (scheme, authority, target): (&str, &str, &str),
        lines: &[(String, String)],
        body: Vec<u8>,
    ) -> Result<Self, String> {
        let named = |name: &str| lines.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        let authority = named("host").map_or(authority, |(_, value)| value.as_str());
        let unfit = |_| format!("`{target}` of `{authority}` cannot be asked for over HTTP/2");
        let uri = http::Uri::builder().scheme(scheme).authority(authority).path_and_query(target);
        let uri = uri.build().map_err(unfit)?;
        if uri.path_and_query().map(http::uri::PathAndQuery::as_str) != Some(target) {
            return Err(format!("`{target}` cannot stand in a request over HTTP/2 as it is"));
        }
        let mut builder = Request::builder().method(method).uri(uri);
        for (name, value) in lines.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
            if ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"]
                .iter()
                .any(|of_http1| name.eq_ignore_ascii_case(of_http1))
            {
                return Err(format!("the line `{name}` has no place in HTTP/2 (RFC 9113 section 8.2.2)"));
            }
            builder = builder.header(name, value);
        }
        let head = builder.body(()).map_err(|error| format!("the request cannot be sent ({error})"))?;
        Ok(Self { head, body: body.into() })
    }
}

impl Http2 {
    /// Greets the server, and waits for its greeting: only then it is known to speak HTTP/2.
    ///
    /// # Errors
    /// It speaks something else, or nothing.
    pub(super) async fn greet(line: Line) -> Result<Self, String> {
        let watch = Arc::new(Watch::default());
        let handshake = Builder::new()
            .enable_push(false)
            .max_header_list_size(HEAD_BYTES)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .handshake(Watched::new(line, Arc::clone(&watch)));
        let silent = |why: &str| format!("the target does not speak HTTP/2: {why}");
        let (sender, connection) = handshake.await.map_err(|error| silent(&failure(&error).why))?;
        let mut this = Self { sender, connection, watch, held: None, end: None, usable: true };
        poll_fn(|context| {
            this.poll_connection(context);
            match (&this.end, this.watch.greeting()) {
                (_, Some(false)) => Poll::Ready(Err(silent(&this.watch.said()))),
                (Some(end), _) => Poll::Ready(Err(silent(&end.why))),
                (None, Some(true)) => Poll::Ready(Ok(())),
                (None, None) => Poll::Pending,
            }
        })
        .await?;
        Ok(this)
    }

    /// Whether another request may be sent.
    pub fn usable(&self) -> bool {
        self.usable
    }

    /// Prepares a request that [`Http2::release`] lets go.
    pub fn hold(&mut self, request: Whole) {
        let held = self.queue(request);
        self.held = Some(held);
    }

    /// Lets go what is held, and says when; none if the system does not take it at once.
    pub fn release(&mut self, clock: &Clock) -> Option<Duration> {
        let mut context = Context::from_waker(Waker::noop());
        self.poll_written(&mut context).is_ready().then(|| clock.now())
    }

    /// Waits for the answer to what was held. `sent` says when it was let go, if it was.
    pub async fn answer(
        &mut self,
        sent: Option<Duration>,
        clock: &Clock,
        keep: usize,
        patience: Duration,
    ) -> Answer {
        let held = self.held.take().unwrap_or_else(|| Err(Failure::of("nothing was sent")));
        let sent = match sent {
            Some(sent) => sent,
            None => self.written(clock, patience).await,
        };
        let reading = timed(held, sent, clock, keep, patience);
        let (answer, failure) = self.driven(reading).await;
        self.finish(answer, failure, clock)
    }

    /// Sends a request and waits for its answer.
    pub async fn exchange(
        &mut self,
        request: Whole,
        clock: &Clock,
        keep: usize,
        patience: Duration,
    ) -> Answer {
        self.hold(request);
        self.answer(None, clock, keep, patience).await
    }

    /// Sends requests at one moment, each as a stream of this connection, and waits for all answers. More than the
    /// server allows at once follow when those before are answered.
    pub async fn all(
        &mut self,
        requests: Vec<Whole>,
        clock: &Clock,
        keep: usize,
        patience: Duration,
    ) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut waiting = requests.into_iter().peekable();
        while waiting.peek().is_some() {
            let width = self.connection.max_concurrent_send_streams().max(1);
            self.watch.arm();
            let held: Vec<_> = waiting.by_ref().take(width).map(|request| self.queue(request)).collect();
            let written = self.written(clock, patience).await;
            // Before this moment not one of them had left.
            let sent = self.watch.first_write().map_or(written, |at| clock.since(at));
            let reading = held.into_iter().map(|held| timed(held, sent, clock, keep, patience));
            let read = self.driven(join_all(reading)).await;
            answers.extend(read.into_iter().map(|(answer, failure)| self.finish(answer, failure, clock)));
        }
        answers
    }

    /// Prepares the frames of a request; they leave when the connection is driven.
    fn queue(&mut self, request: Whole) -> Result<ResponseFuture, Failure> {
        let Whole { head, body } = request;
        // A handle of its own: one handle has one request that is not yet under way.
        let sent = self.sender.clone().send_request(head, body.is_empty());
        let (response, mut stream) = sent.map_err(|error| failure(&error))?;
        if !body.is_empty() {
            stream.send_data(body, true).map_err(|error| failure(&error))?;
        }
        Ok(response)
    }

    /// Drives the connection until what is queued is with the system.
    async fn written(&mut self, clock: &Clock, patience: Duration) -> Duration {
        // Whoever never takes it does not answer either, which is found out then.
        let _ = timeout(patience, poll_fn(|context| self.poll_written(context))).await;
        clock.now()
    }

    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.poll_connection(context);
        if self.end.is_none() && self.watch.stuck() { Poll::Pending } else { Poll::Ready(()) }
    }

    fn poll_connection(&mut self, context: &mut Context<'_>) {
        if self.end.is_none()
            && let Poll::Ready(end) = Pin::new(&mut self.connection).poll(context)
        {
            let closed = || Failure::of("the connection was closed");
            self.end = Some(end.err().map_or_else(closed, |error| failure(&error)));
        }
    }

    /// Drives the connection while something waits for it.
    async fn driven<T>(&mut self, waiting: impl Future<Output = T>) -> T {
        let mut waiting = pin!(waiting);
        poll_fn(|context| {
            self.poll_connection(context);
            waiting.as_mut().poll(context)
        })
        .await
    }

    fn finish(&mut self, mut answer: Answer, failure: Option<Failure>, clock: &Clock) -> Answer {
        answer.end = clock.now();
        let mut context = Context::from_waker(Waker::noop());
        self.poll_connection(&mut context);
        let closing = matches!(self.sender.poll_ready(&mut context), Poll::Ready(Err(_)));
        self.usable &= self.end.is_none() && !closing;
        let Some(mut failure) = failure else { return answer };
        let begun = answer.status != 0;
        // A server may say why it ends the connection, and then close it on this request, too.
        if let Some(end) = self.end.as_ref().filter(|end| failure.reset.is_none() && end.reset.is_some()) {
            failure = end.clone();
        }
        let Failure { why, reset } = failure;
        answer.reset = reset.filter(|_| !begun);
        answer.silent = !begun;
        answer.status = 0;
        self.usable &= why != LATE;
        answer.error = Some(why);
        if answer.head.is_zero() {
            answer.head = answer.end;
        }
        answer
    }
}

impl Failure {
    fn of(why: impl Into<String>) -> Self {
        Self { why: why.into(), reset: None }
    }
}

/// Reads an answer, with the time that it may take.
async fn timed(
    held: Result<ResponseFuture, Failure>,
    sent: Duration,
    clock: &Clock,
    keep: usize,
    patience: Duration,
) -> (Answer, Option<Failure>) {
    let mut answer = Answer { sent, ..Answer::default() };
    let read = timeout(patience, read(held, &mut answer, clock, keep)).await;
    let failure = read.unwrap_or_else(|_| Err(Failure::of(LATE))).err();
    (answer, failure)
}

async fn read(
    held: Result<ResponseFuture, Failure>,
    answer: &mut Answer,
    clock: &Clock,
    keep: usize,
) -> Result<(), Failure> {
    let response = held?.await.map_err(|error| failure(&error))?;
    answer.head = clock.now();
    answer.status = response.status().as_u16();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let lines = response.headers().iter();
    answer.headers = lines.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
    let mut body = response.into_body();
    while let Some(part) = body.data().await {
        let part = match part {
            Ok(part) => part,
            // A server that has answered in full may leave the rest of the request unread (RFC 9113 section 8.1).
            Err(error) if error.is_reset() && error.reason() == Some(h2::Reason::NO_ERROR) => return Ok(()),
            Err(error) => return Err(failure(&error)),
        };
        let room = keep.saturating_sub(answer.body.len()).min(part.len());
        answer.body.extend_from_slice(&part[..room]);
        answer.body_length += u64::try_from(part.len()).unwrap_or_default();
        if answer.body_length > BODY_BYTES {
            return Err(Failure::of(format!("the body is longer than {} MiB", BODY_BYTES >> 20)));
        }
        body.flow_control().release_capacity(part.len()).map_err(|error| failure(&error))?;
    }
    Ok(())
}

fn failure(error: &h2::Error) -> Failure {
    if let Some(error) = error.get_io() {
        return Failure::of(broken(error));
    }
    let Some(reason) = error.reason() else { return Failure::of(format!("HTTP/2 broke ({error})")) };
    if !error.is_remote() {
        return Failure::of(format!("what came is not HTTP/2 as it should be ({reason:?})"));
    }
    let of_connection = error.is_go_away();
    let why = match of_connection {
        true => format!("the connection was ended with GOAWAY {reason:?}"),
        false => format!("the stream was ended with RST_STREAM {reason:?}"),
    };
    Failure { why, reset: Some(Reset { of_connection, code: reason.into() }) }
}
