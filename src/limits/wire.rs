//! The real world: connections of our own over HTTP/1.1, and a clock with a thread for its waits.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use super::log::At;
use super::world::{Outgoing, Reply, World};
use crate::transport::Options;
use crate::transport::raw::{Answer, Clock, Connection, Dialer};

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A target on the network.
#[derive(Debug)]
pub struct Wire {
    clock: Clock,
    dialer: Dialer,
    authority: String,
}

impl Wire {
    /// The way to an origin; needs a tokio runtime. `authority` is what stands in `Host`.
    ///
    /// # Errors
    /// An origin or a TLS setting that cannot be used, or no thread.
    pub fn new(origin: &str, authority: &str, options: &Options) -> Result<Self, String> {
        let clock = Clock::start().map_err(|error| format!("no thread for the clock: {error}"))?;
        Ok(Self { clock, dialer: Dialer::new(origin, options)?, authority: authority.to_owned() })
    }

    /// The request as bytes, to the letter.
    fn bytes(&self, request: &Outgoing) -> Vec<u8> {
        let has = |name: &str| request.headers.iter().any(|(field, _)| field.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        let mut line = |name: &str, value: &str| {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        };
        if !has("host") {
            line("Host", &self.authority);
        }
        if !has("user-agent") {
            line("User-Agent", concat!("tollgate/", env!("CARGO_PKG_VERSION")));
        }
        if !has("accept") {
            line("Accept", "*/*");
        }
        for (name, value) in &request.headers {
            line(name, value);
        }
        let expects_content = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        if !has("content-length") && (expects_content || !request.body.is_empty()) {
            line("Content-Length", &request.body.len().to_string());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&request.body);
        bytes
    }
}

impl World for Wire {
    type Connection = Connection;

    fn now(&self) -> At {
        self.clock.now()
    }

    async fn sleep_until(&self, at: At) {
        self.clock.sleep_until(at).await;
    }

    async fn open(&self) -> Result<Connection, String> {
        self.dialer.open().await
    }

    fn usable(&self, connection: &Connection) -> bool {
        connection.usable()
    }

    async fn exchange(&self, connection: &mut Connection, request: &Outgoing) -> Reply {
        let bytes = self.bytes(request);
        let to_head = request.method == "HEAD";
        reply(connection.exchange(&bytes, &self.clock, to_head, request.keep, PATIENCE).await)
    }

    async fn together(&self, calls: Vec<(&mut Connection, &Outgoing)>) -> Vec<Reply> {
        let mut calls: Vec<_> = calls
            .into_iter()
            .map(|(connection, request)| (connection, request, self.bytes(request)))
            .collect();
        let holding = calls.iter_mut().map(|(connection, _, bytes)| connection.hold(bytes));
        // One that does not take its bytes is found out when it is released.
        let _ = try_join_all(holding).await;
        let released: Vec<Option<At>> =
            calls.iter_mut().map(|(connection, ..)| connection.release(&self.clock)).collect();
        let answers =
            calls.into_iter().zip(released).map(|((connection, request, bytes), sent)| async move {
                let to_head = request.method == "HEAD";
                match sent {
                    Some(sent) => connection.answer(sent, &self.clock, to_head, request.keep, PATIENCE).await,
                    None => connection.exchange(&bytes, &self.clock, to_head, request.keep, PATIENCE).await,
                }
            });
        join_all(answers).await.into_iter().map(reply).collect()
    }
}

fn reply(answer: Answer) -> Reply {
    let Answer { sent, head, end, status, headers, body, body_length, error, .. } = answer;
    Reply { sent, head, end, status, headers, body, body_length, error }
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
        let mut connection = wire.open().await.unwrap();
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
        request.method = "HEAD".to_owned();
        let reply = wire.exchange(&mut connection, &request).await;
        assert_eq!((reply.status, reply.body_length), (200, 0));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_are_released_at_one_moment() {
        let (_server, wire, request) = world().await;
        let mut connections = Vec::new();
        for _ in 0..32 {
            connections.push(wire.open().await.unwrap());
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
