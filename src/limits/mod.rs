//! Rate limits under test: a log of what was sent and answered, and verdicts that are functions of it.

pub mod file;
pub mod headers;
pub mod log;

mod guards;
mod identify;
mod judgement;
mod rules;
mod show;
mod statistics;
mod view;

pub use judgement::{Judgement, judge};
pub use rules::{Class, Rule, all as rules};
