//! Connections for load: many at once in one thread, none of it hidden, and as little work for a request as can be.
//!
//! A client library shares its connections between threads, wakes tasks and allocates for each answer; that would cost
//! more than the requests themselves. So one thread owns a poller and its connections, HTTP/1.1 is written from
//! prepared bytes, and an answer is read where it arrived. A request is sent once, on one connection, and never again.

mod answer;
mod connection;
mod dial;
mod line;
mod poller;
mod processor;

pub use answer::{Answer, Limits};
pub use connection::{Connection, Progress};
pub use dial::{Dial, wire};
pub use line::Line;
pub use poller::Poller;
pub use processor::thread_time;
