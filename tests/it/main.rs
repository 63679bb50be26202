//! Every integration test, in one binary.

mod report;
//! The integration tests, in one binary.

mod shell;
mod wire;
