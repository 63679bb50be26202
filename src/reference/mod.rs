//! The reference server: both documented APIs on one port, with leads, keys, real limits and faults on demand.
//!
//! The way of a request: `rotation` hands it to `service`, which asks `auth`, `limiter` and `router`, lets
//! `handlers` act on the `store`, and has a success or a problem written by `flat` or `nested`. What the
//! documents leave open is decided here and shown by [`routes`]. `defects` are known faults that a server can be
//! started with, one at a time, to measure what a harness finds; without one they change nothing.

mod api;
mod auth;
mod defects;
mod edges;
mod flat;
mod handlers;
mod ids;
mod lead;
mod limiter;
mod nested;
mod pace;
mod panics;
mod problem;
mod proxy;
mod relay;
mod reply;
mod rotation;
mod router;
mod routes;
mod rows;
mod server;
mod service;
mod store;
mod timestamp;
mod validation;

#[cfg(test)]
mod tests;

pub use auth::{Key, keys, keys_json, variables};
pub use defects::{Apis, Defect, defects, find as find_defect};
pub use panics::hush_unreadable_requests;
pub use routes::{Call, Route, routes};
pub use server::{Options, Server, StartError, start};
