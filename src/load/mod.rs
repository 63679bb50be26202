//! Load: requests at their times, every answer judged, everything counted.
//!
//! Each thread owns its connections and its part of the schedule, counts without locks, and hands over what it saw once
//! a second. Nothing grows with the length of a run: histograms grow with the longest time, the series has a bounded
//! number of points, windows end a list, ids are forgotten, causes are bounded.

mod closed;
mod compare;
mod flow;
mod ids;
mod ledger;
mod live;
mod plan;
mod report;
mod run;
mod schedule;
mod series;
mod tally;
mod users;
mod verdicts;
mod watch;
mod worker;

pub use compare::compare;
pub use live::{News, SoFar};
pub use plan::{Make, Plan, Step, Stop};
pub use report::verdict;
pub use run::{Outcome, run};
pub use schedule::{Schedule, Stage};
pub use users::{Alike, Script, Users, Walker};
pub use verdicts::Fault;
