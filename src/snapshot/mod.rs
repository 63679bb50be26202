//! Snapshots of responses: their file format, and how two of them differ.

mod file;

pub use file::{Snapshot, normal};
