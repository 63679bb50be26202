//! Every integration test, in one binary.

mod reference;
mod report;
mod shell;
mod tool;
mod ui;
mod wire;
