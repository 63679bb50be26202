//! What can be typed, and what it means.

mod edges;
mod exit;
mod judge;
mod limits;
mod load;
mod mutants;
mod report;
mod run;
mod serve;
mod snapshots;
mod suite;

pub use edges::EdgesArgs;
pub use exit::Exit;
pub use judge::JudgeArgs;
pub use limits::{LimitsArgs, ProbeHttp, ResetUnit, ScopeChoice, SemanticsChoice, YesNo};
pub use load::{LoadArgs, On429Choice, RateChoice, StageArg};
pub use mutants::MutantsArgs;
pub use report::ReportTarget;
pub use run::{FailOn, HttpChoice, RunArgs, Update};
pub use serve::{AlgorithmChoice, HeadersChoice, ServeArgs};
pub use snapshots::{ListArgs, PendingArgs, PruneArgs, ReferencesArgs, SnapshotsCommand};
pub use suite::SuiteArgs;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "tollgate",
    version,
    about = "Proves that an HTTP/JSON API fails the way its documentation says it fails",
    after_help = "Exit codes: 0 all judged, nothing failed; 1 something failed; 2 wrong usage or a mistake in a file, \
                  nothing was sent; 3 something could not be judged, and nothing failed; 130 interrupted.",
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenario files against a target, or against the reference server inside
    Run(Box<RunArgs>),
    /// Send many requests at their times, and judge every answer
    Load(Box<LoadArgs>),
    /// Measure a suite: run it against every seeded defect of the reference server
    Mutants(Box<MutantsArgs>),
    /// Judge a recorded rate limit probe again: the verdicts are functions of its log
    Judge(Box<JudgeArgs>),
    /// Probe the rate limits of a target, or of the reference server inside, and judge them
    Limits(Box<LimitsArgs>),
    /// Start the reference server: both documented APIs on one port
    Serve(ServeArgs),
    /// Look at snapshots of answers: review, accept or reject what the last runs saw
    #[command(subcommand)]
    Snapshots(SnapshotsCommand),
    /// Look at contracts, or check one of your own
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Explain a rule: what it checks, why, and where it comes from
    Explain {
        /// A code (ENV001) or a name (envelope-schema); without one, all rules are listed
        rule: Option<String>,
    },
    /// Print a JSON Schema: of scenario, contract, project or baseline files for editors, of the JSON report for scripts
    Schema {
        /// Which one
        #[arg(value_enum, default_value = "scenario")]
        of: SchemaOf,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// The schemas there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SchemaOf {
    /// Scenario files
    Scenario,
    /// Contract files, contract.yaml
    Contract,
    /// The project file, tollgate.yaml
    Project,
    /// Baseline files: accepted findings
    Baseline,
    /// The JSON report
    Report,
}

/// What can be done with contracts.
#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// List the built-in contracts, and those in schemas/
    List,
    /// Show a contract: envelope, codes, promises, decisions
    Show {
        /// A built-in name, or a folder
        name: String,
    },
    /// Check a contract's folder: every mistake with its line and column
    Check {
        /// The folder, with contract.yaml and its schemas
        folder: PathBuf,
    },
}

/// The command line as clap knows it: for completions and generated docs.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The completion script for a shell.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "tollgate", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
