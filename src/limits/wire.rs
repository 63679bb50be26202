//! The real world: connections of our own, and a clock with a thread for its waits.

use std::time::Duration;

use futures_util::future::{BoxFuture, join_all, try_join_all};

use super::log::{At, Protocol, Rejection};
use super::world::{Outgoing, Reply, World};
use crate::transport::Options;
use crate::transport::raw::{Answer, Clock, Connection, Dialer, Http2, Reset, Whole};

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What starts the target anew.
pub type Restart = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// A target on the network.
pub struct Wire {
    clock: Clock,
    dialer: Dialer,
    scheme: &'static str,
    authority: String,
    restart: Option<Restart>,
}

/// An open connection to a target on the network.
pub enum Open {
    /// One request at a time.
    Http1(Connection),
    /// As many as the target allows; boxed, since it is large.
    Http2(Box<Http2>),
}

impl Wire {
    /// The way to an origin; needs a tokio runtime. `authority` is what stands in `Host`.
    ///
    /// # Errors
    /// An origin or a TLS setting that cannot be used, or no thread.
    pub fn new(origin: &str, authority: &str, options: &Options) -> Result<Self, String> {
        let clock = Clock::start().map_err(|error| format!("no thread for the clock: {error}"))?;
        let scheme = if origin.starts_with("https") { "https" } else { "http" };
        let dialer = Dialer::new(origin, options)?;
        Ok(Self { clock, dialer, scheme, authority: authority.to_owned(), restart: None })
    }

    /// The same target, with a way to start it anew.
    #[must_use]
    pub fn restarted_by(self, restart: Option<Restart>) -> Self {
        Self { restart, ..self }
    }

    /// The request for HTTP/2, with the same lines.
    fn whole(&self, request: &Outgoing) -> Result<Whole, String> {
        let mut lines = own_lines(request);
        lines.extend(request.headers.iter().cloned());
        lines.extend(length_line(request));
        let to = (self.scheme, self.authority.as_str(), request.target.as_str());
        Whole::new(&request.method, to, &lines, request.body.clone())
    }

    /// An answer that never was, to a request that cannot be said.
    fn unsaid(&self, why: String) -> Reply {
        let now = self.clock.now();
        Reply { sent: now, head: now, end: now, error: Some(why), ..Reply::default() }
    }

    /// The request as bytes, to the letter.
    fn bytes(&self, request: &Outgoing) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        let mut line = |name: &str, value: &str| {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        };
        if !has(request, "host") {
            line("Host", &self.authority);
        }
        for (name, value) in own_lines(request).iter().chain(&request.headers).chain(&length_line(request)) {
            line(name, value);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&request.body);
        bytes
    }
}

fn has(request: &Outgoing, name: &str) -> bool {
    request.headers.iter().any(|(field, _)| field.eq_ignore_ascii_case(name))
}

