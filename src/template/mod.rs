//! Typed templates: `{{ expression }}` in the texts of scenario files.
//!
//! A text that is one whole `{{ expression }}` keeps the type of its value; text around it makes a string, in
//! which anything but a string stands as compact JSON. There are expressions only: `{%` and `{#` are plain
//! text, so a template cannot loop. A literal `{{` is written `{{ "{{" }}`.
//!
//! Everything is bounded (see [`limits`]), undefined names are errors, and random values depend on nothing but
//! the seed, the scope's stream and how many were drawn in that scope before.

mod convert;
mod engine;
mod error;
mod functions;
pub mod limits;
mod random;
mod scan;
mod scope;

pub use engine::{Engine, names};
pub use error::{LocatedTemplateError, TemplateError};
pub use functions::{Function, functions};
pub use scope::{Made, Scope};

#[cfg(test)]
mod tests;
