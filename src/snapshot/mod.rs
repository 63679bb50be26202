//! Snapshots of answers: what is kept, what is redacted, how they are written, and how two of them differ.

mod compare;
mod diff;
mod file;
mod finder;
mod headers;
mod made;
mod name;
mod shape;
mod spec;
mod take;

pub use compare::{CHANGED, Compared, DIFFERS, NEW, compare, verdicts};
pub use diff::diff;
pub use file::{Snapshot, normal};
pub use headers::KEPT;
pub use made::{FEWEST, UNMISTAKABLE};
pub use name::{below, name};
pub use shape::Shape;
pub use spec::{RULES, SPEC, rules, spec};
pub use take::{LARGEST, Taking, take};
