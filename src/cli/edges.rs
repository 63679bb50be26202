//! The error pack: what every command that runs a suite takes to provoke errors without scenarios.

use std::path::PathBuf;

use clap::Args;

/// The arguments of the error pack.
#[derive(Debug, Args)]
pub struct EdgesArgs {
    /// Provoke errors on the operations of the contract's `edges`, beside the scenarios of PATH; without PATH, alone
    #[arg(long, help_heading = "Error pack")]
    pub edges: bool,
    /// Take the operations from an OpenAPI 3 document (JSON or YAML) instead; the contract judges their answers
    #[arg(long, value_name = "FILE", requires = "edges", help_heading = "Error pack")]
    pub openapi: Option<PathBuf>,
    /// Most requests of the error pack; what is left out is told
    #[arg(long, value_name = "N", default_value_t = crate::edges::MOST_REQUESTS, requires = "edges", help_heading = "Error pack")]
    pub max_requests: usize,
    /// Send URLs, headers and bodies, too, that common HTTP libraries refuse by themselves
    #[arg(long, requires = "edges", help_heading = "Error pack")]
    pub edges_large: bool,
}
