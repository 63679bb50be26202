//! The contract format as a page: every key of `contract.yaml`.

use super::key_tables::tables;
use crate::contract::CONTRACT;

/// The reference of contract files.
pub(super) fn text() -> String {
    let mut text = String::from(
        "# Contract files\n\nA contract is a folder with `contract.yaml` and the JSON Schemas (2020-12) that it names. \
         `$ref` stays inside the folder. `tollgate contract check FOLDER` shows every mistake with its line and \
         column.\n",
    );
    tables(&CONTRACT, &mut text, &mut Vec::new());
    text
}
