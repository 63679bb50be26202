//! The contracts that ship inside the program; the same files stand in `schemas/`.

use super::ContractFiles;

/// A shipped folder: its name, and its files with their text.
type Folder = (&'static str, &'static [(&'static str, &'static str)]);

/// A file of a shipped contract by name.
macro_rules! file {
    ($folder:literal, $name:literal) => {
        ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/", $folder, "/", $name)))
    };
}

static FOLDERS: &[Folder] = &[
    (
        "lead-management-v1",
        &[
            file!("lead-management-v1", "contract.yaml"),
            file!("lead-management-v1", "envelope.schema.json"),
            file!("lead-management-v1", "success.schema.json"),
            file!("lead-management-v1", "validation-error.details.schema.json"),
            file!("lead-management-v1", "lead-not-found.details.schema.json"),
            file!("lead-management-v1", "duplicate-email.details.schema.json"),
            file!("lead-management-v1", "create-lead.request.schema.json"),
        ],
    ),
    (
        "problem-details",
        &[file!("problem-details", "contract.yaml"), file!("problem-details", "envelope.schema.json")],
    ),
    (
        "propertybase-v1",
        &[
            file!("propertybase-v1", "contract.yaml"),
            file!("propertybase-v1", "envelope.schema.json"),
            file!("propertybase-v1", "success.schema.json"),
            file!("propertybase-v1", "create-lead.request.schema.json"),
        ],
    ),
];

/// The names of the shipped contracts, sorted.
pub fn embedded_names() -> impl Iterator<Item = &'static str> {
    FOLDERS.iter().map(|(name, _)| *name)
}

/// The files of a shipped contract.
pub fn embedded(name: &str) -> Option<ContractFiles> {
    let (folder, files) = FOLDERS.iter().find(|(folder, _)| *folder == name)?;
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Some(ContractFiles { folder: format!("schemas/{folder}"), files })
}
