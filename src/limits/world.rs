//! What probing needs from outside: a clock, and connections that send exactly what they are given.

use std::future::Future;

use super::log::{At, Protocol, Rejection};

/// Most bytes of a body that a record keeps.
pub const KEPT_BODY: usize = 64 << 10;

/// A request as it is to stand on the wire, credentials included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outgoing {
    /// The method.
    pub method: String,
    /// The request target, sent as it is.
    pub target: String,
    /// Header lines in order; `Host` and the body's length are among them only if they are to be unusual.
    pub headers: Vec<(String, String)>,
    /// The body; empty is none.
    pub body: Vec<u8>,
    /// Most bytes of the answer's body that are kept.
    pub keep: usize,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    /// When the last byte of the request was released.
    pub sent: At,
    /// When the head had been received.
    pub head: At,
    /// When the body had ended.
    pub end: At,
    /// The status; 0 without an answer.
    pub status: u16,
    /// Header lines as received.
    pub headers: Vec<(String, String)>,
    /// The body's first bytes.
    pub body: Vec<u8>,
    /// Length of the whole body.
    pub body_length: u64,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The frame that refused the request, if that is why.
    pub rejection: Option<Rejection>,
}

/// The outside, real or simulated. Probes are plain code over it and need no particular executor.
#[expect(async_fn_in_trait, reason = "all is awaited by one future that need not move between threads")]
pub trait World {
    /// An open connection.
    type Connection;

    /// Time since the probing began.
    fn now(&self) -> At;

    /// Waits until then, never shorter.
    fn sleep_until(&self, at: At) -> impl Future<Output = ()>;

    /// Opens a connection that speaks this version of HTTP.
    ///
    /// # Errors
    /// Why there is none.
    async fn open(&self, protocol: Protocol) -> Result<Self::Connection, String>;

    /// Whether another request may be sent over it.
    fn usable(&self, connection: &Self::Connection) -> bool;

    /// Sends now and waits for the whole answer. Nothing is ever sent twice.
    async fn exchange(&self, connection: &mut Self::Connection, request: &Outgoing) -> Reply;

    /// Sends all, each over its connection, their last bytes released at one moment, and waits for all answers.
    async fn together(&self, calls: Vec<(&mut Self::Connection, &Outgoing)>) -> Vec<Reply>;

    /// Sends the same so many times over one connection, at one moment, and waits for all answers. A connection that
    /// carries one request at a time takes them one after the other.
    async fn multiplexed(
        &self,
        connection: &mut Self::Connection,
        request: &Outgoing,
        times: usize,
    ) -> Vec<Reply>;

    /// Starts the target anew.
    ///
    /// # Errors
    /// Why it was not.
    async fn restart(&self) -> Result<(), String>;
}
