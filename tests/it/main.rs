//! Every integration test, in one binary.

mod includes;
mod reference;
mod report;
mod shell;
mod suites;
mod wire;
