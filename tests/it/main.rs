//! Every integration test, in one binary.

mod reference;
mod report;
mod serve;
mod shell;
mod wire;
