//! Text files, with what is wrong about them said where it is wrong.

use std::path::Path;

use super::Files;
use crate::model::{Diagnostic, Source, Span};

/// Reads a text file, its name shown as the path was given.
///
/// # Errors
/// It is missing, unreadable, too large or not UTF-8.
pub fn source(files: &dyn Files, path: &Path) -> Result<Source, Box<Diagnostic>> {
    let name = path.display().to_string();
    let bytes = files
        .read(path)
        .map_err(|error| Diagnostic::file(&name, format!("the file cannot be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(&name, &text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            // The replacement character stands where the wrong byte was.
            let source = Source::new(&name, &String::from_utf8_lossy(error.as_bytes()));
            let place = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
            let label = format!("byte {at} is not");
            Err(Diagnostic::new(&source, place, "the file is not UTF-8", label)
                .with_help("save it as UTF-8")
                .into())
        }
    }
}
