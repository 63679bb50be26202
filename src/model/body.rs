//! A response body read as JSON, with everything that is wrong with it as JSON.

use serde_json::Value;

/// One fault of a body as JSON text (RFC 8259, RFC 7493).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyFlaw {
    /// It starts with a byte order mark.
    ByteOrderMark,
    /// It is not UTF-8 from this byte on.
    NotUtf8 {
        /// Offset of the first wrong byte.
        offset: usize,
    },
    /// It is not JSON.
    Syntax {
        /// Offset at which reading stopped.
        offset: usize,
        /// What the parser says.
        message: String,
    },
    /// Something follows the JSON value.
    TrailingBytes {
        /// Offset of the first byte too many.
        offset: usize,
    },
    /// An object has a key twice; parsers disagree on which one counts.
    DuplicateKey {
        /// JSON pointer to the key.
        pointer: String,
    },
    /// A string has half of a surrogate pair, which stands for no character.
    LoneSurrogate {
        /// JSON pointer to the first such string, or to the object of such a key.
        pointer: String,
    },
    /// It is nested deeper than values can be; what stands deeper is well-formed, and null in the value.
    TooDeep {
        /// JSON pointer to the part that is not known, or to a part that holds all such parts.
        pointer: String,
    },
}

/// A response body as far as it could be read as JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// The value; with a duplicate key the last one counts. `None` if empty or unreadable. A number beyond the range
    /// of 64 bits is the largest there is, half a surrogate pair U+FFFD.
    pub value: Option<Value>,
    /// What is wrong with it.
    pub flaws: Vec<BodyFlaw>,
    /// Whether there was no body at all.
    pub empty: bool,
}

impl Body {
    /// The place in or below which something is nested too deep to be known.
    pub fn unread(&self) -> Option<&str> {
        self.flaws.iter().find_map(|flaw| match flaw {
            BodyFlaw::TooDeep { pointer } => Some(pointer.as_str()),
            _ => None,
        })
    }
}
