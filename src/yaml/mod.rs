//! YAML text to located values, and the tables that say which keys and values a file may have.

mod compose;
mod decode;
mod scalar;
mod schema;
mod shape;
mod syntax;

pub use compose::{parse, parse_advised};
pub use decode::{Fields, duration_from_text, limit_from_text};
pub use schema::json_schema;
pub use shape::{Key, Shape, Table, check};
pub(crate) use shape::{expected, status_class};

use crate::model::{Diagnostic, Source, Span};

/// The mistakes found in one file so far.
#[derive(Debug)]
pub struct Problems<'s> {
    source: &'s Source,
    found: Vec<Diagnostic>,
}

impl<'s> Problems<'s> {
    /// Starts with none.
    pub fn new(source: &'s Source) -> Self {
        Self { source, found: Vec::new() }
    }

    /// The file the mistakes are in.
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// Notes a mistake; the title says what is wrong, the label stands under the caret.
    pub fn add(&mut self, span: Span, title: impl Into<String>, label: impl Into<String>) {
        self.found.push(Diagnostic::new(self.source, span, title, label));
    }

    /// Notes a mistake together with what to do.
    pub fn add_with_help(
        &mut self,
        span: Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::new(self.source, span, title, label).with_help(help));
    }

    /// Notes a mistake made elsewhere.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The mistakes in file order.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| diagnostic.primary.span.start);
        self.found
    }
}
