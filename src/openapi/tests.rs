//! Documents by their parts: what is read, what is refused, what is named.
