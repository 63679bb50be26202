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
//! | 4 | `input`, `limits`, `load`, `reference`, `runner` | drivers |
//! | 3 | `env`, `store`, `transport` | edges to the world |
//! | 2 | `baseline`, `census`, `edges`, `expect`, `judge`, `plan`, `project` | decisions over several rooms |
//! | 1 | `contract`, `jsonpath`, `limiter`, `matcher`, `openapi`, `redact`, `report`, `rules`, `scenario`, `snapshot`, `template`, `threshold`, `yaml` | pure |
//! | 0 | `mask`, `model`, `spelling` | data, did-you-mean, what of a text stays the same |

pub mod app;
pub mod baseline;
pub mod catalogue;
pub mod census;
pub mod cli;
pub mod contract;
pub mod edges;
pub mod env;
pub mod expect;
pub mod input;
pub mod jsonpath;
pub mod judge;
pub mod limiter;
pub mod limits;
pub mod load;
pub mod mask;
pub mod matcher;
pub mod model;
pub mod mutants;
pub mod openapi;
pub mod plan;
pub mod project;
pub mod redact;
pub mod reference;
pub mod report;
pub mod rules;
pub mod runner;
pub mod scenario;
pub mod snapshot;
pub mod spelling;
pub mod store;
pub mod template;
pub mod threshold;
pub mod transport;
pub mod yaml;
