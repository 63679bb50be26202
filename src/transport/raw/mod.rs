//! Connections in our own hands: bytes go out as they are given, and the time of each is known.
//!
//! A client library would tidy a request target, group header lines by name, keep a pool and send again what met a
//! closed connection. Whoever counts requests and measures promises can use none of that, so HTTP/1.1 is written by
//! the caller and read here. The frames of HTTP/2 are made by a library, on a connection that nobody else drives.

mod answer;
mod chunked;
mod clock;
mod dial;
mod http2;
mod watched;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Reset};
pub use clock::{Clock, Sleep};
pub use dial::{Connection, Dialer};
pub use http2::{Http2, Whole};
