//! The command: hands the world to the library and returns its exit code.

fn main() {}
