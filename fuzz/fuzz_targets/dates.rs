//! `Retry-After`, `Date` and timestamps out of arbitrary bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::dates::check(bytes));
