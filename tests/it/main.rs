//! Every integration test, in one binary.

mod report;
mod shell;
mod wire;
//! The one binary of all integration tests.

mod reference;
