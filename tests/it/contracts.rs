//! The contracts in `schemas/` are those in the program.

use std::collections::BTreeMap;
use std::path::Path;

use tollgate::contract::{embedded, embedded_names};

#[test]
fn every_file_of_every_contract_is_shipped() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let mut names: Vec<_> = entries
            .filter(|entry| folder != schemas || entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(embedded_names().collect::<Vec<_>>(), names(&schemas));
    for name in embedded_names() {
        let files: BTreeMap<_, _> = embedded(name).unwrap().files;
        assert_eq!(files.into_keys().collect::<Vec<_>>(), names(&schemas.join(name)), "{name}");
    }
}
