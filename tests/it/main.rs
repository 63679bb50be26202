//! The integration tests, in one binary.

mod wire;
mod wire_server;
