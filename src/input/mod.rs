//! From paths to parsed files: finds scenarios, follows includes, reads cases, projects and contracts.

mod bodies;
mod cases;
mod contracts;
mod includes;
mod scenarios;

pub use contracts::{Found, contract, contract_folder, names as contract_names};
pub use scenarios::{find, load};

pub use crate::env::source;

use std::path::{Component, Path, PathBuf};

use crate::env::Files;
use crate::model::Diagnostic;
use crate::project::{self, Project};

/// Reads `tollgate.yaml`, if there is one.
///
/// # Errors
/// Every mistake in it.
pub fn project(files: &dyn Files) -> Result<Option<Project>, Vec<Diagnostic>> {
    let path = Path::new(project::FILE_NAME);
    if !files.exists(path) {
        return Ok(None);
    }
    let source = source(files, path).map_err(|diagnostic| vec![*diagnostic])?;
    project::parse(&source).map(Some)
}

/// The path of a file named in another one: relative to that one's folder, `..` resolved in the text.
fn beside(file: &str, name: &str) -> PathBuf {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(name).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(path.components().next_back(), Some(Component::Normal(_))) => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_to_the_file_that_says_them() {
        let beside = |file, name| beside(file, name).display().to_string();
        assert_eq!(beside("a/b/c.yaml", "../login.yaml"), "a/login.yaml");
        assert_eq!(beside("c.yaml", "../x/./login.yaml"), "../x/login.yaml");
        assert_eq!(beside("a/c.yaml", "/abs/login.yaml"), "/abs/login.yaml");
    }
}
