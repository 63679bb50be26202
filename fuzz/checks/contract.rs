//! A contract's folder: it loads or every mistake has its place, and what loads can judge.

use std::collections::BTreeMap;

use tollgate::contract::{self, ContractFiles};
use tollgate::{judge, rules};

use super::{diagnostics, exchange};

/// The line before each file: this and the file's name.
const FILE: &str = "=== ";

/// Reads the bytes as the files of a folder. What stands before the first name is `contract.yaml`.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut files = BTreeMap::new();
    let mut name = ContractFiles::CONTRACT.to_owned();
    let mut content = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(FILE) {
            Some(next) => {
                let before = std::mem::replace(&mut name, next.trim_end().to_owned());
                files.entry(before).or_insert(std::mem::take(&mut content));
            }
            None => content.push_str(line),
        }
    }
    files.entry(name).or_insert(content);
    match contract::load(&ContractFiles { folder: "fuzz".to_owned(), files }, &rules::all()) {
        Ok(compiled) => {
            assert!(!contract::describe(&compiled.contract).is_empty());
            let judged = |exchange| judge::judge(&exchange, Some(&compiled), &exchange::Forgetful);
            judged(exchange::of(exchange::REFUSED));
            judged(exchange::of(exchange::CREATED));
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "a folder that does not load has a mistake");
            diagnostics::check(&mistakes);
        }
    }
}
