//! `tollgate snapshots`.

use clap::{Args, Subcommand};

/// What can be done with snapshots.
#[derive(Debug, Subcommand)]
pub enum SnapshotsCommand {
    /// Look at pending snapshots one by one, and accept or reject each with a key
    #[command(
        after_help = "Keys: a or Enter accepts, r or Esc rejects, s or Space skips; A, R and S do so with all that are \
                      left; d shows the whole answer or the difference, q ends, ? helps. Each word is kept at once. \
                      Exit codes: 0 ended, pending snapshots may be left; 2 nobody is there to ask; 130 interrupted."
    )]
    Review(PendingArgs),
    /// Put pending snapshots in the place of the accepted ones
    Accept(PendingArgs),
    /// Remove pending snapshots; the accepted ones stay
    Reject(PendingArgs),
    /// List snapshots and how they stand: ok, new, changed, or unreferenced because no step names them any more
    List(ListArgs),
    /// Delete the snapshots that no step of the project's scenarios names any more
    Prune(PruneArgs),
}

/// How the scenarios are read that name snapshots.
#[derive(Debug, Args)]
pub struct ReferencesArgs {
    /// Environment of tollgate.yaml to use
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Contract of scenarios that name none, as in `tollgate run --contract`
    #[arg(long, value_name = "NAME")]
    pub contract: Option<String>,
}

/// Which snapshots are deleted.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Only snapshots with one of these texts in their name or path
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// The scenarios.
    #[command(flatten)]
    pub references: ReferencesArgs,
}

/// Which pending snapshots.
#[derive(Debug, Args)]
pub struct PendingArgs {
    /// Only snapshots with one of these texts in their name or path
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
}

/// Which snapshots, and how they are listed.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only snapshots with one of these texts in their name or path
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Only those that wait to be accepted or rejected
    #[arg(long)]
    pub pending: bool,
    /// Only those that no step of the project's scenarios names
    #[arg(long, conflicts_with = "pending")]
    pub unreferenced: bool,
    /// Write one JSON document, for scripts
    #[arg(long)]
    pub json: bool,
    /// The scenarios.
    #[command(flatten)]
    pub references: ReferencesArgs,
}
