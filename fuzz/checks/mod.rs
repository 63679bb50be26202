//! What must hold for any bytes, one file for each fuzz target. The tests of the main package replay the checked-in
//! corpora through the same functions.

pub mod contract;
pub mod dates;
pub mod diagnostics;
pub mod exchange;
pub mod json;
pub mod judge;
pub mod scenario;