/// Lines that are sent unless the request has its own.
fn own_lines(request: &Outgoing) -> Vec<(String, String)> {
    let own = [("User-Agent", concat!("tollgate/", env!("CARGO_PKG_VERSION"))), ("Accept", "*/*")];
    let missing = own.into_iter().filter(|(name, _)| !has(request, name));
    missing.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn length_line(request: &Outgoing) -> Option<(String, String)> {
    let expects_content = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    let told = !has(request, "content-length") && (expects_content || !request.body.is_empty());
    told.then(|| ("Content-Length".to_owned(), request.body.len().to_string()))
}

/// A request that is held back, or was let go.
enum Held<'c> {
    Http1(&'c mut Connection, Vec<u8>, Option<At>),
    Http2(&'c mut Http2, Option<At>),
    /// It cannot be said over this connection.
    Unsaid(String),
}

impl World for Wire {
    type Connection = Open;

    fn now(&self) -> At {
        self.clock.now()
    }

    async fn sleep_until(&self, at: At) {
        self.clock.sleep_until(at).await;
    }

    async fn open(&self, protocol: Protocol) -> Result<Open, String> {
        match protocol {
            Protocol::Http1 => self.dialer.open().await.map(Open::Http1),
            Protocol::Http2 => Ok(Open::Http2(Box::new(self.dialer.open_http2().await?))),
        }
    }

    fn usable(&self, connection: &Open) -> bool {
        match connection {
            Open::Http1(connection) => connection.usable(),
            Open::Http2(connection) => connection.usable(),
        }
    }

    async fn exchange(&self, connection: &mut Open, request: &Outgoing) -> Reply {
        match connection {
            Open::Http1(connection) => {
                let bytes = self.bytes(request);
                let to_head = request.method == "HEAD";
                reply(connection.exchange(&bytes, &self.clock, to_head, request.keep, PATIENCE).await)
            }
            Open::Http2(connection) => match self.whole(request) {
                Ok(whole) => reply(connection.exchange(whole, &self.clock, request.keep, PATIENCE).await),
                Err(why) => self.unsaid(why),
            },
        }
    }

    async fn together(&self, calls: Vec<(&mut Open, &Outgoing)>) -> Vec<Reply> {
        let mut calls: Vec<(Held<'_>, &Outgoing)> = calls
            .into_iter()
            .map(|(connection, request)| match connection {
                Open::Http1(connection) => (Held::Http1(connection, self.bytes(request), None), request),
                Open::Http2(connection) => match self.whole(request) {
                    Ok(whole) => {
                        connection.hold(whole);
                        (Held::Http2(connection, None), request)
                    }
                    Err(why) => (Held::Unsaid(why), request),
                },
            })
            .collect();
        let holding = calls.iter_mut().filter_map(|(held, _)| match held {
            Held::Http1(connection, bytes, _) => Some(connection.hold(bytes)),
            _ => None,
        });
        // One that does not take its bytes is found out when it is released.
        let _ = try_join_all(holding).await;
        for (held, _) in &mut calls {
            match held {
                Held::Http1(connection, _, sent) => *sent = connection.release(&self.clock),
                Held::Http2(connection, sent) => *sent = connection.release(&self.clock),
                Held::Unsaid(_) => {}
            }
        }
        join_all(calls.into_iter().map(|(held, request)| self.answer(held, request))).await
    }

    async fn multiplexed(&self, connection: &mut Open, request: &Outgoing, times: usize) -> Vec<Reply> {
        let Open::Http2(connection) = connection else {
            let mut replies = Vec::new();
            for _ in 0..times {
                replies.push(self.exchange(connection, request).await);
            }
            return replies;
        };
        match (0..times).map(|_| self.whole(request)).collect() {
            Ok(all) => {
                let answers = connection.all(all, &self.clock, request.keep, PATIENCE).await;
                answers.into_iter().map(reply).collect()
            }
            Err(why) => vec![self.unsaid(why); times],
        }
    }

    async fn restart(&self) -> Result<(), String> {
        match &self.restart {
            Some(restart) => restart().await,
            None => Err("no command is given that starts the target anew".to_owned()),
        }
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("authority", &self.authority).finish_non_exhaustive()
    }
}

impl Wire {
    async fn answer(&self, held: Held<'_>, request: &Outgoing) -> Reply {
        let (clock, keep, to_head) = (&self.clock, request.keep, request.method == "HEAD");
        reply(match held {
            Held::Http1(connection, _, Some(sent)) => {
                connection.answer(sent, clock, to_head, keep, PATIENCE).await
            }
            Held::Http1(connection, bytes, None) => {
                connection.exchange(&bytes, clock, to_head, keep, PATIENCE).await
            }
            Held::Http2(connection, sent) => connection.answer(sent, clock, keep, PATIENCE).await,
            Held::Unsaid(why) => return self.unsaid(why),
        })
    }
}

fn reply(answer: Answer) -> Reply {
    let Answer { sent, head, end, status, headers, body, body_length, error, reset, .. } = answer;
    Reply { sent, head, end, status, headers, body, body_length, error, rejection: reset.and_then(rejection) }
}

/// What a frame says that refuses for the number of requests; others say that something is wrong.
fn rejection(Reset { of_connection, code }: Reset) -> Option<Rejection> {
    // RFC 9113 section 7.
    const REFUSED_STREAM: u32 = 7;
    const ENHANCE_YOUR_CALM: u32 = 11;
    match (of_connection, code) {
        (false, REFUSED_STREAM) => Some(Rejection::StreamRefused),
        (false, ENHANCE_YOUR_CALM) => Some(Rejection::StreamCalm),
        (true, ENHANCE_YOUR_CALM) => Some(Rejection::ConnectionCalm),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::KEPT_BODY;
    use super::*;
    use crate::reference;

    async fn world() -> (reference::Server, Wire, Outgoing) {
        let server = reference::start(reference::Options { seed: 1, ..reference::Options::default() }).await;
        let server = server.unwrap();
        let origin = server.origin();
        let wire = Wire::new(&origin, origin.trim_start_matches("http://"), &Options::default()).unwrap();
        let key = &server.keys()[0].key;
        let request = Outgoing {
            method: "GET".to_owned(),
            target: "/v1/leads".to_owned(),
            headers: vec![("Authorization".to_owned(), format!("Bearer {key}"))],
            keep: KEPT_BODY,
            ..Outgoing::default()
        };
        (server, wire, request)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn requests_are_carried_over_one_connection() {
        let (_server, wire, mut request) = world().await;
        for protocol in [Protocol::Http1, Protocol::Http2] {
            let mut connection = wire.open(protocol).await.unwrap();
            "GET".clone_into(&mut request.method);
            for (target, status) in
                [("/v1/leads", 200), ("/v1/leads?x=1", 200), ("/v1/nothing", 404), ("/v1/leads", 200)]
            {
                request.target = target.to_owned();
                let reply = wire.exchange(&mut connection, &request).await;
                assert_eq!((reply.status, reply.error), (status, None), "{target}");
                assert!(reply.sent < reply.head && reply.head <= reply.end);
                assert_eq!(reply.body.len() as u64, reply.body_length);
                assert!(wire.usable(&connection));
            }
            "HEAD".clone_into(&mut request.method);
            let reply = wire.exchange(&mut connection, &request).await;
            assert_eq!((reply.status, reply.body_length), (200, 0));
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_are_released_at_one_moment() {
        let (_server, wire, request) = world().await;
        let mut connections = Vec::new();
        for protocol in [Protocol::Http1, Protocol::Http2] {
            for _ in 0..16 {
                connections.push(wire.open(protocol).await.unwrap());
            }
        }
        for _ in 0..2 {
            let calls = connections.iter_mut().map(|connection| (connection, &request)).collect();
            let replies = wire.together(calls).await;
            assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
            let first = replies.iter().map(|reply| reply.sent).min().unwrap();
            let last = replies.iter().map(|reply| reply.sent).max().unwrap();
            assert!(last - first < Duration::from_millis(500));
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_connection_carries_many_at_once_if_it_speaks_http2() {
        let (_server, wire, request) = world().await;
        for protocol in [Protocol::Http1, Protocol::Http2] {
            let mut connection = wire.open(protocol).await.unwrap();
            let replies = wire.multiplexed(&mut connection, &request, 32).await;
            assert!(replies.len() == 32 && replies.iter().all(|reply| reply.status == 200), "{replies:?}");
            let one_by_one = replies.windows(2).all(|pair| pair[1].sent >= pair[0].end);
            let at_once = replies.iter().all(|reply| reply.sent == replies[0].sent);
            assert_eq!((one_by_one, at_once), (protocol == Protocol::Http1, protocol == Protocol::Http2));
        }
        let mut connection = wire.open(Protocol::Http2).await.unwrap();
        let absolute = Outgoing { target: "http://h/v1/leads".to_owned(), ..request };
        let reply = wire.exchange(&mut connection, &absolute).await;
        assert!(reply.error.is_some_and(|why| why.contains("HTTP/2")) && wire.usable(&connection));
    }

    #[test]
    fn a_request_stands_on_the_wire_to_the_letter() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _guard = runtime.enter();
        let wire = Wire::new("http://127.0.0.1:1", "h:1", &Options::default()).unwrap();
        let request = Outgoing {
            method: "POST".to_owned(),
            target: "//v1/./%6ceads;a=b".to_owned(),
            headers: vec![("hOst".to_owned(), "H:1".to_owned()), ("X".to_owned(), "y".to_owned())],
            body: b"{}".to_vec(),
            keep: 1,
        };
        let text = String::from_utf8(wire.bytes(&request)).unwrap();
        let agent = concat!("User-Agent: tollgate/", env!("CARGO_PKG_VERSION"));
        let expected = format!(
            "POST //v1/./%6ceads;a=b HTTP/1.1\r\n{agent}\r\nAccept: */*\r\nhOst: H:1\r\nX: y\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        assert_eq!(text, expected);
    }
}
