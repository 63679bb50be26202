//! Rate limits from outside: what is sent and when, the log of it, and what the log proves.
//!
//! A [`World`] sends and tells the time, a [`Prober`] runs the probes of a [`Plan`] over it, and the result is a
//! [`Log`](log::Log). Probes decide nothing but what to send next; [`judge`] decides from the log and nothing else.

pub mod armed;
pub mod file;
mod guards;
mod hand;
pub mod headers;
mod identify;
mod judgement;
pub mod log;
mod plan;
mod prober;
mod probes;
mod rejected;
mod replay;
mod retry;
mod rules;
mod seen;
mod show;
pub mod simulated;
mod state;
mod statistics;
mod task;
pub mod trial;
mod view;
mod wire;
mod world;

pub use judgement::{Judgement, judge};
pub use plan::{Job, Measured, Plan, plan};
pub use prober::Prober;
pub use rules::{Class, Rule, all as rules};
pub use task::{Call, Key, Profile, Task, Writes};
pub use wire::{Restart, Wire};
pub use world::{KEPT_BODY, Outgoing, Reply, World};

#[cfg(test)]
mod tests;
