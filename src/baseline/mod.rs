//! Known findings that a run accepts until a day: which they are, whether they came again, and which are gone.

mod day;
mod entry;
mod file;
mod keys;
mod watch;

pub use day::{Day, Expires};
pub use entry::{Entry, Place};
pub use file::{MOST, parse, write};
pub use keys::BASELINE;
pub use watch::{Baseline, Outcome, Policy, Scope};
