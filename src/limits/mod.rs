//! Rate limits from outside: what is sent and when, the log of it, and what the log proves.
//!
//! A [`World`] sends and tells the time, a [`Prober`] runs the probes of a [`Plan`] over it, and the result is a
//! [`Log`](log::Log). Probes decide nothing but what to send next.

pub mod file;
mod hand;
pub mod headers;
pub mod log;
mod plan;
mod prober;
mod probes;
mod seen;
pub mod simulated;
mod state;
mod task;
mod wire;
mod world;

pub use plan::{Job, Measured, Plan, plan};
pub use prober::Prober;
pub use task::{Call, Key, Profile, Task, Writes};
pub use wire::Wire;
pub use world::{KEPT_BODY, Outgoing, Reply, World};
