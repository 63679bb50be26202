//! Every integration test, in one binary.

mod architecture;
mod bad_server;
mod baseline;
mod catalogue;
mod consistency;
mod contracts;
mod corpus;
mod defects;
mod edges;
mod hostile;
mod includes;
mod judge;
mod mutants;
mod readme;
mod reference;
mod repeat;
mod report;
mod secrets;
mod serve;
mod shell;
mod stopping;
mod suites;
mod texts;
mod tool;
mod ui;
mod wire;
