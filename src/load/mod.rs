//! Load: requests at their times, every answer judged, everything counted.

mod schedule;

pub use schedule::{Schedule, Stage};
