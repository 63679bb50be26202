//! Every integration test, in one binary.

mod architecture;
mod catalogue;
mod contracts;
mod defects;
mod includes;
mod reference;
mod report;
mod serve;
mod shell;
mod suites;
mod texts;
mod wire;
