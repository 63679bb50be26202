//! Every integration test, in one binary.

mod report;
mod shell;
mod wire;
