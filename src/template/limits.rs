//! What a template may cost at most.

/// Longest text with templates, in bytes.
pub const TEXT: usize = 1 << 20;

/// Longest single expression, in bytes.
pub const EXPRESSION: usize = 4096;

/// Largest rendered text, in bytes; for a [`Node`](crate::model::Node) all its texts together.
pub const OUTPUT: usize = 16 << 20;

/// Most values in a list or mapping that an expression makes, nested ones included.
pub const VALUES: usize = 1 << 20;

/// Deepest nesting of lists and mappings.
pub const DEPTH: usize = 128;

/// Longest random text, in characters.
pub const RANDOM_TEXT: usize = 1 << 16;
