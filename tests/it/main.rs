//! Every integration test, in one binary.

mod bad_server;
mod hostile;
mod reference;
mod report;
mod secrets;
mod shell;
mod stopping;
mod tool;
mod ui;
mod wire;
