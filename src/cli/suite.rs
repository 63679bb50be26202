//! Which scenarios, with which variables: what every command that runs a suite takes.

use std::path::PathBuf;

use clap::Args;

/// The arguments that choose a suite.
#[derive(Debug, Args)]
pub struct SuiteArgs {
    /// Scenario files or folders [default: those of tollgate.yaml, else scenarios/]
    pub paths: Vec<PathBuf>,

    /// Environment of tollgate.yaml to use
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub env: Option<String>,
    /// Contract of scenarios that name none: a built-in name or a folder
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub contract: Option<String>,
    /// Set a variable; comes before the environment's TOLLGATE_VAR_x and all files
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, help_heading = "Target")]
    pub var: Vec<(String, String)>,
    /// Set a variable that is never shown, encoded forms included; also TOLLGATE_SECRET_x
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, help_heading = "Target")]
    pub secret: Vec<(String, String)>,

    /// Only scenarios with one of these tags
    #[arg(long, value_name = "TAG", help_heading = "Selection")]
    pub tag: Vec<String>,
    /// Only scenarios with one of these texts in their name or path
    #[arg(long, value_name = "TEXT", help_heading = "Selection")]
    pub filter: Vec<String>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if crate::scenario::is_variable_name(name) => {
            Ok((name.to_owned(), value.to_owned()))
        }
        Some((name, _)) => Err(format!("`{name}` is not a variable name: letters, digits and `_`")),
        None => Err("write NAME=VALUE".to_owned()),
    }
}
