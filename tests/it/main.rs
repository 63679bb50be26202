//! Every integration test, in one binary.

mod architecture;
mod catalogue;
mod contracts;
mod reference;
mod report;
mod shell;
mod wire;
