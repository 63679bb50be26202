//! Contracts by name: a folder that was named, a folder under `schemas/`, or one that is built in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::source;
use crate::contract::{self, Compiled, ContractFiles};
use crate::env::Files;
use crate::model::{Diagnostic, RuleInfo};
use crate::{census, rules, spelling};

/// Where a project keeps its own contracts.
const FOLDER: &str = "schemas";

/// A contract and where it was found.
pub struct Found {
    /// The contract.
    pub contract: Compiled,
    /// `built in`, or `folder`.
    pub origin: &'static str,
}

/// The contract with a name: what a folder says comes before what is built in.
///
/// # Errors
/// There is none, or it has mistakes.
pub fn contract(files: &dyn Files, name: &str) -> Result<Found, Vec<Diagnostic>> {
    for folder in [PathBuf::from(name), Path::new(FOLDER).join(name)] {
        if files.exists(&folder.join(ContractFiles::CONTRACT)) {
            return contract_folder(files, &folder).map(|contract| Found { contract, origin: "folder" });
        }
    }
    if let Some(embedded) = contract::embedded(name) {
        return contract::load(&embedded, &turnable()).map(|contract| Found { contract, origin: "built in" });
    }
    let known = names(files);
    let mistake = Diagnostic::file(name, format!("there is no contract `{name}`"));
    Err(vec![mistake.with_help(match spelling::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}; or name a folder with a contract.yaml", known.join(", ")),
    })])
}

/// The contract in a folder.
///
/// # Errors
/// Every mistake in its files.
pub fn contract_folder(files: &dyn Files, folder: &Path) -> Result<Compiled, Vec<Diagnostic>> {
    let shown = folder.display().to_string();
    if !files.is_folder(folder) {
        return Err(vec![Diagnostic::file(&shown, "there is no such folder")]);
    }
    let mut texts = BTreeMap::new();
    let listed = files.list(folder, &["yaml", "json"]);
    for path in
        listed.map_err(|error| vec![Diagnostic::file(&shown, format!("cannot be listed: {error}"))])?
    {
        let Ok(name) = path.strip_prefix(folder) else { continue };
        let text = source(files, &path).map_err(|mistake| vec![*mistake])?;
        texts.insert(name.display().to_string(), text.text.to_string());
    }
    let compiled = contract::load(&ContractFiles { folder: shown.clone(), files: texts }, &turnable())?;
    let name = &compiled.contract.name;
    match folder.file_name() {
        Some(own) if own != name.as_str() && folder.starts_with(FOLDER) => {
            let title =
                format!("the folder is `{}`, and the contract in it calls itself `{name}`", own.display());
            let mistake = Diagnostic::file(&format!("{shown}/{}", ContractFiles::CONTRACT), title);
            Err(vec![mistake.with_help("give both the same name: scenarios name a contract by its folder")])
        }
        _ => Ok(compiled),
    }
}

/// The rules whose severity a contract may turn: those about single responses, and those about whole runs.
fn turnable() -> Vec<&'static RuleInfo> {
    rules::all().into_iter().chain(census::rules()).collect()
}

/// The names of all contracts: those built in, and those under `schemas/`.
pub fn names(files: &dyn Files) -> Vec<String> {
    let mut names: Vec<String> = contract::embedded_names().map(str::to_owned).collect();
    if files.is_folder(Path::new(FOLDER)) {
        for path in files.list(Path::new(FOLDER), &["yaml"]).unwrap_or_default() {
            let folder = path.parent().filter(|_| path.ends_with(ContractFiles::CONTRACT));
            names.extend(
                folder
                    .and_then(|folder| folder.strip_prefix(FOLDER).ok())
                    .map(|name| name.display().to_string()),
            );
        }
    }
    names.sort();
    names.dedup();
    names
}
