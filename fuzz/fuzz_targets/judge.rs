//! The judge on arbitrary exchanges.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tollgate_fuzz::judge::check(bytes));
