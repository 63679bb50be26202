//! Connections in our own hands: bytes go out as they are given, and the time of each is known.
//!
//! A client library would tidy a request target, group header lines by name, keep a pool and send again what met a
//! closed connection. Whoever counts requests and measures promises can use none of that, so HTTP/1.1 is written by
//! the caller and read here.

mod answer;
mod chunked;
mod clock;
mod dial;

pub use answer::Answer;
pub use clock::{Clock, Sleep};
pub use dial::{Connection, Dialer};
