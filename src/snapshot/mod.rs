//! Snapshots of responses: their file format, and how two of them differ.

mod diff;
mod file;

pub use diff::diff;
pub use file::{Snapshot, normal};
