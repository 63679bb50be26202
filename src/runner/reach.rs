//! Whether the target can be reached at all: after a few failures and no answer, nobody waits any more.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::model::{TransportError, TransportErrorKind};

/// Failures, before any answer, after which the target counts as unreachable. A refused connection is certain
/// and counts fully; an answer that does not come in time may be one slow endpoint, and counts less.
const PATIENCE: u32 = 30;
const REFUSED: u32 = 10;
const SLOW: u32 = 3;

/// What is known about the target.
#[derive(Debug, Default)]
pub(super) struct Reach {
    answered: OnceLock<()>,
    failures: Mutex<u32>,
    given_up: OnceLock<String>,
}

impl Reach {
    /// The target answered something.
    pub(super) fn answered(&self) {
        let _ = self.answered.set(());
    }

    /// A step got no answer from the target, its own tries included.
    pub(super) fn failed(&self, error: &TransportError) {
        use TransportErrorKind::{Connect, Dns, Timeout, Tls};
        let weight = match error.kind {
            Connect | Dns | Tls => REFUSED,
            Timeout => SLOW,
            _ => return,
        };
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        *failures = failures.saturating_add(weight);
        if *failures >= PATIENCE {
            let _ = self.given_up.set(error.message.clone());
        }
    }

    /// Why nothing more is sent, if the target was given up.
    pub(super) fn given_up(&self) -> Option<&str> {
        if self.answered.get().is_some() { None } else { self.given_up.get().map(String::as_str) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: TransportErrorKind) -> TransportError {
        TransportError { kind, message: "gone".to_owned() }
    }

    #[test]
    fn three_refusals_or_ten_silences_are_enough_and_one_answer_ends_all_doubt() {
        for (kind, times) in [(TransportErrorKind::Connect, 3), (TransportErrorKind::Timeout, 10)] {
            let reach = Reach::default();
            for _ in 1..times {
                reach.failed(&error(kind));
            }
            assert_eq!(reach.given_up(), None, "{kind:?}");
            reach.failed(&error(kind));
            assert_eq!(reach.given_up(), Some("gone"), "{kind:?}");
            reach.answered();
            assert_eq!(reach.given_up(), None);
        }
        let reach = Reach::default();
        (0..100).for_each(|_| reach.failed(&error(TransportErrorKind::Closed)));
        assert_eq!(reach.given_up(), None);
    }
}
