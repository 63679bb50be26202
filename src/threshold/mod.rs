//! What is asked of a load run, as text: rates and bounds on what is measured. Pure.

mod rate;

pub use rate::Rate;
