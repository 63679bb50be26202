//! Snapshots of answers: what is kept, what is redacted, and how two of them differ.

mod headers;
mod made;
mod name;
mod shape;
mod spec;
mod take;

pub use headers::KEPT;
pub use name::name;
pub use shape::Shape;
pub use spec::{RULES, SPEC, rules, spec};
pub use take::{Taking, take};
