//! Rate limits under test: a log of what was sent and answered, and verdicts that are functions of it.

pub mod file;
pub mod headers;
pub mod log;
