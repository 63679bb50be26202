//! Places in a text that is being read.

/// Longest pointer that is made, in bytes; of a longer one the part that fits.
const LONGEST: usize = 1_024;

/// Where the reader is: a chain on the stack, made into text only if there is something to say.
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// The path as a JSON pointer (RFC 6901), or as much of it as is short enough.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    /// Returns whether all of it was written.
    fn write(&self, out: &mut String) -> bool {
        let (parent, token) = match self {
            Self::Root => return true,
            // A long key is not even copied.
            Self::Key(parent, key) if key.len() > LONGEST => {
                parent.write(out);
                return false;
            }
            Self::Key(parent, key) => (parent, key.replace('~', "~0").replace('/', "~1")),
            Self::Index(parent, index) => (parent, index.to_string()),
        };
        let fits = parent.write(out) && out.len() + token.len() < LONGEST;
        if fits {
            out.push('/');
            out.push_str(&token);
        }
        fits
    }
}
