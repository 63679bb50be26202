//! tollgate proves that an HTTP/JSON API fails the way its documentation says it fails.
//!
//! # The way of the data
//!
//! bytes → `Scenario` → `Plan` → `Exchange` → `Finding` → `Event` → `Report` → bytes
//!
//! # The floors
//!
//! A room may import rooms of lower floors only; `tests/it/architecture.rs` keeps it so.
//!
//! | floor | rooms | what they are |
//! | --- | --- | --- |
//! | 6 | `main`, `app`, `catalogue`, `cli` | wiring, bytes out, exit codes, generated docs |
//! | 5 | `mutants` | drives the drivers: the suite against every defect |
//! | 4 | `input`, `reference`, `runner` | drivers |
//! | 3 | `env`, `transport` | edges to the world |
//! | 2 | `census`, `expect`, `judge`, `plan`, `project` | decisions over several rooms |
//! | 1 | `contract`, `matcher`, `redact`, `report`, `rules`, `scenario`, `template`, `yaml` | pure |
//! | 0 | `model`, `spelling` | data, and did-you-mean |

pub mod app;
pub mod catalogue;
pub mod census;
pub mod cli;
pub mod contract;
pub mod env;
pub mod expect;
pub mod input;
pub mod judge;
pub mod matcher;
pub mod model;
pub mod mutants;
pub mod plan;
pub mod project;
pub mod redact;
pub mod reference;
pub mod report;
pub mod rules;
pub mod runner;
pub mod scenario;
pub mod spelling;
pub mod template;
pub mod transport;
pub mod yaml;
