//! What a load run is to do.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::schedule::Schedule;
use super::users::Users;
use crate::contract::Compiled;
use crate::model::{LoadLimit, LoadModel, LoadStage, On429, Request};
use crate::threshold::Threshold;
use crate::transport::load::Dial;

/// A step: its request, rendered and written.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its line in the scenario file; 0 if it has none.
    pub line: u32,
    /// The request.
    pub request: Request,
    /// The same as bytes of HTTP/1.1.
    pub wire: Vec<u8>,
    /// What makes it anew for each send at a rate; nothing if it is always the same.
    pub anew: Option<Arc<dyn Make>>,
}

/// Makes a request that is another one each time.
pub trait Make: Debug + Send + Sync {
    /// The request for the send of a number, with its bytes of HTTP/1.1; a number has one request.
    ///
    /// # Errors
    /// It cannot be made.
    fn make(&self, number: u64) -> Result<(Request, Vec<u8>), String>;
}

/// A load run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Open, closed, or saturation; then the schedule only says how long.
    pub model: LoadModel,
    /// The steps: request number `k` is that of step `k` modulo their number.
    pub steps: Vec<Step>,
    /// When to send.
    pub schedule: Schedule,
    /// The same for reports.
    pub stages: Vec<LoadStage>,
    /// The way to the target.
    pub dial: Dial,
    /// The contract.
    pub contract: Option<Arc<Compiled>>,
    /// Whether answers are judged.
    pub judging: bool,
    /// Threads that send; each has its part of the connections.
    pub threads: usize,
    /// Connections that are opened before the first send.
    pub warm: usize,
    /// Most requests under way at once, each on its own connection.
    pub max_in_flight: usize,
    /// Longest time for one request.
    pub timeout: Duration,
    /// What is done with a 429: counted, or the first one ends the run.
    pub on_429: On429,
    /// The limit that the target is said to have.
    pub limit: Option<LoadLimit>,
    /// The thresholds.
    pub thresholds: Vec<Threshold>,
    /// The users of the closed model; then the schedule only says how long.
    pub users: Option<Users>,
}

/// The wish to end, from whatever side.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicU8>);

impl Stop {
    /// No new request is sent; those under way are waited for. The second time they are not.
    pub fn ask(&self) {
        let _ = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |asked| Some(asked.saturating_add(1).min(2)));
    }

    /// No new request is sent, however often this is said.
    pub fn drain(&self) {
        let _ = self.0.compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Whether new requests may be sent.
    pub fn goes_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Whether nothing is waited for.
    pub fn is_now(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}
