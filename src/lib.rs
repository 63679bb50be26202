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
//! | 5 | `main`, `app`, `cli` | wiring, bytes out, exit codes |
//! | 4 | `runner`, `reference`, `catalogue` | drivers |
//! | 3 | `env`, `transport` | edges to the world |
//! | 2 | `expect`, `judge`, `plan`, `project` | decisions over several rooms |
//! | 1 | `yaml`, `scenario`, `template`, `contract`, `rules`, `matcher`, `redact`, `report` | pure, blind to each other but for `yaml` |
//! | 0 | `model` | data |

pub mod contract;
pub mod env;
pub mod expect;
pub mod judge;
pub mod matcher;
pub mod model;
pub mod redact;
pub mod reference;
pub mod report;
pub mod rules;
pub mod template;
pub mod transport;
pub mod yaml;
