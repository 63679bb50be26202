//! Bodies out of arbitrary bytes, read as JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::json::check(bytes));
