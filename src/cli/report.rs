//! `--report FORMAT[=PATH]`.

use std::path::PathBuf;
use std::str::FromStr;

use crate::model::Kind;
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

    /// One of `tollgate run`, as the project file names them.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::of(Kind::Run, "tollgate run", text)
    }
}

impl ReportTarget {
    /// Reads `FORMAT[=PATH]` of a command that writes reports of this kind.
    ///
    /// # Errors
    /// There is no such format, or this command does not write it; the text says what to write.
    pub fn of(kind: Kind, command: &str, text: &str) -> Result<Self, String> {
        let fits = report::FORMATS.iter().filter(|format| format.kinds.contains(&kind));
        let names = fits.map(|format| format.name);
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        match report::find(name) {
            Some(format) if !format.kinds.contains(&kind) => {
                let names: Vec<_> = names.collect();
                Err(format!("`{command}` writes no `{name}`; it writes {}", names.join(", ")))
            }
            _ => Self::among(text, names),
        }
    }

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

    #[test]
    fn a_format_that_does_not_fit_the_command_is_refused_by_its_name() {
        let load = ReportTarget::of(Kind::Load, "tollgate load", "html=load.html");
        assert_eq!(load.map(|it| (it.format, it.path)), Ok(("html", Some("load.html".into()))));
        let run = "html=run.html".parse::<ReportTarget>();
        assert_eq!(
            run,
            Err("`tollgate run` writes no `html`; it writes terminal, json, ndjson, junit".to_owned())
        );
        assert!("htm".parse::<ReportTarget>().is_err_and(|why| !why.contains("html")));
    }
}
