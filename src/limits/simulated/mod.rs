//! A world inside the process: virtual time, a network of drawn delays, and a limiter at its end.

mod executor;
mod noise;
mod server;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;

use futures_util::future::join_all;

use super::log::{At, Protocol, Rejection};
use super::world::{Outgoing, Reply, World};
use executor::Timeline;
use noise::Noise;

pub use noise::Conditions;
pub use server::{Asked, HEALTH, Limited, Modelled, PATH, Server, Told};

/// How long a server takes to start anew.
const RESTART: Duration = Duration::from_millis(800);

/// A simulated world. Everything in it follows from the seed.
pub struct Simulated<S> {
    timeline: Timeline,
    noise: Noise,
    server: RefCell<S>,
    connections: Cell<u32>,
}

/// An open connection of a simulated world.
#[derive(Debug)]
pub struct Wire {
    number: u32,
    protocol: Protocol,
    closed: bool,
}

impl<S: Server> Simulated<S> {
    /// A world with a server in it.
    pub fn new(seed: u64, conditions: Conditions, server: S) -> Self {
        Self {
            timeline: Timeline::default(),
            noise: Noise::new(seed, conditions),
            server: RefCell::new(server),
            connections: Cell::new(0),
        }
    }

    /// Runs to the end; none if the future waits for something that never happens.
    pub fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        self.timeline.run(future)
    }

    async fn carry(&self, (number, protocol): (u32, Protocol), request: &Outgoing, sent: At) -> Reply {
        self.timeline.until(sent).await;
        // The way there, and what the server needs to decide.
        self.timeline.until(sent + self.noise.way()).await;
        let arrived = self.timeline.now();
        let asked = Asked { at: arrived, connection: number, protocol, request };
        let told = self.server.borrow_mut().answer(&asked);
        let head = arrived + told.delay + self.noise.way();
        self.timeline.until(head).await;
        let end = head + Duration::from_micros(20);
        self.timeline.until(end).await;
        if let Some(rejection) = told.rejection {
            let (error, rejection) = (Some(rejection.name().to_owned()), Some(rejection));
            return Reply { sent, head, end, error, rejection, ..Reply::default() };
        }
        // HTTP/2 has names in lower case only (RFC 9113 section 8.2.1).
        let lower = |(name, value): (String, String)| match protocol {
            Protocol::Http1 => (name, value),
            Protocol::Http2 => (name.to_ascii_lowercase(), value),
        };
        Reply {
            sent,
            head,
            end,
            status: told.status,
            headers: told.headers.into_iter().map(lower).collect(),
            body_length: u64::try_from(told.body.len()).unwrap_or(u64::MAX),
            body: told.body.into_iter().take(request.keep).collect(),
            error: None,
            rejection: None,
        }
    }
}

/// Whether an answer ends its connection.
fn closes(reply: &Reply) -> bool {
    reply.rejection == Some(Rejection::ConnectionCalm)
}

impl<S: Server> World for Simulated<S> {
    type Connection = Wire;

    fn now(&self) -> At {
        self.timeline.now()
    }

    async fn sleep_until(&self, at: At) {
        if at > self.now() {
            self.timeline.until(at + self.noise.lateness()).await;
        }
    }

    async fn open(&self, protocol: Protocol) -> Result<Wire, String> {
        let ways = self.noise.way() + self.noise.way();
        self.timeline.until(self.now() + ways).await;
        if !self.server.borrow().speaks(protocol) {
            return Err(format!("{} is not spoken", protocol.name()));
        }
        self.connections.set(self.connections.get() + 1);
        Ok(Wire { number: self.connections.get(), protocol, closed: false })
    }

    fn usable(&self, connection: &Wire) -> bool {
        !connection.closed
    }

    async fn exchange(&self, connection: &mut Wire, request: &Outgoing) -> Reply {
        let sent = self.now() + Duration::from_micros(5);
        let reply = self.carry((connection.number, connection.protocol), request, sent).await;
        connection.closed |= closes(&reply);
        reply
    }

    async fn together(&self, calls: Vec<(&mut Wire, &Outgoing)>) -> Vec<Reply> {
        let mut sent = self.now();
        let carried = calls.into_iter().map(|(connection, request)| {
            sent += self.noise.release();
            async move {
                let reply = self.carry((connection.number, connection.protocol), request, sent).await;
                connection.closed |= closes(&reply);
                reply
            }
        });
        join_all(carried).await
    }

    async fn multiplexed(&self, connection: &mut Wire, request: &Outgoing, times: usize) -> Vec<Reply> {
        if connection.protocol == Protocol::Http1 {
            let mut replies = Vec::new();
            for _ in 0..times {
                replies.push(self.exchange(connection, request).await);
            }
            return replies;
        }
        // All of it is one write.
        let sent = self.now() + self.noise.release();
        let one = (connection.number, connection.protocol);
        let replies = join_all((0..times).map(|_| self.carry(one, request, sent))).await;
        connection.closed |= replies.iter().any(closes);
        replies
    }

    async fn restart(&self) -> Result<(), String> {
        self.timeline.until(self.now() + RESTART).await;
        self.server.borrow_mut().restart();
        Ok(())
    }
}
