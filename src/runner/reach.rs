//! Whether the target can be reached at all: after a few failures and no answer, nobody waits any more.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::model::{Exchange, TransportErrorKind};

/// Failures in a row, before any answer, after which the target counts as unreachable.
const PATIENCE: u32 = 3;

/// What is known about the target.
#[derive(Debug, Default)]
pub(super) struct Reach {
    answered: OnceLock<()>,
    failures: Mutex<u32>,
    given_up: OnceLock<String>,
}

impl Reach {
    /// Takes note of an exchange.
    pub(super) fn saw(&self, exchange: &Exchange) {
        if self.answered.get().is_some() {
            return;
        }
        match &exchange.outcome {
            Ok(_) => {
                let _ = self.answered.set(());
            }
            Err(error) => {
                use TransportErrorKind::{Connect, Dns, Timeout, Tls};
                if !matches!(error.kind, Connect | Dns | Timeout | Tls) {
                    return;
                }
                let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                *failures += 1;
                if *failures >= PATIENCE {
                    let _ = self.given_up.set(error.message.clone());
                }
            }
        }
    }

    /// Why nothing more is sent, if the target was given up.
    pub(super) fn given_up(&self) -> Option<&str> {
        if self.answered.get().is_some() { None } else { self.given_up.get().map(String::as_str) }
    }
}
