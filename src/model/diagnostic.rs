//! What is wrong with a file: where, what, and what to do about it.

use super::{Position, Source, Span};

/// A place with a few words under its caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The place.
    pub span: Span,
    /// What to read there, lower case, no full stop.
    pub label: String,
}

/// One mistake in a scenario, contract or config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, lower case, no full stop.
    pub title: String,
    /// The file; a mistake without one (a missing file, say) has an empty text.
    pub source: Source,
    /// The offending place.
    pub primary: Annotation,
    /// A second place that explains the first, such as the earlier of two equal keys.
    pub context: Option<Annotation>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake at one place.
    pub fn new(source: &Source, span: Span, title: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            source: source.clone(),
            primary: Annotation { span, label: label.into() },
            context: None,
            help: None,
        }
    }

    /// A mistake about a file that has no text to point into: missing, unreadable, too large.
    pub fn file(name: &str, title: impl Into<String>) -> Self {
        Self::new(&Source::new(name, ""), Span::default(), title, "")
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn with_context(mut self, span: Span, label: impl Into<String>) -> Self {
        self.context = Some(Annotation { span, label: label.into() });
        self
    }

    /// Line and column of the offending place.
    pub fn position(&self) -> Position {
        self.source.position(self.primary.span)
    }
}
