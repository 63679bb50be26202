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

use super::log::At;
use super::world::{Outgoing, Reply, World};
use executor::Timeline;
use noise::Noise;

pub use noise::Conditions;
pub use server::{Asked, HEALTH, Limited, Modelled, PATH, Server, Told};

/// A simulated world. Everything in it follows from the seed.
pub struct Simulated<S> {
    timeline: Timeline,
    noise: Noise,
    server: RefCell<S>,
    connections: Cell<u32>,
}

/// An open connection of a simulated world: its number.
#[derive(Debug)]
pub struct Wire(u32);

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

    async fn carry(&self, connection: u32, request: &Outgoing, sent: At) -> Reply {
        self.timeline.until(sent).await;
        // The way there, and what the server needs to decide.
        self.timeline.until(sent + self.noise.way()).await;
        let arrived = self.timeline.now();
        let asked = Asked { at: arrived, connection, request };
        let told = self.server.borrow_mut().answer(&asked);
        let head = arrived + told.delay + self.noise.way();
        self.timeline.until(head).await;
        let end = head + Duration::from_micros(20);
        self.timeline.until(end).await;
        Reply {
            sent,
            head,
            end,
            status: told.status,
            headers: told.headers,
            body_length: u64::try_from(told.body.len()).unwrap_or(u64::MAX),
            body: told.body.into_iter().take(request.keep).collect(),
            error: None,
        }
    }
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

    async fn open(&self) -> Result<Wire, String> {
        let ways = self.noise.way() + self.noise.way();
        self.timeline.until(self.now() + ways).await;
        self.connections.set(self.connections.get() + 1);
        Ok(Wire(self.connections.get()))
    }

    fn usable(&self, _: &Wire) -> bool {
        true
    }

    async fn exchange(&self, connection: &mut Wire, request: &Outgoing) -> Reply {
        let sent = self.now() + Duration::from_micros(5);
        self.carry(connection.0, request, sent).await
    }

    async fn together(&self, calls: Vec<(&mut Wire, &Outgoing)>) -> Vec<Reply> {
        let mut sent = self.now();
        let carried = calls.into_iter().map(|(connection, request)| {
            sent += self.noise.release();
            self.carry(connection.0, request, sent)
        });
        join_all(carried).await
    }
}
