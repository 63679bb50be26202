//! `--report FORMAT[=PATH]`.

use std::path::PathBuf;
use std::str::FromStr;

use crate::report;
use crate::spelling::nearest;

/// A report to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTarget {
    /// The format's name; one of [`report::FORMATS`].
    pub format: &'static str,
    /// The file; none for stdout.
    pub path: Option<PathBuf>,
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::among(text, report::FORMATS.iter().map(|format| format.name))
    }
}

impl ReportTarget {
    /// Reads `FORMAT[=PATH]`.
    ///
    /// # Errors
    /// The format is none of `names`, or the path is empty; the text says what to write.
    pub fn among(text: &str, names: impl Iterator<Item = &'static str> + Clone) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format =
            names.clone().find(|known| *known == name).ok_or_else(|| match nearest(name, names.clone()) {
                Some(near) => format!("no report format `{name}`; did you mean `{near}`?"),
                None => {
                    let names: Vec<_> = names.collect();
                    format!("no report format `{name}`; there are {}", names.join(", "))
                }
            })?;
        match path {
            Some("") => {
                Err(format!("no path behind `{name}=`; write `{name}=FILE`, or `{name}=-` for stdout"))
            }
            Some("-") | None => Ok(Self { format, path: None }),
            Some(path) => Ok(Self { format, path: Some(path.into()) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_format_and_perhaps_a_path() {
        let parse = |text: &str| text.parse::<ReportTarget>();
        assert_eq!(parse("json=out/a=b.json").map(|it| it.path), Ok(Some("out/a=b.json".into())));
        assert_eq!(parse("json=-").map(|it| (it.format, it.path)), Ok(("json", None)));
        assert_eq!(parse("junit").map(|it| it.path), Ok(None));
        assert!(parse("junit=").is_err_and(|why| why.contains("junit=FILE")));
        assert!(parse("jsno").is_err_and(|why| why.contains("did you mean `json`")));
        assert!(parse("xml!").is_err_and(|why| why.contains("terminal, json")));
    }
}
