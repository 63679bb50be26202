//! When to stop early: an interruption from outside, or the first failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

const FAILED: u8 = 1;
const INTERRUPTED: u8 = 2;

/// A wish to stop, shared by all scenarios of a run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    why: AtomicU8,
    interrupted: Notify,
}

impl Stop {
    /// Ends the run now: requests on their way are given up, teardown still runs.
    pub fn interrupt(&self) {
        self.0.why.store(INTERRUPTED, Ordering::SeqCst);
        self.0.interrupted.notify_waiters();
    }

    /// Starts nothing new after the first failure; what runs comes to its end.
    pub(super) fn after_failure(&self) {
        let _ = self.0.why.compare_exchange(0, FAILED, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Whether the run was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.0.why.load(Ordering::SeqCst) == INTERRUPTED
    }

    /// Why nothing new may start, if so.
    pub(super) fn reason(&self) -> Option<&'static str> {
        match self.0.why.load(Ordering::SeqCst) {
            0 => None,
            FAILED => Some("not run: an earlier scenario failed, and `--fail-fast` was given"),
            _ => Some("not run: the run was interrupted"),
        }
    }

    /// Waits until the run is interrupted.
    pub(super) async fn interrupted(&self) {
        let notified = self.0.interrupted.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if !self.is_interrupted() {
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_interruption_is_seen_by_those_who_wait_and_those_who_come_later() {
        let stop = Stop::default();
        stop.after_failure();
        assert!(stop.reason().is_some() && !stop.is_interrupted());
        let waiter = tokio::spawn({
            let stop = stop.clone();
            async move { stop.interrupted().await }
        });
        tokio::task::yield_now().await;
        stop.interrupt();
        waiter.await.expect("woken");
        stop.interrupted().await;
        stop.after_failure();
        assert!(stop.is_interrupted());
    }
}
