//! The one binary of all integration tests.

mod reference;
