//! When to stop early: an interruption from outside, or the first failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

const FAILED: u8 = 1;
const INTERRUPTED: u8 = 2;
const ABANDONED: u8 = 3;

/// A wish to stop, shared by all scenarios of a run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    why: AtomicU8,
    changed: Notify,
}

impl Stop {
    /// Ends the run now: requests on their way are given up, teardown still runs. The second time teardown is
    /// given up, too.
    pub fn interrupt(&self) {
        let again = self.0.why.swap(INTERRUPTED, Ordering::SeqCst) >= INTERRUPTED;
        if again {
            self.0.why.store(ABANDONED, Ordering::SeqCst);
        }
        self.0.changed.notify_waiters();
    }

    /// Starts nothing new after the first failure; what runs comes to its end.
    pub(super) fn after_failure(&self) {
        let _ = self.0.why.compare_exchange(0, FAILED, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Whether the run was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.0.why.load(Ordering::SeqCst) >= INTERRUPTED
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
    pub async fn interrupted(&self) {
        self.reached(INTERRUPTED).await;
    }

    /// Waits until teardown has had its time: so long after an interruption, or until the second one.
    pub(super) async fn over(&self, last: Duration) {
        self.interrupted().await;
        tokio::select! {
            () = tokio::time::sleep(last) => {}
            () = self.reached(ABANDONED) => {}
        }
    }

    async fn reached(&self, level: u8) {
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.0.why.load(Ordering::SeqCst) >= level {
                return;
            }
            changed.await;
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
        let over = tokio::time::timeout(Duration::ZERO, stop.over(Duration::from_secs(60)));
        assert!(over.await.is_err());
        stop.interrupt();
        stop.over(Duration::from_secs(60)).await;
        assert!(stop.is_interrupted() && stop.reason().is_some());
    }
}
