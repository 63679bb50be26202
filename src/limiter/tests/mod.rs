//! Tests of the limiters.

mod faults;
mod keyed;
mod models;
