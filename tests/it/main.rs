//! Every integration test, in one binary.

mod architecture;
mod bad_server;
mod baseline;
mod catalogue;
mod consistency;
mod contracts;
mod corpus;
mod defects;
mod drift;
mod edges;
mod hostile;
mod includes;
mod judge;
mod known;
mod limits;
mod load;
mod load_open;
#[cfg(unix)]
mod load_terminal;
mod mutants;
mod readme;
mod reference;
mod repeat;
mod report;
mod review;
mod scenario_limits;
mod secrets;
mod serve;
mod shell;
mod snapshot_modes;
mod stopping;
mod suites;
mod texts;
mod tool;
mod ui;
mod wire;
