//! What of an answer a snapshot keeps, and what it must not keep.

use super::{Span, Spanned};

/// What a step's snapshot keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotSpec {
    /// Where the step says so.
    pub span: Span,
    /// The whole answer, or its shape.
    pub form: SnapshotForm,
    /// Beside those of the contract.
    pub rules: SnapshotRules,
}

/// How much of a body is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotForm {
    /// Every value that is not redacted.
    #[default]
    Values,
    /// The names and types of fields, and which may be null.
    Shape,
}

/// Which headers are kept, what is redacted, and which lists have no order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SnapshotRules {
    /// Names of headers to keep beside the usual ones; a `*` at the end stands for any rest.
    pub headers: Vec<String>,
    /// What differs from answer to answer.
    pub redact: Vec<Redaction>,
    /// JSONPaths of lists whose order means nothing.
    pub sort: Vec<String>,
}

/// Something to stand in a place whose value differs from answer to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// The place.
    pub place: RedactedPlace,
    /// What stands there instead.
    pub placeholder: String,
}

/// A place in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedactedPlace {
    /// Every place in the body that a JSONPath finds.
    Path(Spanned<String>),
    /// Every line of a header, its name in lower case.
    Header(String),
}
