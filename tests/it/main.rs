//! The integration tests, in one binary.

mod shell;
mod wire;
